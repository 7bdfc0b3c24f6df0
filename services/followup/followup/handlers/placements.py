"""What matching and the kommuner say of a placement, what people ask about it, and what time brings."""

from datetime import timedelta

from followup.commands.challenges import CloseChallenge, TryIntervention
from followup.commands.placements import (
    Cancel,
    CandidateGone,
    CheckIn,
    End,
    FollowPlace,
    Move,
    NewDay,
    NoteLearning,
    OfStage,
    OutcomeAnswer,
    Pause,
    PlacementAnswer,
    PlaceStopped,
    PlanStage,
    RecordOutcome,
    Remember,
    Resume,
    StageAnswer,
    Start,
    WarningAnswer,
)
from followup.handlers.base import candidate_key, candidate_of, decided, handlers, place_of
from followup.rules import Decision, ages, consultants, learning, outcomes, placements, stages, support
from followup.state.candidates import Candidate
from followup.state.challenges import Challenge, Intervention
from followup.state.placements import CheckinMade, Outcome, Placement
from followup.state.places import Place
from shared.catalogue import calendar
from shared.catalogue.forms import is_paid
from shared.events.base import Stage
from shared.events.followup import PlacementCancelled, PlacementCorrected, PlacementEnded, PlacementStagePlanned
from shared.events.matching import MatchAgreed
from shared.events.municipality_gateway import (
    CandidateHeard,
    PlacementAnswered,
    PlacementReported,
    PlacementSupportAnswered,
)
from shared.spine.work import Message, Work


def keep(work: Work, decision: Decision) -> PlacementAnswer:
    """Save a placement as the day leaves it, with its next timer; every event says the next check-in."""
    as_decided, said = decision
    placement, of_the_day = placements.day(as_decided, work.today)
    work.put(placement)
    for event in (*said, *of_the_day):
        work.emit(event.changed(next_checkin=placement.next_checkin))
        if isinstance(event, PlacementCancelled | PlacementEnded):
            for challenge_id in placement.challenges:  # what was hard about it is over with it
                work.soon((Challenge.KIND, challenge_id), "close", CloseChallenge(challenge_id=challenge_id))
        if isinstance(event, PlacementEnded | PlacementCorrected) and placement.state == "finished":
            _remember(work, placement)
    if day := stages.next_day(placement):
        midnight = calendar.end_of_day(day - timedelta(days=1))
        work.timer(placement.key, "day", midnight, NewDay(placement_id=placement.id))
    else:
        work.cancel_timer(placement.key, "day")
    return PlacementAnswer(placement_id=placement.id, state=placement.state, next_checkin=placement.next_checkin)


def _remember(work: Work, placement: Placement) -> None:
    """That the young person has been there, and how it is known by now."""
    command = Remember(
        candidate=placement.candidate,
        placement_id=placement.id,
        company_id=placement.company_id,
        unpaid=not any(is_paid(stage.form) for stage in placement.stages),
        in_error=placement.reason == placements.IN_ERROR,
    )
    work.soon((Candidate.KIND, placement.candidate), f"past {placement.id}", command)


def age_band(work: Work, data: OfStage) -> str | None:
    candidate = work.get(Candidate, data.candidate) if data.candidate else None
    return candidate.age_band if candidate else None


@handlers.on(MatchAgreed, (Placement, "match_id"), (Candidate, candidate_key), (Place, "place_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    data = message.data
    if work.get(Placement, data.match_id):
        return
    candidate, place = candidate_of(work, data), place_of(work, data)
    agreed_on = calendar.today(message.time)
    keep(work, placements.agreed(data, work.new_id(), candidate, place, agreed_on, work.today))
    work.put(
        candidate.changed(placements=candidate.placements | {data.match_id}),
        place.changed(placements=place.placements | {data.match_id}),
    )


@handlers.on(PlacementAnswered, PlacementReported, (Placement, "placement_id"))
def told(work: Work, message: Message[PlacementAnswered | PlacementReported]) -> None:
    """By the kommune."""
    data = message.data
    if (placement := work.get(Placement, data.placement_id)) is None:
        return

    def decide() -> Decision:
        if isinstance(data, PlacementAnswered):
            return stages.answered(placement, data, work.today)
        return outcomes.reported(placement, data, work.today)

    stage_id = data.stage_id if isinstance(data, PlacementAnswered) else None
    if decision := decided(work, placement, data.reply_id or message.id, decide, stage_id):
        keep(work, decision)


@handlers.on(PlacementSupportAnswered, (Placement, "placement_id"), (Challenge, "challenge_id"))
def support_answered(work: Work, message: Message[PlacementSupportAnswered]) -> None:
    """What the kommune grants counts as tried, by the kommune, at the day on which it was told."""
    data = message.data
    if (placement := work.get(Placement, data.placement_id)) is None:
        return
    before = work.get(Challenge, data.challenge_id)
    found = decided(
        work,
        placement,
        data.reply_id or message.id,
        lambda: support.answered(placement, before, data, work.today),
    )
    if found is None:
        return
    challenge, decision = found
    work.put(challenge)
    keep(work, decision)
    if decision[0] != placement and data.answer == "granted" and data.support:
        command = TryIntervention(
            intervention_id=work.new_id(),
            challenge_id=challenge.id,
            code=support.intervention(data.support),
            by="kommune",
            minutes=0,
        )
        work.soon((Intervention.KIND, command.intervention_id), "granted", command)


@handlers.on(CandidateHeard, (Placement, "placement_id"))
def voice(work: Work, message: Message[CandidateHeard]) -> None:
    data = message.data
    placement = work.get(Placement, data.placement_id)
    if placement and placement.candidate == candidate_key(data):
        keep(work, learning.heard(placement, data, calendar.today(message.time)))


# -- what people ask ---------------------------------------------------------------------------------------------------


@handlers.on(Start, (Placement, "placement_id"))
def start(work: Work, message: Message[Start]) -> PlacementAnswer:
    data = message.data
    placement = consultants.taken_up(work.need(Placement, data.placement_id), message.by)
    return keep(work, placements.started(placement, data.on, work.today))


@handlers.on(CheckIn, (Placement, "placement_id"))
def check_in(work: Work, message: Message[CheckIn]) -> PlacementAnswer:
    data = message.data
    made = CheckinMade(kind=data.kind, on=work.today, answered=data.answered, answers=data.answers, by=data.by)
    placement = work.need(Placement, data.placement_id)
    if data.by == "consultant":
        placement = consultants.taken_up(placement, message.by)
    return keep(work, placements.checked_in(placement, made))


@handlers.on(PlanStage, (Placement, "placement_id"), (Candidate, "candidate"))
def plan_stage(work: Work, message: Message[PlanStage]) -> StageAnswer:
    data = message.data
    stage = Stage(**data.model_dump(exclude={"placement_id", "candidate", "u18_tasks_confirmed"}))
    placement, said = stages.planned(
        work.need(Placement, data.placement_id),
        stage,
        age_band(work, data),
        work.today,
        confirmed=data.u18_tasks_confirmed,
    )
    approval_needed = stages.waits(placement, data.stage_id)
    kept = keep(work, (placement, said))
    warned = [rule for event in said if isinstance(event, PlacementStagePlanned) for rule in event.warnings]
    warnings = tuple(WarningAnswer.of(rule) for rule in warned)
    return StageAnswer(**dict(kept), stage_id=data.stage_id, approval_needed=approval_needed, warnings=warnings)


@handlers.on(Move, (Placement, "placement_id"), (Candidate, "candidate"))
def move(work: Work, message: Message[Move]) -> PlacementAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    if data.tasks:
        known, band = {task for stage in placement.stages for task in stage.tasks}, age_band(work, data)
        ages.checked(placement.stage.changed(tasks=data.tasks), band, known, confirmed=data.u18_tasks_confirmed)
    return keep(work, placements.moved(placement, data.on, data.contact_id, data.buddy_id, data.tasks, work.today))


@handlers.on(NoteLearning, (Placement, "placement_id"))
def note_learning(work: Work, message: Message[NoteLearning]) -> PlacementAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    progress = [(one.code, one.level) for one in data.progress]
    return keep(work, learning.noted(placement, data.goals, progress, data.by, work.today))


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
    placement = work.need(Placement, data.placement_id)
    return keep(work, placements.ended(placement, data.reason, data.on, data.gains, work.today))


@handlers.on(RecordOutcome, (Placement, "placement_id"))
def record_outcome(work: Work, message: Message[RecordOutcome]) -> OutcomeAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    when = outcomes.when(placement, data.on, data.when)
    outcome = Outcome(outcome=data.outcome, hours=data.hours, on=data.on, when=when, by="consultant")
    kept = keep(work, outcomes.became(placement, outcome, work.today))
    return OutcomeAnswer(**dict(kept), when=when)


# -- timers, and what another decision asks for ------------------------------------------------------------------------


@handlers.on(NewDay, (Placement, "placement_id"))
def new_day(work: Work, message: Message[NewDay]) -> None:
    data = message.data
    keep(work, (work.need(Placement, data.placement_id), []))


@handlers.on(CandidateGone, (Placement, "placement_id"))
def candidate_gone(work: Work, message: Message[CandidateGone]) -> None:
    """Who was withdrawn, proposed again and agreed on is there: the withdrawal was only heard late."""
    data, placement = message.data, work.need(Placement, message.data.placement_id)
    if data.version is None or data.version > placement.candidate_version:
        keep(work, placements.candidate_gone(placement, work.today))


@handlers.on(FollowPlace, (Placement, "placement_id"))
def follow_place(work: Work, message: Message[FollowPlace]) -> None:
    data, p = message.data, work.need(Placement, message.data.placement_id)
    instead = {p.leader_id: data.leader_id, data.contact_was: data.contact_id}
    work.put(p.changed(leader_id=data.leader_id, contact_id=instead.get(p.contact_id, p.contact_id)))


@handlers.on(PlaceStopped, (Placement, "placement_id"))
def place_stopped(work: Work, message: Message[PlaceStopped]) -> None:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    keep(work, placements.place_stopped(placement, data.reason, work.today, closed=data.closed))
