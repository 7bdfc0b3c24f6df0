"""What matching and the kommuner say of a placement, what people ask about it, and what time brings."""

from datetime import timedelta

from followup.commands.challenges import CloseChallenge
from followup.commands.placements import (
    Cancel,
    CandidateGone,
    CheckIn,
    End,
    NewDay,
    OutcomeAnswer,
    Pause,
    PlacementAnswer,
    PlaceStopped,
    PlanStage,
    RecordOutcome,
    Resume,
    StageAnswer,
    Start,
)
from followup.handlers.base import candidate_key, candidate_of, handlers, place_of
from followup.rules import Decision, outcomes, placements, places, stages
from followup.state.candidates import Candidate
from followup.state.challenges import Challenge
from followup.state.placements import CheckinMade, Outcome, Placement
from followup.state.places import Place
from shared.catalogue.calendar import end_of_day
from shared.events.base import Stage
from shared.events.followup import PlacementAnswerRefused, PlacementCancelled, PlacementEnded
from shared.events.matching import MatchAgreed
from shared.events.municipality_gateway import PlacementAnswered, PlacementReported
from shared.spine.decision import Refused
from shared.spine.work import Message, Work


def keep(work: Work, decision: Decision) -> PlacementAnswer:
    """Save a placement as the day leaves it, with its next timer; every event says the next check-in."""
    decided, said = decision
    placement, of_the_day = placements.day(decided, work.today)
    work.put(placement)
    for event in (*said, *of_the_day):
        work.emit(event.changed(next_checkin=placement.next_checkin))
        if isinstance(event, PlacementCancelled | PlacementEnded):
            for challenge_id in placement.challenges:
                work.soon((Challenge.KIND, challenge_id), "close", CloseChallenge(challenge_id=challenge_id))
    if day := stages.next_day(placement):
        midnight = end_of_day(day - timedelta(days=1))
        work.timer(placement.key, "day", midnight, NewDay(placement_id=placement.id))
    else:
        work.cancel_timer(placement.key, "day")
    return PlacementAnswer(placement_id=placement.id, state=placement.state, next_checkin=placement.next_checkin)


@handlers.on(MatchAgreed, (Placement, "match_id"), (Candidate, candidate_key), (Place, "place_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    data = message.data
    if work.get(Placement, data.match_id):
        return
    candidate, place = candidate_of(work, data), place_of(work, data)
    keep(work, placements.agreed(data, work.new_id(), candidate, place, work.today))
    work.put(
        candidate.changed(placements=candidate.placements | {data.match_id}),
        place.changed(placements=place.placements | {data.match_id}),
    )


@handlers.on(PlacementAnswered, PlacementReported, (Placement, "placement_id"))
def told(work: Work, message: Message[PlacementAnswered | PlacementReported]) -> None:
    """By the kommune. What does not fit is told to it, and changes nothing."""
    data = message.data
    if (placement := work.get(Placement, data.placement_id)) is None:
        return
    try:
        if isinstance(data, PlacementAnswered):
            decision = stages.answered(placement, data, work.today)
        else:
            decision = outcomes.reported(placement, data)
    except Refused as no:
        reply_id = data.reply_id or message.id
        work.emit(PlacementAnswerRefused(**placement.about, reply_id=reply_id, field=no.field, rule=no.rule))
    else:
        keep(work, decision)


# -- what people ask ---------------------------------------------------------------------------------------------------


@handlers.on(Start, (Placement, "placement_id"))
def start(work: Work, message: Message[Start]) -> PlacementAnswer:
    data = message.data
    return keep(work, placements.started(work.need(Placement, data.placement_id), data.on))


@handlers.on(CheckIn, (Placement, "placement_id"))
def check_in(work: Work, message: Message[CheckIn]) -> PlacementAnswer:
    data = message.data
    made = CheckinMade(kind=data.kind, on=work.today, answered=data.answered, answers=data.answers, by=data.by)
    return keep(work, placements.checked_in(work.need(Placement, data.placement_id), made))


@handlers.on(PlanStage, (Placement, "placement_id"))
def plan_stage(work: Work, message: Message[PlanStage]) -> StageAnswer:
    data = message.data
    stage = Stage(**data.model_dump(exclude={"placement_id"}))
    placement, said = stages.planned(work.need(Placement, data.placement_id), stage)
    approval_needed = stages.waits(placement, data.stage_id)
    kept = keep(work, (placement, said))
    return StageAnswer(**dict(kept), stage_id=data.stage_id, approval_needed=approval_needed)


@handlers.on(Pause, (Placement, "placement_id"))
def pause(work: Work, message: Message[Pause]) -> PlacementAnswer:
    data = message.data
    return keep(work, placements.paused(work.need(Placement, data.placement_id), data.reason, data.until, work.today))


@handlers.on(Resume, (Placement, "placement_id"))
def resume(work: Work, message: Message[Resume]) -> PlacementAnswer:
    data = message.data
    return keep(work, placements.resumed(work.need(Placement, data.placement_id), work.today))


@handlers.on(Cancel, (Placement, "placement_id"))
def cancel(work: Work, message: Message[Cancel]) -> PlacementAnswer:
    data = message.data
    return keep(work, placements.cancelled(work.need(Placement, data.placement_id), data.reason))


@handlers.on(End, (Placement, "placement_id"))
def end(work: Work, message: Message[End]) -> PlacementAnswer:
    data = message.data
    return keep(work, placements.ended(work.need(Placement, data.placement_id), data.reason, data.on, data.gains))


@handlers.on(RecordOutcome, (Placement, "placement_id"))
def record_outcome(work: Work, message: Message[RecordOutcome]) -> OutcomeAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    when = outcomes.when(placement, data.on, data.when)
    outcome = Outcome(outcome=data.outcome, hours=data.hours, on=data.on, when=when, by="consultant")
    kept = keep(work, outcomes.became(placement, outcome))
    return OutcomeAnswer(**dict(kept), when=when)


# -- timers, and what another decision asks for ------------------------------------------------------------------------


@handlers.on(NewDay, (Placement, "placement_id"))
def new_day(work: Work, message: Message[NewDay]) -> None:
    data = message.data
    keep(work, (work.need(Placement, data.placement_id), []))


@handlers.on(CandidateGone, (Placement, "placement_id"))
def candidate_gone(work: Work, message: Message[CandidateGone]) -> None:
    data = message.data
    keep(work, placements.disturbed(work.need(Placement, data.placement_id), "candidate-withdrawn", work.today))


@handlers.on(PlaceStopped, (Placement, "placement_id"))
def place_stopped(work: Work, message: Message[PlaceStopped]) -> None:
    data = message.data
    cancels = places.cancels_planned(data.reason)
    keep(work, placements.disturbed(work.need(Placement, data.placement_id), cancels, work.today))
