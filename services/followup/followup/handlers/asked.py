"""What people ask over HTTP about a placement."""

from typing import Any

from followup import commands as asked
from followup.handlers.base import handlers, keep
from followup.rules import course, outcomes, stages
from followup.state import Asked, Outcome, Placement
from shared.events.base import Stage
from shared.spine.work import Message, Work


@handlers.on(asked.Start, (Placement, "placement_id"))
def start(work: Work, message: Message[asked.Start]) -> dict[str, Any]:
    return keep(work, course.started(work.need(Placement, message.data.placement_id), message.data.on))


@handlers.on(asked.CheckIn, (Placement, "placement_id"))
def check_in(work: Work, message: Message[asked.CheckIn]) -> dict[str, Any]:
    call = Asked(on=work.today, **message.data.model_dump(exclude={"placement_id"}))
    return keep(work, course.asked(work.need(Placement, message.data.placement_id), call))


@handlers.on(asked.PlanStage, (Placement, "placement_id"))
def plan_stage(work: Work, message: Message[asked.PlanStage]) -> dict[str, Any]:
    stage = Stage(**message.data.model_dump(exclude={"placement_id"}))
    placement, said = stages.planned(work.need(Placement, message.data.placement_id), stage)
    approval_needed = stages.waits(placement, stage.stage_id)
    return keep(work, (placement, said)) | {"stage_id": stage.stage_id, "approval_needed": approval_needed}


@handlers.on(asked.Pause, (Placement, "placement_id"))
def pause(work: Work, message: Message[asked.Pause]) -> dict[str, Any]:
    placement, time_out = work.need(Placement, message.data.placement_id), message.data
    return keep(work, course.paused(placement, time_out.reason, time_out.until, work.today))


@handlers.on(asked.Resume, (Placement, "placement_id"))
def resume(work: Work, message: Message[asked.Resume]) -> dict[str, Any]:
    return keep(work, course.resumed(work.need(Placement, message.data.placement_id), work.today))


@handlers.on(asked.Cancel, (Placement, "placement_id"))
def cancel(work: Work, message: Message[asked.Cancel]) -> dict[str, Any]:
    return keep(work, course.cancelled(work.need(Placement, message.data.placement_id), message.data.reason))


@handlers.on(asked.End, (Placement, "placement_id"))
def end(work: Work, message: Message[asked.End]) -> dict[str, Any]:
    ending = message.data
    placement = work.need(Placement, ending.placement_id)
    return keep(work, course.ended(placement, ending.reason, ending.on, ending.gains))


@handlers.on(asked.RecordOutcome, (Placement, "placement_id"))
def record_outcome(work: Work, message: Message[asked.RecordOutcome]) -> dict[str, Any]:
    placement, said = work.need(Placement, message.data.placement_id), message.data
    when = outcomes.when(placement, said.on, said.when)
    found = Outcome(outcome=said.outcome, hours=said.hours, on=said.on, when=when, by="consultant")
    return keep(work, outcomes.became(placement, found)) | {"when": when}
