"""HTTP of a consultant's day."""

from typing import Annotated

from fastapi import APIRouter

from municipality_gateway.api.base import Consultant
from municipality_gateway.queries.desk import DeskView, whole_desk
from shared.identifiers import InRange
from shared.web.dependencies import RuntimeDep

router = APIRouter()


@router.get("/desk", response_model_exclude_none=True)
async def desk(who: Consultant, runtime: RuntimeDep, limit: Annotated[int, InRange(1, 500)] = 200) -> DeskView:
    """What the gateway has for a consultant's day: whom to ring (each reading is logged), about what, and by when."""
    return await whole_desk(runtime, who, limit)
