"""HTTP of metrics: the figures for partners and press."""

from typing import Annotated

from fastapi import APIRouter, Depends

from metrics.queries.base import Dimension
from metrics.queries.journeys import Cut, JourneysView, journeys
from metrics.queries.kept import kept
from metrics.queries.kpis import KpisView, whole_country
from shared.runtime import Runtime
from shared.spine.decision import Refused
from shared.web.access import Principal, allow
from shared.web.dependencies import RuntimeDep
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()
Reader = Annotated[Principal, Depends(allow("partner", "consultant", "operator", "kommune"))]


@router.get("/kpis")
async def kpis(who: Reader, runtime: RuntimeDep) -> KpisView:
    """How it goes, for the whole country. Descriptive: before and after, without a comparison, so no claim of effect.

    Cells below 5 are left out (`suppressed`), and as many more as it takes that none can be found by subtraction. A
    breakdown that cannot hide them is empty.
    """
    return await kpis_of(runtime)


async def kpis_of(runtime: Runtime) -> KpisView:
    now = runtime.clock.now()
    return await kept(runtime, now.date(), lambda: whole_country(runtime.pool, now))


@router.get("/kpis/journeys")
async def of_those_who_began(
    who: Reader,
    runtime: RuntimeDep,
    period: str | None = None,
    region: str | None = None,
    kickoff: str | None = None,
) -> JourneysView:
    """How far leaders, places and young people have come: of the whole country, or of a period (`2026`, `2026-Q1`),
    a region (its code) or a kick-off (its id), one of the three at a time.

    Cells are left out as in `GET /kpis`, so that no small one follows from those around it or above it.
    """
    asked: dict[Dimension, str | None] = {"period": period, "region": region, "kickoff": kickoff}
    cuts = [Cut(by, of) for by, of in asked.items() if of]
    if len(cuts) > 1:
        raise one_at_a_time(cuts[1].by)
    return await journeys_of(runtime, cuts[0] if cuts else None)


async def journeys_of(runtime: Runtime, cut: Cut | None, *, timed: bool = True) -> JourneysView:
    """404 where there is none such."""
    now = runtime.clock.now()
    key = now.date(), cut, timed
    found = await kept(runtime, key, lambda: journeys(runtime.pool, now, cut, timed=timed))
    if found is None:
        raise Problem(NOT_FOUND, field=cut.by if cut else "")
    return found


def one_at_a_time(field: str) -> Refused:
    return Refused(
        "R-KPI-PRIV",
        field,
        "Vælg én af periode, region og kick-off. To på én gang er så få, at tallene kunne pege på enkelte.",
        "Choose one of period, region and kickoff. Two at once are so few that figures could point to single ones.",
    )
