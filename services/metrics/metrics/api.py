"""HTTP of metrics: the figures for partners and press."""

from typing import Annotated

from fastapi import APIRouter, Depends

from metrics.queries.kpis import KpisView, whole_country
from shared.web.access import Principal, allow
from shared.web.dependencies import RuntimeDep

router = APIRouter()
Reader = Annotated[Principal, Depends(allow("partner", "consultant", "operator", "kommune"))]


@router.get("/kpis")
async def kpis(who: Reader, runtime: RuntimeDep) -> KpisView:
    """How it goes, for the whole country. Descriptive: before and after, without a comparison, so no claim of effect.

    Cells below 5 are left out (`suppressed`), and as many more as it takes that none can be found by subtraction. A
    breakdown that cannot hide them is empty.
    """
    return await whole_country(runtime.pool, runtime.clock.now())
