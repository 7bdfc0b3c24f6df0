"""HTTP about kick-offs."""

from fastapi import APIRouter, Depends

from intake.api.base import Consultant
from intake.commands.kickoffs import CorrectKickoff, CorrectKickoffBody, KickoffAnswer, KickoffBody, RegisterKickoff
from intake.queries import kickoffs as queries
from intake.refusals import nothing_to_correct
from intake.state.leaders import Kickoff
from shared.web.access import open_route
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.get("/kickoffs", dependencies=[Depends(open_route)])
async def kickoffs(runtime: RuntimeDep) -> list[queries.KickoffView]:
    """All kick-offs, the latest first."""
    return await queries.kickoffs(runtime)


@router.post("/kickoffs", status_code=201)
async def register(body: KickoffBody, who: Consultant, dispatch: Dispatch) -> KickoffAnswer:
    """Put a kick-off on the list. Sign-ups through `?kickoff=<id>` count as its own."""
    facts = body.model_dump(exclude={"id"})
    answer: KickoffAnswer = await dispatch(RegisterKickoff(kickoff_id=body.id, **facts), who, KickoffAnswer)
    return answer


@router.patch("/kickoffs/{kickoff_id}")
async def correct(
    kickoff_id: str, body: CorrectKickoffBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> KickoffAnswer:
    """What was typed wrong; the id stays, for it is in links and figures. Who corrected what, and when, is kept."""
    if not body.model_dump(exclude_none=True):
        raise nothing_to_correct()
    known = await get_or_404(runtime, Kickoff, kickoff_id, "kickoff_id")
    answer: KickoffAnswer = await dispatch(CorrectKickoff(kickoff_id=known.id, **dict(body)), who, KickoffAnswer)
    return answer
