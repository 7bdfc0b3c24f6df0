"""What matching says, passed on to the young person's kommune, and what it means for the referral."""

from datetime import date
from typing import Any, get_args

from municipality_gateway import texts
from municipality_gateway.commands.matches import MatchDeadline
from municipality_gateway.copies import as_told
from municipality_gateway.handlers.base import (
    handlers,
    keep,
    on_reply,
    own,
    pass_on,
    refuse_later,
    tell,
    tell_contact,
    what_of,
)
from municipality_gateway.handlers.placements import answer_stage
from municipality_gateway.handlers.places import ask_back
from municipality_gateway.rules import cases, replies, waiting
from municipality_gateway.rules import referrals as rules
from municipality_gateway.state.matches import Answer, Match, Party
from municipality_gateway.state.placements import Stage
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from municipality_gateway.state.replies import Said, with_said
from shared.catalogue.calendar import end_of_day
from shared.events.kommune.replies import KommuneApproved, KommuneDeclined, YoungPersonAnswered
from shared.events.matching import (
    MatchAgreed,
    MatchAnswerRefused,
    MatchApproved,
    MatchCancelled,
    MatchDeclined,
    MatchExplained,
    MatchProposed,
    MatchRefused,
    MatchSeatFree,
    MatchSeatHeld,
    MatchSuggested,
)
from shared.events.municipality_gateway import MatchAnswered
from shared.spine.work import Message, Work

DEADLINE = "answer"


@handlers.on(MatchProposed, (Match, "match_id"), (Referral, "referral_id"))
def proposed(work: Work, message: Message[MatchProposed]) -> None:
    data = message.data
    referral = work.need(Referral, data.referral_id)
    match = Match(
        id=data.match_id,
        entrance=referral.kommune if referral.kommune != data.kommune else None,
        terms=data.terms,
        answer_by=data.answer_by,
        owed=frozenset(party for party in data.approvals_needed if party in get_args(Party)),
        leader_owes="leader" in data.approvals_needed,
        proposed_at=message.time,
        **data.model_dump(include={"place_id", "referral_id", "kommune", "candidate_id", "reply_id"}),
    )
    work.put(match)
    if match.owed:
        _wait_until(work, match, data.answer_by)
        missing = "both" if len(match.owed) > 1 else next(iter(match.owed))
        about = {"match_id": match.id, "kind": missing, "on": data.answer_by.isoformat()}
        tell_contact(work, referral.id, referral.kommune, "yes-missing", about)
    pass_on(work, data, *match.whose)
    keep(work, referral, waiting.lasts(referral, data.answer_by))


def _wait_until(work: Work, match: Match, last_day: date) -> None:
    command = MatchDeadline(match_id=match.id, kommune=match.kommune, also=match.entrance)
    work.timer(match.key, DEADLINE, end_of_day(last_day), command)


@handlers.on(MatchSeatHeld, (Match, "match_id"))
def seat_held(work: Work, message: Message[MatchSeatHeld]) -> None:
    work.put(work.need(Match, message.data.match_id).changed(seat_held=True))


@handlers.on(MatchSeatFree, (Match, "match_id"))
def seat_free(work: Work, message: Message[MatchSeatFree]) -> None:
    """Whose yes is missing as well has as long as the leader."""
    data = message.data
    match = work.need(Match, data.match_id).changed(seat_held=False, answer_by=data.answer_by)
    work.put(match)
    if match.owed:
        _wait_until(work, match, data.answer_by)


@handlers.on(MatchRefused, (Referral, "referral_id"))
def refused(work: Work, message: Message[MatchRefused]) -> None:
    """Whom the kommune has proposed for the same place on the same terms already: that proposal stands."""
    data = message.data
    referral = work.need(Referral, data.referral_id)
    if data.rule == "proposed-already":
        work.put(referral.changed(proposals=referral.proposals - {data.reply_id}))
        return
    pass_on(work, data, data.kommune, referral.kommune)
    keep(work, referral, rules.fell_through(referral, data.reply_id))
    refusal = replies.decided(data.rule, data.field or "referral_id")
    refuse_later(
        work, referral.kommune, referral.id, data.reply_id, referral.said.get(data.reply_id), refusal, tell=False
    )


@handlers.on(MatchApproved, (Match, "match_id"))
def approved(work: Work, message: Message[MatchApproved]) -> None:
    match, party = work.need(Match, message.data.match_id), message.data.party
    settle(work, match.changed(owed=match.owed - {party}, leader_owes=match.leader_owes and party != "leader"))
    pass_on(work, message.data, *match.whose)


@handlers.on(MatchAgreed, (Match, "match_id"), (Referral, "referral_id"), (Place, "place_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    """With no seat left the other kommuner are asked back, unless it is about an earlier round."""
    data = message.data
    match, referral = work.need(Match, data.match_id), work.need(Referral, data.referral_id)
    place = work.need(Place, data.place_id)
    settle(work, match.changed(state="agreed", owed=frozenset(), settled_at=message.time))
    pass_on(work, data, *match.whose)
    about = {"match_id": match.id, "on": data.terms.start.isoformat()}
    tell_contact(work, referral.id, referral.kommune, "agreed", about)
    keep(work, referral, rules.matched(referral, match.id, match.reply_id, data.seats_left))
    place = place.changed(agreed=place.agreed | {match.id}, first=referral.kommune)
    last = not data.seats_left and referral.round == place.round
    filled = not (place.accepting or place.free)
    work.put(ask_back(work, place, "seats-filled") if last or filled else place)


@handlers.on(MatchDeclined, MatchCancelled, (Match, "match_id"), (Referral, "referral_id"))
def over(work: Work, message: Message[MatchDeclined | MatchCancelled]) -> None:
    data = message.data
    match, referral = work.need(Match, data.match_id), work.need(Referral, data.referral_id)
    by = data.party if isinstance(data, MatchDeclined) else None
    match = match.changed(state="over", owed=frozenset(), by=by, reason=data.reason, settled_at=message.time)
    settle(work, match)
    pass_on(work, data, *match.whose)
    if cases.is_news(match):
        tell_contact(work, referral.id, referral.kommune, "came-to-nothing", {"match_id": match.id})
    change = rules.fell_through(referral, match.reply_id, match.id)
    keep(work, referral, waiting.search_on(referral, change, work.today), **as_told(referral))


@handlers.on(MatchAnswerRefused, (Match, "match_id"))
def answer_refused(work: Work, message: Message[MatchAnswerRefused]) -> None:
    """In a race a decider further in may still refuse what was taken."""
    data, match = message.data, work.need(Match, message.data.match_id)
    said, refusal = match.said.get(data.reply_id), replies.decided(data.rule, data.field, data.terms)
    refuse_later(work, data.kommune, match.id, data.reply_id, said, refusal)
    if said and match.state == "proposed" and data.reply_id == _last_said(match, party := _party(said)):
        match = match.changed(
            answers=tuple(answer for answer in match.answers if answer.party != party), owed=match.owed | {party}
        )
        work.put(match)
        _wait_until(work, match, match.answer_by or work.today)


def _party(said: Said) -> Party:
    return "young-person" if said.what == "young-person-answered" else "kommune"


def _last_said(match: Match, party: Party) -> str | None:
    """The reply by which that party's word was given last."""
    return next((id_ for id_, said in reversed(match.said.items()) if _party(said) == party), None)


@handlers.on(MatchSuggested)
def suggested(work: Work, message: Message[MatchSuggested]) -> None:
    """To the young person's kommune alone; nothing of it is kept."""
    pass_on(work, message.data, message.data.kommune)


@handlers.on(MatchExplained, (Referral, "referral_id"))
def explained(work: Work, message: Message[MatchExplained]) -> None:
    referral = work.need(Referral, message.data.referral_id)
    pass_on(work, message.data, message.data.kommune, referral.kommune)


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
        *match.whose,
    )


def settle(work: Work, match: Match) -> None:
    """Keep it; with nothing owed any more, nothing is waited for."""
    work.put(match)
    if not match.owed:
        work.cancel_timer(match.key, DEADLINE)


# -- what the kommune says ---------------------------------------------------------------------------------------------


@on_reply(YoungPersonAnswered, (Match, "match_id"))
def young_person_answered(work: Work, message: Message[YoungPersonAnswered], code: str) -> None:
    data = message.data
    _answer(work, message, code, Answer(party="young-person", answer=data.answer, reason=data.reason))


@on_reply(KommuneApproved, KommuneDeclined, (Match, "match_id"), (Stage, "stage_id"))
def kommune_decided(work: Work, message: Message[KommuneApproved | KommuneDeclined], code: str) -> None:
    """About a match before it is agreed, about a stage after it."""
    data = message.data
    facts = data.model_dump(by_alias=True, exclude={"match_id", "stage_id"})
    verdict = "yes" if isinstance(data, KommuneApproved) else "no"
    given = Answer.model_validate({"party": "kommune", "answer": verdict, **facts})
    (_answer if data.match_id else answer_stage)(work, message, code, given)


def _answer(work: Work, message: Message[Any], code: str, given: Answer) -> None:
    match = own(work, Match, message.data.match_id, code)
    if given in match.answers:
        return
    if match.state != "proposed" or any(a.answer != "yes" for a in match.answers):
        raise texts.wrong_state("match_id")
    answers = (*(a for a in match.answers if a.party != given.party), given)
    owed = frozenset[Party]() if given.answer == "no" else match.owed - {given.party}
    said = with_said(match.said, message, what_of(type(message.data).TYPE) or "")
    settle(work, match.changed(answers=answers, owed=owed, said=said))
    work.emit(
        MatchAnswered(
            match_id=match.id,
            place_id=match.place_id,
            referral_id=match.referral_id,
            kommune=match.kommune,
            reply_id=message.id,
            **given.model_dump(by_alias=True),
        )
    )
