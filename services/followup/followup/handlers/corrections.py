"""What was entered wrongly, put right."""

from followup.commands.corrections import CorrectEnd, CorrectOutcome, CorrectStage, CorrectStart
from followup.commands.placements import PlacementAnswer
from followup.handlers.base import handlers
from followup.handlers.placements import age_band, keep
from followup.rules import corrections, outcomes
from followup.state.candidates import Candidate
from followup.state.placements import Outcome, Placement
from shared.events.base import Stage
from shared.spine.work import Message, Work


@handlers.on(CorrectStart, (Placement, "placement_id"))
def start(work: Work, message: Message[CorrectStart]) -> PlacementAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    return keep(work, corrections.start(placement, data.on, message.by, work.today))


@handlers.on(CorrectEnd, (Placement, "placement_id"))
def end(work: Work, message: Message[CorrectEnd]) -> PlacementAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    return keep(work, corrections.end(placement, data.reason, data.on, data.gains, message.by, work.today))


@handlers.on(CorrectOutcome, (Placement, "placement_id"))
def outcome(work: Work, message: Message[CorrectOutcome]) -> PlacementAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    now = None
    if data.now:
        when = outcomes.when(placement, data.now.on, data.now.when)
        now = Outcome(outcome=data.now.outcome, hours=data.now.hours, on=data.now.on, when=when, by="consultant")
    return keep(work, corrections.outcome(placement, data.outcome, data.when, now, message.by, work.today))


@handlers.on(CorrectStage, (Placement, "placement_id"), (Candidate, "candidate"))
def stage(work: Work, message: Message[CorrectStage]) -> PlacementAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    facts = data.now.model_dump(exclude={"u18_tasks_confirmed"}) if data.now else None
    decision = corrections.stage(
        placement,
        data.stage_id,
        Stage(stage_id=data.stage_id, **facts) if facts else None,
        age_band(work, data),
        message.by,
        work.today,
        confirmed=bool(data.now and data.now.u18_tasks_confirmed),
    )
    return keep(work, decision)
