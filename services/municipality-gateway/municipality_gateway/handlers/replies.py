"""What a kommune says. Who speaks is known from the topic; each reply is answered, taken or refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from municipality_gateway import refusals
from municipality_gateway.handlers.base import handlers, keep
from municipality_gateway.handlers.matches import settle
from municipality_gateway.rules import owner
from municipality_gateway.rules import referral as rules
from municipality_gateway.state import Answer, Candidate, GiveReply, Match, Placement, Referral, Stage
from municipality_gateway.store import Answered, Given
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.events import municipality_gateway as say
from shared.events.kommune import replies as said
from shared.events.kommune.referrals import ReplyTaken
from shared.events.topics import kommune_of
from shared.spine.work import KeySource, Message, Work

R = TypeVar("R", bound=said.Reply)
Decide = Callable[[Work, Message[R], str], None]


def on(kind: type[R], *keys: KeySource) -> Callable[[Decide[R]], Decide[R]]:
    """A decision about a reply of the kommune `code`. What the test kommune says is answered and counts nowhere."""

    def register(decide: Decide[R]) -> Decide[R]:
        @handlers.on(kind, *keys)
        def taken(work: Work, message: Message[R]) -> None:
            code = kommune_of(message.topic) or ""
            if code != TEST_KOMMUNE:
                decide(work, message, code)
            _take(work, message, code)

        return decide

    return register


def _take(work: Work, message: Message[Any], code: str) -> None:
    what = refusals.what_of(type(message.data).TYPE)
    work.emit(
        ReplyTaken(
            referral_id=message.subject, reply=message.id, source=message.source, what=what, offset=message.offset
        ),
        kommune=code,
    )
    work.write(Answered(kommune=code, source=message.source, id=message.id, state="taken", what=what))


# -- about a referral --------------------------------------------------------------------------------------------------


def _referral(work: Work, reply: said.ReferralReply, code: str) -> Referral:
    referral = work.get(Referral, reply.referral_id) or owner.unknown("referral_id")
    if referral.kommune != code:
        owner.not_yours("referral_id")
    rules.check_open(referral)
    return referral


OF_REFERRAL: dict[type[said.ReferralReply], Callable[[Referral, Any, Work], rules.Change]] = {
    said.Seen: lambda referral, reply, work: rules.see(referral),
    said.Accepted: lambda referral, reply, work: rules.accept(referral, work.today, reply.company_known),
    said.Rejected: lambda referral, reply, work: rules.reject(referral, reply.reason),
    said.Held: lambda referral, reply, work: rules.hold(referral, work.today, reply.reason, reply.until),
    said.Closed: lambda referral, reply, work: rules.close(referral),
    said.LeaderContacted: lambda referral, reply, work: rules.happen(
        referral, work.today, "leader-contacted", reply.at
    ),
    said.MeetingPlanned: lambda referral, reply, work: rules.happen(referral, work.today, "event-scheduled", reply.at),
    said.MeetingMissed: lambda referral, reply, work: rules.happen(referral, work.today, "event-unattended", reply.at),
}


def _about_referral(work: Work, message: Message[said.ReferralReply], code: str) -> None:
    referral = _referral(work, message.data, code)
    keep(work, referral, OF_REFERRAL[type(message.data)](referral, message.data, work))


for _kind in OF_REFERRAL:
    on(_kind, (Referral, "referral_id"))(_about_referral)


# -- about a young person ----------------------------------------------------------------------------------------------


@on(said.CandidateProposed, (Referral, "referral_id"), (Candidate, "candidate_id"))
def proposed(work: Work, message: Message[said.CandidateProposed], code: str) -> None:
    reply = message.data
    referral = _referral(work, reply, code)
    candidate = work.get(Candidate, reply.candidate_id) or Candidate(id=reply.candidate_id)
    work.put(candidate.changed(of=candidate.of | {code}, withdrawn=candidate.withdrawn - {code}))
    keep(work, referral, rules.propose(referral, work.today, message.id))
    work.emit(
        say.CandidateProposed(
            kommune=code,
            place_id=referral.place_id,
            leader_id=referral.leader_id,
            reply_id=message.id,
            **reply.model_dump(by_alias=True),
        )
    )


@on(said.CandidateWithdrawn, (Candidate, "candidate_id"))
def withdrawn(work: Work, message: Message[said.CandidateWithdrawn], code: str) -> None:
    reply = message.data
    candidate = work.get(Candidate, reply.candidate_id) or owner.unknown("candidate_id")
    if code not in candidate.of:
        owner.not_yours("candidate_id")
    if code in candidate.withdrawn:
        return
    work.put(candidate.changed(withdrawn=candidate.withdrawn | {code}))
    work.emit(say.CandidateWithdrawn(candidate_id=candidate.id, kommune=code, reason=reply.reason))


# -- about a match or a stage ------------------------------------------------------------------------------------------


def _answer_match(work: Work, message: Message[Any], code: str, answer: Answer) -> None:
    match = work.get(Match, message.data.match_id) or owner.unknown("match_id")
    if match.kommune != code:
        owner.not_yours("match_id")
    if answer in match.answers:
        return
    if match.state != "proposed" or any(a.answer != "yes" for a in match.answers):
        owner.wrong_state("match_id")
    answers = (*(a for a in match.answers if a.party != answer.party), answer)
    owed = frozenset[Any]() if answer.answer == "no" else match.owed - {answer.party}
    settle(work, match.changed(answers=answers, owed=owed))
    work.emit(
        say.MatchAnswered(
            match_id=match.id,
            place_id=match.place_id,
            referral_id=match.referral_id,
            kommune=code,
            reply_id=message.id,
            **answer.model_dump(by_alias=True),
        )
    )


def _answer_stage(work: Work, message: Message[Any], code: str, answer: Answer) -> None:
    stage = work.get(Stage, message.data.stage_id) or owner.unknown("stage_id")
    if stage.kommune != code:
        owner.not_yours("stage_id")
    if answer == stage.answer:
        return
    work.put(stage.changed(answer=answer))
    work.emit(
        say.PlacementAnswered(
            placement_id=stage.placement_id,
            place_id=stage.place_id,
            stage_id=stage.id,
            kommune=code,
            reply_id=message.id,
            **answer.model_dump(by_alias=True),
        )
    )


@on(said.YoungPersonAnswered, (Match, "match_id"))
def young_person_answered(work: Work, message: Message[said.YoungPersonAnswered], code: str) -> None:
    reply = message.data
    answer = Answer(party="young-person", answer=reply.answer, reason=reply.reason)
    _answer_match(work, message, code, answer)


def _kommune_decided(work: Work, message: Message[Any], code: str) -> None:
    """About a match before it is agreed, about a stage after it."""
    reply: said.KommuneApproved | said.KommuneDeclined = message.data
    facts = reply.model_dump(by_alias=True, exclude={"match_id", "stage_id"})
    verdict = "yes" if isinstance(reply, said.KommuneApproved) else "no"
    answer = Answer.model_validate({"party": "kommune", "answer": verdict, **facts})
    (_answer_match if reply.match_id else _answer_stage)(work, message, code, answer)


for _decision in (said.KommuneApproved, said.KommuneDeclined):
    on(_decision, (Match, "match_id"), (Stage, "stage_id"))(_kommune_decided)


# -- about a placement -------------------------------------------------------------------------------------------------


def _placement(work: Work, placement_id: str, code: str) -> Placement:
    placement = work.get(Placement, placement_id) or owner.unknown("placement_id")
    if placement.kommune != code:
        owner.not_yours("placement_id")
    return placement


@on(said.VoicePassedOn, (Placement, "placement_id"))
def voice_passed_on(work: Work, message: Message[said.VoicePassedOn], code: str) -> None:
    placement = _placement(work, message.data.placement_id, code)
    facts = message.data.model_dump()
    work.emit(say.CandidateHeard(candidate_id=placement.candidate_id, kommune=code, **facts))


@on(said.OutcomeReported, (Placement, "placement_id"))
def outcome_reported(work: Work, message: Message[said.OutcomeReported], code: str) -> None:
    placement = _placement(work, message.data.placement_id, code)
    facts = message.data.model_dump()
    work.emit(say.PlacementReported(place_id=placement.place_id, kommune=code, reply_id=message.id, **facts))


# -- over HTTP ---------------------------------------------------------------------------------------------------------


@handlers.on(GiveReply)
def give(work: Work, message: Message[GiveReply]) -> None:
    """By the contact person, or by a consultant on their behalf."""
    asked = message.data
    body = asked.body.encode()
    work.write(Given(asked.kommune, asked.source, asked.reply_id, message.by, asked.about, body))
