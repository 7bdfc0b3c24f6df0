"""HTTP about who follows whom."""

from typing import Annotated

from fastapi import APIRouter, Path

from followup.api.base import Consultant
from followup.commands.consultants import (
    AbsenceAnswer,
    AbsenceBody,
    HandOver,
    HandOverAnswer,
    HandOverBody,
    NoteAbsence,
    Sub,
)
from followup.queries.consultants import ConsultantView, consultants, followed_by
from followup.state.placements import Placement
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.get("/consultants")
async def who_follows(who: Consultant, runtime: RuntimeDep) -> list[ConsultantView]:
    """Who follows how many placements, how many nobody follows, and who is away when."""
    return await consultants(runtime)


@router.post("/consultants/{consultant}/absences", status_code=201)
async def note_absence(
    consultant: Annotated[Sub, Path()], body: AbsenceBody, who: Consultant, dispatch: Dispatch
) -> AbsenceAnswer:
    """Away, and who has the work meanwhile."""
    answer: AbsenceAnswer = await dispatch(NoteAbsence(consultant=consultant, **dict(body)), who, AbsenceAnswer)
    return answer


@router.post("/handovers", status_code=201)
async def hand_over(body: HandOverBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> HandOverAnswer:
    """One placement, or all that a consultant follows, goes to another consultant."""
    if body.placement_id:
        placement = await get_or_404(runtime, Placement, body.placement_id, "placement_id")
        command = HandOver(placement_ids=(placement.id,), from_=placement.consultant, to=body.to)
    else:
        found = await followed_by(runtime.pool, str(body.from_))
        command = HandOver(placement_ids=tuple(found), from_=body.from_, to=body.to)
    answer: HandOverAnswer = await dispatch(command, who, HandOverAnswer)
    return answer
