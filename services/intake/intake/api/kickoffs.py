"""HTTP about kick-offs."""

from fastapi import APIRouter, Depends

from intake.api.base import Consultant
from intake.commands.kickoffs import KickoffAnswer, KickoffBody, RegisterKickoff
from intake.queries import kickoffs as queries
from shared.web.access import open_route
from shared.web.dependencies import Dispatch, RuntimeDep

router = APIRouter()


@router.get("/kickoffs", dependencies=[Depends(open_route)])
async def kickoffs(runtime: RuntimeDep) -> list[queries.KickoffView]:
    """All kick-offs, the latest first."""
    return await queries.kickoffs(runtime)


@router.post("/kickoffs", status_code=201)
async def register(body: KickoffBody, who: Consultant, dispatch: Dispatch) -> KickoffAnswer:
    """Put a kick-off on the list, or correct it. Sign-ups through `?kickoff=<id>` count as its own."""
    facts = body.model_dump(exclude={"id"})
    answer: KickoffAnswer = await dispatch(RegisterKickoff(kickoff_id=body.id, **facts), who, KickoffAnswer)
    return answer
