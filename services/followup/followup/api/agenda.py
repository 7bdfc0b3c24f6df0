"""HTTP about the consultant's day."""

from typing import Annotated

from fastapi import APIRouter

from followup.api.base import Consultant
from followup.queries.agenda import AgendaView, Whose, whole_agenda
from shared.identifiers import InRange
from shared.web.dependencies import RuntimeDep

router = APIRouter()


@router.get("/agenda")
async def agenda(
    who: Consultant,
    runtime: RuntimeDep,
    days: Annotated[int, InRange(0, 60)] = 7,
    limit: Annotated[int, InRange(1, 500)] = 100,
    whose: Whose = "all",
) -> AgendaView:
    """The consultant's day: who needs help now (a leader's call for help on top), what stands still, whom to ask.

    `mine`: what I follow, what those follow for whom I stand in today, and what nobody follows yet.
    """
    return await whole_agenda(runtime, days, limit, whose, who)
