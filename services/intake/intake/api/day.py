"""HTTP about a consultant's day."""

from typing import Annotated

from fastapi import APIRouter, Query

from intake.api.base import Consultant
from intake.queries.day import DayView, whole_day
from shared.web.dependencies import RuntimeDep

router = APIRouter()


@router.get("/day", response_model_exclude_none=True)
async def day(who: Consultant, runtime: RuntimeDep, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> DayView:
    """All that is due today, in the order in which one would ring; each with whom to ring, about what, by when."""
    return await whole_day(runtime, who, limit)
