"""HTTP about postal codes: in which kommune a workplace lies."""

from fastapi import APIRouter, Depends

from intake.queries.postal import PostalView
from shared.catalogue import calendar
from shared.identifiers import Postnr
from shared.web.access import open_route
from shared.web.dependencies import RuntimeDep

router = APIRouter()


@router.get("/postal/{nr}", dependencies=[Depends(open_route)])
async def postal(nr: Postnr, runtime: RuntimeDep) -> PostalView:
    """The kommuner that a postal code lies in, with their shares of its area. Where it is not `clear`, ask which."""
    return PostalView.of(nr, calendar.today(runtime.clock.now()))
