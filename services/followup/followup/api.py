"""HTTP about placements. Consultants follow up; leaders and kommuner see their own, and leaders can speak up."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from followup import commands, shown, store
from followup.api_help import router as help_router
from followup.state import Placement
from shared.catalogue import calendar
from shared.spine.work import Work
from shared.web.access import Principal, allow
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404
from shared.web.problems import Problem

router = APIRouter()
router.include_router(help_router)
Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
Reader = Annotated[Principal, Depends(allow("leader", "kommune", "consultant"))]


@router.get("/agenda")
async def agenda(
    who: Consultant,
    runtime: RuntimeDep,
    days: Annotated[int, Query(ge=0, le=60)] = 7,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The consultant's day: who needs help now (a leader's call for help on top), what stands still, whom to ask."""
    today = calendar.today(runtime.clock.now())
    placements = await store.due(runtime.pool, today + timedelta(days=days), limit)
    checkins = [
        {**checkin.model_dump(include={"kind", "on"}), **shown.brief(p)}
        for p in placements
        for checkin in p.plan
        if checkin.on <= today + timedelta(days=days)
    ]
    checkins.sort(key=lambda checkin: checkin["on"])
    return {
        "today": today,
        "challenges": [shown.challenge(c) for c in await store.open_challenges(runtime.pool, limit)],
        "approval_expired": [shown.brief(p) for p in await store.expired(runtime.pool, limit)],
        "due": [c for c in checkins if c["on"] <= today],
        "coming": [c for c in checkins if c["on"] > today],
        "phone_promise": shown.PROMISE,
    }


@router.get("/placements")
async def placements(place_id: UUID, who: Reader, runtime: RuntimeDep) -> list[dict[str, Any]]:
    """The placements at a place, the first one first; a leader or a kommune gets its own of them."""
    found = await store.placements_at(runtime.pool, str(place_id))
    return [shown.brief(p) for p in found if _may_see(p, who)]


@router.get("/placements/{placement_id}")
async def placement(placement_id: UUID, who: Reader, runtime: RuntimeDep) -> dict[str, Any]:
    """A placement with its stages, check-ins, challenges, interventions and outcomes."""
    found = await get_or_404(runtime, Placement, placement_id, "placement_id")
    who.own(leader=found.leader_id, kommune=found.kommune)
    challenges = await store.challenges_of(runtime.pool, found.id)
    return shown.whole(found, challenges, await store.interventions_of(runtime.pool, found.id))


@router.post("/placements/{placement_id}/start")
async def start(
    placement_id: UUID, body: commands.FirstDay, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """It began. Unpaid work needs the kommune's approval for that day (R-PAY-1)."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.Start(placement_id=str(placement_id), **dict(body)), who)


@router.post("/placements/{placement_id}/checkins")
async def check_in(
    placement_id: UUID, body: commands.Call, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """Somebody asked how it goes, today. Without an answer the same is asked again on the next working day."""
    who.own_leader((await get_or_404(runtime, Placement, placement_id, "placement_id")).leader_id)
    by = "consultant" if "consultant" in who.roles else "leader"
    return await dispatch(commands.CheckIn(placement_id=str(placement_id), by=by, **dict(body)), who)


@router.post("/placements/{placement_id}/stages", status_code=201)
async def plan_stage(
    placement_id: UUID, body: commands.NewStage, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """Another form, other hours, times or tasks from a day on. It begins on that day, if it is approved by then."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.PlanStage(placement_id=str(placement_id), stage_id=Work.new_id(), **dict(body)), who)


@router.post("/placements/{placement_id}/pause")
async def pause(
    placement_id: UUID, body: commands.TimeOut, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """A time-out."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.Pause(placement_id=str(placement_id), **dict(body)), who)


@router.post("/placements/{placement_id}/resume")
async def resume(placement_id: UUID, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """Back again. Where an approval has run out, a next stage is what resumes it."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.Resume(placement_id=str(placement_id)), who)


@router.post("/placements/{placement_id}/cancel")
async def cancel(
    placement_id: UUID, body: commands.Cancelling, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """It never begins."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.Cancel(placement_id=str(placement_id), **dict(body)), who)


@router.post("/placements/{placement_id}/end")
async def end(
    placement_id: UUID, body: commands.Ending, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """It is over. The reason says whether as planned or early; education is a success. Gains are kept either way."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.End(placement_id=str(placement_id), **dict(body)), who)


@router.post("/placements/{placement_id}/outcomes", status_code=201)
async def record_outcome(
    placement_id: UUID, body: commands.Became, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """What became of it, while it lives or after. Several may hold at once."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    return await dispatch(commands.RecordOutcome(placement_id=str(placement_id), **dict(body)), who)


def _may_see(p: Placement, who: Principal) -> bool:
    try:
        who.own(leader=p.leader_id, kommune=p.kommune)
    except Problem:
        return False
    return True
