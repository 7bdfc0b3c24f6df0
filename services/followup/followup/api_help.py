"""HTTP about what is hard and what helps."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from followup import commands, shown, store
from followup.state import Challenge, Intervention, Place, Placement
from shared.spine.work import Work
from shared.web.access import Principal, allow
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()
Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]


@router.post("/challenges", status_code=201)
async def raise_challenge(
    body: commands.Trouble, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """Something is hard. A leader's goes on top of the consultant's agenda; and a leader can always call."""
    who.own(leader=await _leader_of(runtime, body))
    by = "consultant" if "consultant" in who.roles else "leader"
    raised: dict[str, Any] = await dispatch(
        commands.RaiseChallenge(challenge_id=Work.new_id(), by=by, **dict(body)), who
    )
    return {**raised, "phone_promise": shown.PROMISE}


@router.post("/interventions", status_code=201)
async def try_intervention(body: commands.Tried, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """What was tried, by whom, and what it cost in minutes."""
    if body.challenge_id:
        await get_or_404(runtime, Challenge, body.challenge_id, "challenge_id")
    if body.placement_id:
        await get_or_404(runtime, Placement, body.placement_id, "placement_id")
    return await dispatch(commands.TryIntervention(intervention_id=Work.new_id(), **dict(body)), who)


@router.post("/interventions/{intervention_id}/result")
async def judge(
    intervention_id: UUID, body: commands.Judgement, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """Did it help? `solved` closes the challenge; `too-early` may be judged again, other results are final."""
    await get_or_404(runtime, Intervention, str(intervention_id), "intervention_id")
    return await dispatch(commands.JudgeIntervention(intervention_id=str(intervention_id), **dict(body)), who)


async def _leader_of(runtime: Any, trouble: commands.Trouble) -> str | None:
    """Whose it is; a company is no one leader's, so that is for consultants."""
    kinds: dict[str, type[Placement] | type[Place]] = {"placement": Placement, "place": Place}
    if kind := kinds.get(trouble.about):
        found = await get_or_404(runtime, kind, trouble.about_id, "about_id")
        return str(found.leader_id)
    if not await store.knows_company(runtime.pool, trouble.about_id):
        raise Problem(NOT_FOUND, field="about_id")
    return None
