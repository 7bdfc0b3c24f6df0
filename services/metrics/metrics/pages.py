"""Pages: how it goes, for partners; a part of it for anyone, and the few figures of the front page."""

import re
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from metrics import atlas, tables, texts
from metrics.api import Reader, journeys_of, kpis_of
from metrics.queries.base import DIMENSIONS
from metrics.queries.journeys import Cut, JourneysView
from metrics.tables import Name, Writer
from shared.catalogue.assumptions import assumptions
from shared.catalogue.kommuner import KOMMUNER
from shared.web.access import open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.problems import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Problem

pages = Pages()
READERS = frozenset({"partner", "consultant", "operator", "kommune"})
"""Who sees all of it: as `GET /kpis`."""


def _asked(udsnit: str | None = None) -> Cut | None:
    """`region.1083`, `period.2026-Q1`, `kickoff.esbjerg-2026`; one at a time."""
    if not udsnit:
        return None
    by, _, of = udsnit.partition(".")
    for known in DIMENSIONS:
        if by == known:
            return Cut(known, of)
    raise Problem(NOT_FOUND, field="udsnit")


CutDep = Annotated[Cut | None, Depends(_asked)]


@pages.get("/tal", dependencies=[Depends(open_route)])
async def how_it_goes(page: PageDep, runtime: RuntimeDep, cut: CutDep) -> Response:
    """Anyone sees how far those have come who began, in the whole country; who may read `GET /kpis` sees all."""
    write = Writer(page.language, page.today)
    if not page.who or page.who.roles.isdisjoint(READERS):
        if cut:
            raise Problem(FORBIDDEN if page.who else UNAUTHENTICATED, rule="role")
        found = await journeys_of(runtime, None, timed=False)
        return page.show("tal_open.html", found=found, steps=write.steps(found), far=_far(page, found))
    found = await journeys_of(runtime, cut, timed=cut is not None)
    kpis = await kpis_of(runtime)
    held = assumptions(page.today)
    everywhere = {node.of: node.steps["opened"] for node in found.by["kommune"]}
    return page.show(
        "tal.html",
        found=found,
        cut=cut,
        name=write.node(cut.by, cut.of) if cut else page.t("hele landet", "the whole country"),
        choices=_choices(write, found),
        steps=write.steps(found),
        times=write.times(found.median_hours if cut else kpis.median_hours),
        kickoffs=write.kickoffs(found, kpis),
        regions=write.regions(found),
        kommuner=write.kommuner(found),
        periods=write.periods(found),
        worth=write.worth(kpis, held),
        kpis=kpis,
        held=held,
        write=write,
        dots=[(dot, KOMMUNER[dot.code].formal_name, everywhere.get(dot.code)) for dot in atlas.dots(everywhere)],
        atlas=atlas,
    )


@pages.get("/tal/kort", dependencies=[Depends(open_route)])
async def in_short(page: PageDep, runtime: RuntimeDep) -> Response:
    """For the front page: the figures so far."""
    return page.show("kort.html", far=_far(page, await journeys_of(runtime, None, timed=False)))


@pages.get("/tal/tal.csv")
async def file(page: PageDep, who: Reader, runtime: RuntimeDep, cut: CutDep, tabel: Name = "trin") -> Response:
    """One table of the page, for a spreadsheet."""
    write = Writer(page.language, page.today)
    found, kpis = (
        await journeys_of(runtime, cut, timed=tabel == "tider"),
        await kpis_of(runtime),
    )
    table = write.named(tabel, found, kpis, assumptions(page.today))
    named = "-".join(filter(None, ("lederalliancen", tabel, cut and cut.of, page.today.isoformat())))
    headers = {"Content-Disposition": f'attachment; filename="{re.sub("[^a-zA-Z0-9-]", "-", named)}.csv"'}
    return Response(tables.file_of(table), headers=headers, media_type="text/csv; charset=utf-8")


def _far(page: Page, found: JourneysView) -> list[tuple[str, str]]:
    """Number and words; what is hidden is left out, and what nobody has come to yet."""
    write = Writer(page.language, page.today)
    return [
        (write.number(value).shown, page.t(*words))
        for step, words in texts.FAR.items()
        if (value := found.steps[step].value)
    ]


def _choices(write: Writer, found: JourneysView) -> list[tuple[str, list[tuple[str, str]]]]:
    """What one can look at alone: a heading, and address and words of each."""
    rows = ((write.t("Periode", "Period"), write.periods(found)), (write.t("Region", "Region"), write.regions(found)))
    kickoffs = [(f"kickoff.{node.of}", write.node("kickoff", node.of)) for node in found.by["kickoff"]]
    return [
        *((heading, [(row.address, row.head) for row in table.rows if row.address]) for heading, table in rows),
        (write.t("Kick-off", "Kick-off"), kickoffs),
    ]
