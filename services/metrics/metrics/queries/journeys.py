"""How far those have come who began: leaders, places, young people; all of them, or of a period, region or kick-off.

One of the three at a time: two together are few, and would tell of single ones by subtraction.
"""
# ruff: noqa: S608 - what is put in are names of our own

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Literal, NamedTuple, get_args

import asyncpg

from metrics import rules
from metrics.queries.base import DURATION, LIVE, STEPS, WRONG, Median, medians
from metrics.queries.kpis import CellView, DurationView, SuppressionView
from metrics.rules import Cell
from shared.catalogue import calendar
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.outcomes import outcomes
from shared.db import Connection
from shared.frozen import Frozen

Dimension = Literal["period", "region", "kickoff"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Step = Literal["signed-up", "reached", "opened", "asked", "found", "agreed", "started", "moved-on"]
# What is followed, and how far it has come. Each step is one of those of the first.
WAYS: Mapping[str, tuple[Step, ...]] = {
    "leader": ("signed-up", "reached"),
    "place": ("opened", "asked", "found"),
    "young": ("agreed", "started", "moved-on"),
}
NONE = "none"
"""Without a kick-off, or where it is not known."""

# The latest that was asked: months after the end, before that while the placement lives.
_LATEST = "coalesce(o->'12', o->'6', o->'3', o->'0', o->'living')"
_LIVE = {name: LIVE.replace("state", f"{name}.state") for name in ("p", "m", "w")}
# All of each table is read. What is stored as JSON has no statistics, and PostgreSQL would look up each row by itself.
_AT_ONCE = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off"
_MATCH = f"JOIN aggregate m ON m.kind = 'match' AND m.id = b.key AND {_LIVE['m']}"
_PLACE = "LEFT JOIN moment pl ON pl.kind = 'opened' AND pl.key = b.follows"
_JOURNEYS = f"""
    SELECT 'leader' AS way, b.at, b.kommune, b.kickoff,
           EXISTS (SELECT FROM moment r WHERE r.kind = 'reached' AND r.key = b.key) AS second, false AS third
    FROM moment b WHERE b.kind = 'signed-up'
    UNION ALL
    SELECT 'place', b.at, p.state->>'opened_in', s.kickoff,
           EXISTS (SELECT FROM moment r WHERE r.kind = 'referred' AND r.key = b.key AND r.thing NOT IN {WRONG}),
           EXISTS (SELECT FROM moment r WHERE r.kind = 'agreed' AND r.follows = b.key AND r.key NOT IN {WRONG})
    FROM moment b JOIN aggregate p ON p.kind = 'place' AND p.id = b.key AND {_LIVE["p"]}
    LEFT JOIN moment s ON s.kind = 'signed-up' AND s.key = b.follows WHERE b.kind = 'opened'
    UNION ALL
    SELECT 'young', b.at, b.kommune, s.kickoff, w.id IS NOT NULL,
           EXISTS (SELECT FROM (SELECT w.state->'outcomes' AS o) found WHERE {_LATEST} ?| $1::text[])
    FROM moment b {_MATCH} {_PLACE}
    LEFT JOIN moment s ON s.kind = 'signed-up' AND s.key = pl.follows
    LEFT JOIN (SELECT r.key, w.id, w.state FROM moment r
               JOIN aggregate w ON w.kind = 'placement' AND w.id = r.thing AND {_LIVE["w"]}
               WHERE r.kind = 'started') w ON w.key = b.key
    WHERE b.kind = 'agreed'"""
# What was timed, by where it began. A challenge belongs to a period alone.
_BEGAN = """LEFT JOIN moment b ON b.key = d.key AND b.thing = d.key
            AND b.kind = CASE d.kind WHEN 'answered' THEN 'sent' ELSE d.kind END"""
_TIMED: Mapping[Dimension, str] = {
    "period": "SELECT step, seconds, at FROM duration",
    "region": f"""SELECT step, seconds, coalesce(p.state->>'opened_in', b.kommune) AS kommune FROM duration d {_BEGAN}
                  LEFT JOIN aggregate p ON p.kind = 'place' AND p.id = d.key""",
    "kickoff": f"""SELECT step, seconds, coalesce(b.kickoff, s.kickoff) AS kickoff FROM duration d {_BEGAN} {_PLACE}
                   LEFT JOIN moment s ON s.kind = 'signed-up' AND s.key = coalesce(pl.follows, b.follows)""",
}
# Where a journey belongs, by what it is told apart.
_LEAF: Mapping[Dimension, str] = {
    "period": "to_char(at AT TIME ZONE 'Europe/Copenhagen', 'YYYY-\"Q\"Q')",
    "region": "kommune",
    "kickoff": "kickoff",
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


class Row(NamedTuple):
    """So many of a way began there, and so many of them came to its second and its third step."""

    way: str
    by: Dimension
    leaf: str | None
    began: int
    second: int
    third: int


class Timed(NamedTuple):
    """How many journeys took a step there."""

    step: str
    leaf: str | None
    journeys: int


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


async def journeys(pool: asyncpg.Pool, now: datetime, cut: Cut | None) -> JourneysView | None:
    """None where there is no such period, region or kick-off."""
    async with pool.acquire() as conn, conn.transaction(readonly=True, isolation="repeatable_read"):
        await conn.execute(_AT_ONCE)
        return await _journeys(conn, calendar.today(now), cut)


async def _journeys(conn: Connection, today: date, cut: Cut | None) -> JourneysView | None:
    leaves = ", ".join(f"{leaf} AS {by}" for by, leaf in _LEAF.items())
    rows = await conn.fetch(
        f"WITH journey AS ({_JOURNEYS}), leaf AS (SELECT way, second, third, {leaves} FROM journey)"
        " SELECT way, CASE WHEN grouping(period) = 0 THEN 'period' WHEN grouping(region) = 0 THEN 'region'"
        " ELSE 'kickoff' END, coalesce(period, region, kickoff), count(*), count(*) FILTER (WHERE second),"
        " count(*) FILTER (WHERE third) FROM leaf"
        " GROUP BY GROUPING SETS ((way, period), (way, region), (way, kickoff))",
        _moved_on(),
    )
    found = Journeys((Row(*row) for row in rows), today)
    if cut is None:
        return found.view(None, {one.step: DurationView.of(one) for one in await medians(conn)})
    if not found.has(cut):
        return None
    timed, of_cut = await _times(conn, found, cut)
    return found.view(cut, found.durations(cut, timed, of_cut))


async def _times(conn: Connection, found: Journeys, cut: Cut) -> tuple[list[Timed], list[Median]]:
    within = [
        leaf
        for leaf in {*KOMMUNER, NONE, cut.of, *(f"{cut.of}-Q{n}" for n in range(1, 5))}
        if found.cell(cut) == found.path(cut.by, leaf)[: len(found.cell(cut))]
    ]
    rows = await conn.fetch(
        "WITH first AS (SELECT kind, key, min(at) AS at FROM moment"
        f" WHERE thing NOT IN {WRONG} GROUP BY kind, key), duration AS ({DURATION}), timed AS ({_TIMED[cut.by]}),"
        f" leaf AS (SELECT step, seconds, coalesce({_LEAF[cut.by]}, '{NONE}') AS leaf FROM timed)"
        " SELECT step, leaf, count(*), NULL FROM leaf GROUP BY 1, 2 UNION ALL"
        " SELECT step, NULL, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM leaf"
        " WHERE leaf = ANY($4::text[]) GROUP BY step",
        *STEPS,
        within,
    )
    timed = [Timed(*row[:3]) for row in rows if row[3] is None]
    return timed, [Median(row[0], row[2], row[3]) for row in rows if row[3] is not None]
