"""What follow-up says, passed on to the young person's kommune; and which stages it may approve."""

from typing import Any

from municipality_gateway import texts
from municipality_gateway.commands.placements import AnswerRefused, NoteSaid, TellOfContact
from municipality_gateway.commands.referrals import TellChange
from municipality_gateway.handlers.base import (
    handlers,
    on_reply,
    own,
    pass_on,
    refuse_later,
    said_on,
    tell_contact,
    what_of,
)
from municipality_gateway.rules import replies
from municipality_gateway.state.matches import Answer, Match
from municipality_gateway.state.placements import Challenge, Help, Placement, Stage
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from municipality_gateway.state.replies import Said, with_one
from shared.events import base
from shared.events.followup import (
    ChallengeRaised,
    PlacementAnswerRefused,
    PlacementCancelled,
    PlacementCheckinDue,
    PlacementCorrected,
    PlacementEnded,
    PlacementEvent,
    PlacementMoved,
    PlacementOutcomeRecorded,
    PlacementPaused,
    PlacementPlanned,
    PlacementResumed,
    PlacementStageChanged,
    PlacementStageDeclined,
    PlacementStagePlanned,
    PlacementStarted,
)
from shared.events.kommune.replies import OutcomeReported, SupportAnswered, VoicePassedOn
from shared.events.municipality_gateway import (
    CandidateHeard,
    PlacementAnswered,
    PlacementReported,
    PlacementSupportAnswered,
)
from shared.events.topics import kommune_of
from shared.spine.decision import NotYet
from shared.spine.work import Message, Work


@handlers.on(PlacementPlanned, (Match, "match_id"), (Placement, "placement_id"), (Stage, "stage.stage_id"))
def planned(work: Work, message: Message[PlacementPlanned]) -> None:
    data = message.data
    match = work.need(Match, data.match_id)
    if match.state == "proposed":  # the kommune hears of the agreement first
        raise NotYet(match.key)
    facts = data.model_dump(include={"place_id", "referral_id", "match_id", "kommune", "candidate_id"})
    placement = Placement(id=data.placement_id, entrance=match.entrance, **facts)
    work.put(placement, _stage(placement, data.stage))
    pass_on(work, data, *placement.whose)


@handlers.on(PlacementStagePlanned, (Placement, "placement_id"), (Stage, "stage.stage_id"))
def stage_planned(work: Work, message: Message[PlacementStagePlanned]) -> None:
    placement = work.need(Placement, message.data.placement_id)
    work.put(_stage(placement, message.data.stage))
    pass_on(work, message.data, *placement.whose)


def _stage(placement: Placement, plan: base.Stage) -> Stage:
    facts = placement.model_dump(include={"place_id", "referral_id", "kommune", "entrance"})
    return Stage(id=plan.stage_id, placement_id=placement.id, plan=plan, **facts)


@handlers.on(
    PlacementStarted,
    PlacementStageChanged,
    PlacementMoved,
    PlacementCheckinDue,
    PlacementPaused,
    PlacementResumed,
    PlacementStageDeclined,
    PlacementOutcomeRecorded,
    (Placement, "placement_id"),
)
def passed_on(work: Work, message: Message[PlacementEvent]) -> None:
    data, placement = message.data, work.need(Placement, message.data.placement_id)
    pass_on(work, data, *placement.whose)
    match data:
        case PlacementCheckinDue(kind="before-stage-ends"):
            _tell(work, placement, "approval-ends", {"placement_id": placement.id, "on": data.on.isoformat()})
        case PlacementPaused(reason="approval-expired"):
            _tell(work, placement, "approval-ended", {"placement_id": placement.id})


@handlers.on(TellOfContact, (Placement, "placement_id"))
def tell_of_contact(work: Work, message: Message[TellOfContact]) -> None:
    """The kommune that found somebody there hears of it, also when its referral is over."""
    data = message.data
    if placement := work.get(Placement, data.placement_id):
        id_ = placement.referral_id
        command = TellChange(referral_id=id_, place_id=data.place_id, changes=("contact",), placed=True)
        work.soon((Referral.KIND, id_), f"tell-change-{message.id}", command)


def _tell(work: Work, placement: Placement, template: str, about: dict[str, str]) -> None:
    tell_contact(work, placement.referral_id, placement.entrance or placement.kommune, template, about)


@handlers.on(PlacementCorrected, (Placement, "placement_id"), (Stage, "stage_id"))
def corrected(work: Work, message: Message[PlacementCorrected]) -> None:
    data, placement = message.data, work.need(Placement, message.data.placement_id)
    stage = work.get(Stage, data.stage_id) if data.stage_id else None
    if stage:
        work.put(stage.changed(plan=data.stage) if data.stage else stage.changed(void=True))
    pass_on(work, data, *placement.whose)


@handlers.on(PlacementCancelled, PlacementEnded, (Placement, "placement_id"), (Place, "place_id"))
def over(work: Work, message: Message[PlacementCancelled | PlacementEnded]) -> None:
    """Its seat is free again."""
    placement, place = work.need(Placement, message.data.placement_id), work.need(Place, message.data.place_id)
    work.put(place.changed(ended=place.ended | {placement.match_id}), placement.changed(over=True))
    pass_on(work, message.data, *placement.whose)


@handlers.on(ChallengeRaised, (Placement, "placement_id"), (Challenge, "challenge_id"))
def challenge_raised(work: Work, message: Message[ChallengeRaised]) -> None:
    """A kommune hears of it only when its help is wanted, and only about its own young person's placement."""
    data = message.data
    if data.help != "kommune" or data.placement_id is None:
        return
    placement = work.need(Placement, data.placement_id)
    facts = placement.model_dump(include={"place_id", "referral_id", "kommune", "entrance"})
    known = work.get(Challenge, data.challenge_id)
    work.put(known or Challenge(id=data.challenge_id, placement_id=placement.id, code=data.code, **facts))
    pass_on(work, data, *placement.whose, referral_id=placement.referral_id)
    if known is None:
        _tell(work, placement, "help-wanted", {"challenge_id": data.challenge_id})


# What a kommune can say of a placement, and what it names.
_ABOUT: dict[str, type[Stage | Challenge | Placement]] = {
    "kommune-approved": Stage,
    "kommune-declined": Stage,
    "support-answered": Challenge,
    "outcome-reported": Placement,
}


@handlers.on(PlacementAnswerRefused, (Placement, "placement_id"))
def answer_refused(work: Work, message: Message[PlacementAnswerRefused]) -> None:
    data, placement = message.data, work.need(Placement, message.data.placement_id)
    said = placement.said.get(data.reply_id)
    kind = _ABOUT[said.what] if said else Placement
    about = f"{kind.KIND}_id"
    refusal = replies.decided(data.rule, about if data.field == "state" else data.field, data.stage)
    refuse_later(work, data.kommune, placement.id, data.reply_id, said, refusal)
    if said and kind is not Placement:
        never_said = AnswerRefused.model_validate({about: said.about, "reply_id": data.reply_id})
        work.soon((kind.KIND, said.about), f"refused-{data.reply_id}", never_said)


@handlers.on(AnswerRefused, (Stage, "stage_id"), (Challenge, "challenge_id"))
def taken_back(work: Work, message: Message[AnswerRefused]) -> None:
    """The same again is judged again."""
    data = message.data
    asked = work.get(Stage, data.stage_id) if data.stage_id else work.get(Challenge, data.challenge_id or "")
    if asked and asked.reply_id == data.reply_id:
        work.put(asked.changed(answer=None, reply_id=None))


@handlers.on(NoteSaid, (Placement, "placement_id"))
def note_said(work: Work, message: Message[NoteSaid]) -> None:
    data, placement = message.data, work.need(Placement, message.data.placement_id)
    said = Said(**data.model_dump(include=set(Said.model_fields)))
    work.put(placement.changed(said=with_one(placement.said, data.reply_id, said)))


def _note(work: Work, message: Message[Any], placement_id: str) -> None:
    """Follow-up may still refuse it, and names the placement alone."""
    what = what_of(type(message.data).TYPE) or ""
    command = NoteSaid(
        placement_id=placement_id,
        reply_id=message.id,
        source=message.source,
        kommune=kommune_of(message.topic),
        what=what,
        about=message.subject,
        offset=message.offset,
    )
    work.soon((Placement.KIND, placement_id), f"said-{message.id}", command)


# -- what the kommune says ---------------------------------------------------------------------------------------------


def answer_stage(work: Work, message: Message[Any], code: str, given: Answer) -> None:
    stage = own(work, Stage, message.data.stage_id, code)
    if stage.void:
        raise texts.stage_void()
    if given == stage.answer:
        return
    work.put(stage.changed(answer=given, reply_id=message.id))
    _note(work, message, stage.placement_id)
    work.emit(
        PlacementAnswered(
            placement_id=stage.placement_id,
            place_id=stage.place_id,
            stage_id=stage.id,
            kommune=stage.kommune,
            reply_id=message.id,
            said_on=said_on(work, message),
            **given.model_dump(by_alias=True),
        )
    )


@on_reply(VoicePassedOn, (Placement, "placement_id"))
def voice_passed_on(work: Work, message: Message[VoicePassedOn], code: str) -> None:
    placement = own(work, Placement, message.data.placement_id, code)
    facts = message.data.model_dump()
    work.emit(CandidateHeard(candidate_id=placement.candidate_id, kommune=placement.kommune, **facts))


@on_reply(OutcomeReported, (Placement, "placement_id"))
def outcome_reported(work: Work, message: Message[OutcomeReported], code: str) -> None:
    placement = own(work, Placement, message.data.placement_id, code)
    facts = message.data.model_dump()
    _note(work, message, placement.id)
    work.emit(PlacementReported(place_id=placement.place_id, kommune=placement.kommune, reply_id=message.id, **facts))


@on_reply(SupportAnswered, (Challenge, "challenge_id"))
def support_answered(work: Work, message: Message[SupportAnswered], code: str) -> None:
    challenge = own(work, Challenge, message.data.challenge_id, code)
    if message.data.answer == "granted" and message.data.support is None:
        raise texts.refused("missing-field", "support")
    if message.data.answer == "refused" and message.data.support is not None:
        raise texts.nothing_granted()
    facts = message.data.model_dump(by_alias=True, exclude={"challenge_id"})
    given = Help.model_validate(facts)
    if given == challenge.answer:
        return
    work.put(challenge.changed(answer=given, reply_id=message.id))
    _note(work, message, challenge.placement_id)
    about = {"placement_id": challenge.placement_id, "place_id": challenge.place_id, "challenge_id": challenge.id}
    work.emit(PlacementSupportAnswered(kommune=challenge.kommune, reply_id=message.id, **about, **facts))
