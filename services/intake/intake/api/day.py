"""HTTP about a consultant's day."""

from typing import Annotated

from fastapi import APIRouter

from intake.api.base import Consultant
from intake.commands.mornings import MorningAnswer, MorningBody, WriteEachMorning, WriteNoMore
from intake.queries.day import DayView, whole_day
from intake.queries.mornings import is_on, person_of
from shared.identifiers import InRange
from shared.web.dependencies import Dispatch, RuntimeDep

router = APIRouter()


@router.get("/day", response_model_exclude_none=True)
async def day(who: Consultant, runtime: RuntimeDep, limit: Annotated[int, InRange(1, 1000)] = 200) -> DayView:
    """All that is due today, in the order in which one would ring; each with whom to ring, about what, by when."""
    return await whole_day(runtime, who, limit)


@router.get("/day/mail")
async def mail(who: Consultant, runtime: RuntimeDep) -> MorningAnswer:
    """Whether you are written to in the morning."""
    return MorningAnswer(on=await is_on(runtime, who))


@router.put("/day/mail")
async def write_each_morning(body: MorningBody, who: Consultant, dispatch: Dispatch) -> MorningAnswer:
    """At seven on each working day a mail with what waits, as numbers; nobody's name is in it."""
    return await dispatch(WriteEachMorning(person_id=person_of(who), **dict(body)), who, MorningAnswer)


@router.delete("/day/mail")
async def write_no_more(who: Consultant, dispatch: Dispatch) -> MorningAnswer:
    """No mail in the morning any more; your address is forgotten."""
    return await dispatch(WriteNoMore(person_id=person_of(who)), who, MorningAnswer)
