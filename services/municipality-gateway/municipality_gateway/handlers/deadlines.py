"""Silence: a reminder, another person, the default entrance, and then another kommune."""

from municipality_gateway.handlers.base import handlers, keep, tell
from municipality_gateway.rules import referral as rules
from municipality_gateway.rules import routing, waiting
from municipality_gateway.state import Answer, Deadline, Kommune, Match, MatchDeadline, Party, Referral
from shared.events.municipality_gateway import MatchAnswered
from shared.spine.work import Message, Work


@handlers.on(Deadline, (Referral, "referral_id"), (Kommune, "kommune"))
def passed(work: Work, message: Message[Deadline]) -> None:
    step, referral = message.data.step, work.need(Referral, message.data.referral_id)
    if step not in waiting.waits(referral):
        return
    kommune = work.get(Kommune, referral.kommune) or Kommune(id=referral.kommune)
    match step:
        case "reminder" | "nudge":
            keep(work, referral, waiting.remind(referral))
        case "deputy":
            _escalate(work, referral, kommune, routing.desk(kommune, routing.SECOND, work.today))
        case "entrance":
            _escalate(work, referral, kommune, routing.desk(kommune, ("entrance",), work.today))
        case "resume":
            keep(work, referral, rules.resume(referral, work.today))
        case "expired" | "due":
            keep(work, referral, waiting.run_out(referral))


def _escalate(work: Work, referral: Referral, kommune: Kommune, desk: routing.Desk) -> None:
    """Another person is another guidance: by page at once, by call when the consultant has made it."""
    after, events = waiting.escalate(referral, desk)
    if referral.guided and desk.contact_id != referral.contact_id:
        after = after.changed(guided=False)
        if referral.guidance == "page":
            after, told = rules.guide(after, kommune.card_version, "page")
            events += told
    keep(work, referral, (after, events))


@handlers.on(MatchDeadline, (Match, "match_id"))
def unanswered(work: Work, message: Message[MatchDeadline]) -> None:
    """One answer is enough: matching then cancels the match."""
    match = work.need(Match, message.data.match_id)
    if match.state != "proposed" or not match.owed:
        return
    party: Party = "young-person" if "young-person" in match.owed else "kommune"
    silence = Answer(party=party, answer="none")
    work.put(match.changed(owed=frozenset(), answers=(*match.answers, silence)))
    tell(
        work,
        MatchAnswered(
            match_id=match.id,
            place_id=match.place_id,
            referral_id=match.referral_id,
            kommune=match.kommune,
            party=party,
            answer="none",
        ),
        match.kommune,
    )
