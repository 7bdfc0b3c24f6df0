"""HTTP about placements."""

from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter

from followup.api.base import Consultant, LeaderOrConsultant, Reader, speaks_as
from followup.commands.placements import (
    Cancel,
    CancelBody,
    CheckIn,
    CheckInBody,
    End,
    EndBody,
    Move,
    MoveBody,
    NoteLearning,
    NoteLearningBody,
    OfPlacement,
    OutcomeAnswer,
    Pause,
    PauseBody,
    PlacementAnswer,
    PlanStage,
    PlanStageBody,
    RecordOutcome,
    RecordOutcomeBody,
    Resume,
    StageAnswer,
    Start,
    StartBody,
)
from followup.queries.placements import PlacementView, WholePlacementView, placements_at, placements_of, whole_placement
from followup.state.placements import Placement
from shared.runtime import Runtime
from shared.spine.work import Work
from shared.web.access import Principal
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()
A = TypeVar("A", bound=PlacementAnswer)


@router.get("/placements")
async def placements(who: Reader, runtime: RuntimeDep, place_id: UUID | None = None) -> list[PlacementView]:
    """The placements at a place, the first one first; a leader or a kommune gets its own of them.

    Without a place a leader gets all their own, the hundred newest, the last agreed first.
    """
    if place_id:
        return await placements_at(runtime, str(place_id), who)
    return await placements_of(runtime, who)


@router.get("/placements/{placement_id}")
async def placement(placement_id: UUID, who: Reader, runtime: RuntimeDep) -> WholePlacementView:
    """A placement with its stages, check-ins, challenges, interventions and outcomes."""
    return await whole_placement(runtime, str(placement_id), who)


@router.post("/placements/{placement_id}/start")
async def start(
    placement_id: UUID, body: StartBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """It began. Unpaid work needs the kommune's approval for that day (R-PAY-1)."""
    command = Start(placement_id=str(placement_id), **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/checkins")
async def check_in(
    placement_id: UUID, body: CheckInBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """Somebody asked how it goes, today. Without an answer the same is asked again on the next working day."""
    command = CheckIn(placement_id=str(placement_id), by=speaks_as(who), **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/stages", status_code=201)
async def plan_stage(
    placement_id: UUID, body: PlanStageBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> StageAnswer:
    """Another form, other hours, times or tasks from a day on. It begins on that day, if it is approved by then."""
    candidate = await candidate_of(runtime, placement_id)
    command = PlanStage(placement_id=str(placement_id), stage_id=Work.new_id(), candidate=candidate, **dict(body))
    return await decided(runtime, dispatch, command, who, StageAnswer, once=True)


@router.post("/placements/{placement_id}/move")
async def move(
    placement_id: UUID, body: MoveBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """Another department, contact or buddy at the same workplace: the same placement."""
    candidate = await candidate_of(runtime, placement_id)
    command = Move(placement_id=str(placement_id), candidate=candidate, **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/learning")
async def note_learning(
    placement_id: UUID, body: NoteLearningBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """What is to be learned there, and how far it has come."""
    command = NoteLearning(placement_id=str(placement_id), by=speaks_as(who), **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/pause")
async def pause(
    placement_id: UUID, body: PauseBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """A time-out."""
    command = Pause(placement_id=str(placement_id), **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/resume")
async def resume(placement_id: UUID, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> PlacementAnswer:
    """Back again. Where an approval has run out, a next stage is what resumes it."""
    return await decided(runtime, dispatch, Resume(placement_id=str(placement_id)), who, PlacementAnswer)


@router.post("/placements/{placement_id}/cancel")
async def cancel(
    placement_id: UUID, body: CancelBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """It never begins."""
    command = Cancel(placement_id=str(placement_id), **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/end")
async def end(
    placement_id: UUID, body: EndBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """It is over. The reason says whether as planned or early; education is a success. Gains are kept either way."""
    command = End(placement_id=str(placement_id), **dict(body))
    return await decided(runtime, dispatch, command, who, PlacementAnswer)


@router.post("/placements/{placement_id}/outcomes", status_code=201)
async def record_outcome(
    placement_id: UUID, body: RecordOutcomeBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> OutcomeAnswer:
    """What became of it, while it lives or after. Several may hold at once."""
    command = RecordOutcome(placement_id=str(placement_id), **dict(body))
    return await decided(runtime, dispatch, command, who, OutcomeAnswer)


async def decided(
    runtime: Runtime, dispatch: Dispatch, command: OfPlacement, who: Principal, answer: type[A], *, once: bool = False
) -> A:
    """Of a placement that is there and, for a leader, one's own."""
    placement = await get_or_404(runtime, Placement, command.placement_id, "placement_id")
    who.own("placement_id", leader=placement.leader_id)
    found: A = await dispatch(command, who, answer, once=once)
    return found


async def candidate_of(runtime: Runtime, placement_id: UUID) -> str:
    return (await get_or_404(runtime, Placement, placement_id, "placement_id")).candidate
