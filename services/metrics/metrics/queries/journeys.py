"""How far those have come who began: leaders, places, young people; all of them, or of a period, region or kick-off.

One of the three at a time: two together are few, and would tell of single ones by subtraction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Literal, NamedTuple

import asyncpg

from metrics import rules
from metrics.queries.base import NONE, Dimension, Median, Row, Timed, begun, medians, times
from metrics.queries.kpis import CellView, DurationView, SuppressionView
from metrics.rules import Cell
from shared.catalogue import calendar
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.outcomes import outcomes
from shared.frozen import Frozen

Step = Literal["signed-up", "reached", "opened", "asked", "found", "agreed", "started", "moved-on"]
# What is followed, and how far it has come. Each step is one of those of the first.
WAYS: Mapping[str, tuple[Step, ...]] = {
    "leader": ("signed-up", "reached"),
    "place": ("opened", "asked", "found"),
    "young": ("agreed", "started", "moved-on"),
}


class Cut(NamedTuple):
    """`of`: a year (2026), a quarter (2026-Q1), a region's code, a kick-off's id."""

    by: Dimension
    of: str


class NodeView(Frozen):
    """One year, quarter, region, kommune or kick-off (`none`: without, or not known), and what it is a part of."""

    of: str
    within: str | None
    steps: dict[Step, CellView]


class JourneysView(Frozen):
    """`steps` and `median_hours`: of the period, region or kick-off that was asked for. `by`: always of all.

    A leader or a place belongs where the workplace lies, a young person to the own kommune, a kick-off to what its
    leaders began. A period is when it began, however far it has come since. By kommune there are leaders and places.
    """

    as_of: date
    suppression: SuppressionView
    period: str | None = None
    region: str | None = None
    kickoff: str | None = None
    steps: dict[Step, CellView]
    median_hours: dict[str, DurationView]
    by: dict[Literal["period", "region", "kommune", "kickoff"], list[NodeView]]


Tree = Mapping[Cell, int | None]


class Journeys:
    """What was counted, as it may be shown: every number by step and by the way to it (`()` is the whole country)."""

    def __init__(self, rows: Iterable[Row], today: date) -> None:
        self.today = today
        counted: dict[tuple[Dimension, Step], dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            for step, number in zip(WAYS[row.way], (row.began, row.second, row.third), strict=False):
                counted[row.by, step][self.path(row.by, row.leaf, row.way)] += number
        self.trees = {key: rules.suppressed_tree(leaves) for key, leaves in counted.items()}
        for by, step in counted:
            if step == "moved-on":  # who did not is a number too, of people
                self.trees[by, step] = rules.parts_tree(counted[by, step], counted[by, "started"])

    def path(self, by: Dimension, leaf: str | None, way: str = "") -> Cell:
        known = leaf or NONE
        if by == "period":
            return known[:4], known
        if by == "region":
            region = region_of(known, self.today)
            return (region,) if way == "young" else (region, known)
        return (known,)

    def steps(self, by: Dimension, cell: Cell) -> dict[Step, CellView]:
        """Of those that are told apart so far."""
        found: dict[Step, CellView] = {}
        for way, steps in WAYS.items():
            for step in steps:
                tree = self.trees.get((by, step), {(): 0})
                if cell in tree or not (by == "region" and len(cell) > 1 and way == "young"):
                    found[step] = _cell(tree, cell)
        return found

    def nodes(self, by: Dimension, depth: int) -> list[NodeView]:
        """In the order of their names."""
        cells = {cell for (of, _), tree in self.trees.items() if of == by for cell in tree if len(cell) == depth}
        return [
            NodeView(of=cell[-1], within=cell[-2] if depth > 1 else None, steps=self.steps(by, cell))
            for cell in sorted(cells)
        ]

    def has(self, cut: Cut) -> bool:
        return any(self.cell(cut) in tree for (by, _), tree in self.trees.items() if by == cut.by)

    def cell(self, cut: Cut) -> Cell:
        return (cut.of[:4], cut.of) if cut.by == "period" and len(cut.of) > 4 else (cut.of,)

    def within(self, cut: Cut) -> list[str]:
        """All that may belong to it, as `Row.leaf` names them."""
        cell = self.cell(cut)
        known = {*KOMMUNER, NONE, cut.of, *(f"{cut.of}-Q{n}" for n in range(1, 5))}
        return sorted(leaf for leaf in known if self.path(cut.by, leaf)[: len(cell)] == cell)

    def view(self, cut: Cut | None, durations: Mapping[str, DurationView]) -> JourneysView:
        by: Dimension = cut.by if cut else "period"
        return JourneysView(
            as_of=self.today,
            suppression=SuppressionView(below=rules.SMALL, rule="R-KPI-PRIV"),
            steps=self.steps(by, self.cell(cut) if cut else ()),
            median_hours=dict(durations),
            by={
                "period": [*self.nodes("period", 1), *self.nodes("period", 2)],
                "region": self.nodes("region", 1),
                "kommune": self.nodes("region", 2),
                "kickoff": self.nodes("kickoff", 1),
            },
            **({cut.by: cut.of} if cut else {}),
        )

    def durations(self, cut: Cut, timed: Iterable[Timed], medians: Iterable[Median]) -> dict[str, DurationView]:
        """Of a cut: how many took each step is hidden as all numbers are, and their median with it."""
        counted: dict[str, dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
        for one in timed:
            counted[one.step][self.path(cut.by, one.leaf)] += one.journeys
        found = {}
        for median in medians:
            shown = rules.suppressed_tree(counted[median.step]).get(self.cell(cut))
            if shown is None:
                found[median.step] = DurationView(value=None, suppressed=True, median=None)
            else:
                found[median.step] = DurationView.of(median)
        return found


def _cell(tree: Tree, cell: Cell) -> CellView:
    number = tree.get(cell, 0)
    return CellView(value=number, suppressed=number is None)


def region_of(kommune: str, on: date) -> str:
    """Its code; the name of one that has none yet."""
    found = KOMMUNER[kommune].region(on) if kommune in KOMMUNER else None
    return (found.code or found.name) if found else NONE


@cache
def _moved_on() -> list[str]:
    """In a job or an education."""
    return sorted(code for code, one in outcomes().items() if not {"employment", "education"}.isdisjoint(one.kinds))


async def journeys(pool: asyncpg.Pool, now: datetime, cut: Cut | None, *, timed: bool = True) -> JourneysView | None:
    """None where there is no such period, region or kick-off. `timed`: with the medians."""
    async with pool.acquire() as conn, conn.transaction(readonly=True, isolation="repeatable_read"):
        found = Journeys(await begun(conn, _moved_on()), calendar.today(now))
        if cut is None:
            return found.view(None, {one.step: DurationView.of(one) for one in (await medians(conn) if timed else ())})
        if not found.has(cut):
            return None
        counted, of_cut = await times(conn, cut.by, found.within(cut)) if timed else ([], [])
        return found.view(cut, found.durations(cut, counted, of_cut))
