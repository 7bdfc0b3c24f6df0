"""All that is read from this schema: counters, gauges, durations."""
# ruff: noqa: S608 - what is put in are names of our own

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

import asyncpg
import orjson

from metrics import figures
from metrics.rows import Total
from shared.db import Connection, columns

Dimension = Literal["period", "region", "kickoff"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
NONE = "none"
"""Without a kick-off, or where it is not known."""
LIVE = "state->>'test' = 'false' AND coalesce(state->>'in_error', 'false') = 'false'"

# Label values first, then the value. Hours are added up as numeric: exact.
GAUGES = {
    figures.PLACES: f"SELECT state->>'state', count(*) FROM aggregate WHERE kind = 'place' AND {LIVE} GROUP BY 1",
    figures.SEATS: f"""
        WITH taken AS (
          SELECT m.place_id, CASE WHEN p.status IN ('active', 'paused') THEN 'living' ELSE m.status END AS seat
          FROM (SELECT id, state->>'place_id' AS place_id, state->>'status' AS status
                FROM aggregate WHERE kind = 'match' AND state->>'status' IN ('held', 'agreed') AND {LIVE}) m
          LEFT JOIN (SELECT state->>'match_id' AS match_id, state->>'status' AS status
                     FROM aggregate WHERE kind = 'placement') p ON p.match_id = m.id
          WHERE p.status IS DISTINCT FROM 'over'
        ), open AS (
          SELECT state->>'state' AS state, (state->>'seats')::int
                 - (SELECT count(*) FROM taken WHERE place_id = a.id) AS seats
          FROM aggregate a WHERE kind = 'place' AND state->>'state' IN ('open', 'paused') AND {LIVE}
        )
        SELECT seat, count(*) FROM taken GROUP BY 1
        UNION ALL
        SELECT CASE state WHEN 'open' THEN 'free' ELSE 'resting' END, sum(greatest(seats, 0)) FROM open GROUP BY 1""",
    figures.REFERRALS_OPEN: f"""
        SELECT state->>'kommune', state->>'state', count(*) FROM aggregate WHERE kind = 'referral' AND {LIVE}
        AND state->>'state' IN ('requested', 'accepted', 'in-progress', 'on-hold') GROUP BY 1, 2""",
    figures.MATCHES_OPEN: f"""
        SELECT count(*) FROM aggregate WHERE kind = 'match' AND state->>'status' IN ('open', 'held') AND {LIVE}""",
    figures.PLACEMENTS: f"""
        SELECT state->>'form', count(*) FROM aggregate
        WHERE kind = 'placement' AND state->>'status' IN ('active', 'paused') AND {LIVE} GROUP BY 1""",
    figures.PAID_HOURS: f"""
        SELECT coalesce(sum((state->>'paid_hours')::numeric), 0) FROM aggregate WHERE kind = 'placement' AND {LIVE}""",
    figures.CHALLENGES_OPEN: """
        SELECT count(*) FROM aggregate c
        WHERE kind = 'challenge' AND state->>'open' = 'true' AND state->>'test' = 'false'
        AND NOT EXISTS (SELECT FROM aggregate p WHERE p.kind = 'placement' AND p.id = c.state->>'placement_id'
                        AND p.state->>'in_error' = 'true')""",
}

WRONG = "(SELECT id FROM aggregate WHERE state->>'in_error' = 'true')"
# $1-$3: the steps. A partner who was there before what it follows took no time.
DURATION = """
    SELECT step, b.kind, b.key, b.at, greatest(0, floor(extract(epoch FROM e.at - b.at)))::bigint AS seconds
    FROM unnest($1::text[], $2::text[], $3::text[]) AS s(step, begins, ends)
    JOIN first b ON b.kind = s.begins JOIN first e ON e.kind = s.ends AND e.key = b.key"""
_FIRST = f"SELECT kind, key, min(at) AS at FROM moment WHERE thing NOT IN {WRONG} GROUP BY kind, key"
STEPS = columns(((step.name, step.begins, step.ends) for step in figures.STEPS), 3)


class Bucket(NamedTuple):
    """Journeys that took a step in so long, and their seconds together. Number 0 holds up to BUCKETS[0] seconds."""

    step: str
    number: int
    journeys: int
    seconds: int


class Median(NamedTuple):
    """Of all journeys that took a step."""

    step: str
    journeys: int
    seconds: float


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


class Paid(NamedTuple):
    """Placements that have paid hours now, and these hours a week together."""

    placements: int
    hours: Fraction


async def totals(pool: asyncpg.Pool) -> list[Total]:
    rows = await pool.fetch("SELECT counter, labels, value, corrected FROM total ORDER BY counter, labels::text")
    return [Total(r["counter"], tuple(orjson.loads(r["labels"])), r["value"], r["corrected"]) for r in rows]


async def gauges(pool: asyncpg.Pool) -> dict[figures.Figure, list[tuple[tuple[str, ...], float]]]:
    return {
        figure: [(tuple(row)[:-1], float(row[-1])) for row in await pool.fetch(sql)] for figure, sql in GAUGES.items()
    }


async def histogram(pool: asyncpg.Pool) -> list[Bucket]:
    """A counter: what was entered in error stays in, and what was noted is never revised."""
    rows = await pool.fetch(
        f"WITH first AS (SELECT kind, key, at FROM moment WHERE first), duration AS ({DURATION})"
        " SELECT step, width_bucket(seconds, $4::bigint[]) AS bucket, count(*), sum(seconds)::bigint"
        " FROM duration GROUP BY 1, 2",
        *STEPS,
        [limit + 1 for limit in figures.BUCKETS],  # whole seconds: up to the limit is below the next one
    )
    return [Bucket(*row) for row in rows]


async def medians(pool: asyncpg.Pool | Connection) -> list[Median]:
    """Exact: the earliest of each kind, without what was entered in error; revised as more is known."""
    rows = await pool.fetch(
        f"WITH first AS ({_FIRST}), duration AS ({DURATION})"
        " SELECT step, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM duration GROUP BY step",
        *STEPS,
    )
    return [Median(*row) for row in rows]


async def matches_of_a_year(pool: asyncpg.Pool, now: datetime) -> int:
    """Agreed in the 12 months before `now`, without what was entered in error."""
    return int(
        await pool.fetchval(
            "SELECT count(*) FROM moment WHERE kind = 'agreed' AND at > $1::timestamptz - interval '12 months'"
            f" AND at <= $1 AND thing NOT IN {WRONG}",
            now,
        )
    )


async def paid(pool: asyncpg.Pool) -> Paid:
    """Observed, beside what is assumed."""
    row = await pool.fetchrow(
        "SELECT count(*), coalesce(sum((state->>'paid_hours')::numeric), 0) FROM aggregate"
        f" WHERE kind = 'placement' AND (state->>'paid_hours')::numeric > 0 AND {LIVE}"
    )
    return Paid(row[0], Fraction(row[1]))


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


async def begun(conn: Connection, moved_on: list[str]) -> list[Row]:
    """All journeys, by each of the dimensions. `moved_on`: the outcomes that are the third step of a young person's."""
    await conn.execute(_AT_ONCE)
    leaves = ", ".join(f"{leaf} AS {by}" for by, leaf in _LEAF.items())
    rows = await conn.fetch(
        f"WITH journey AS ({_JOURNEYS}), leaf AS (SELECT way, second, third, {leaves} FROM journey)"
        " SELECT way, CASE WHEN grouping(period) = 0 THEN 'period' WHEN grouping(region) = 0 THEN 'region'"
        " ELSE 'kickoff' END, coalesce(period, region, kickoff), count(*), count(*) FILTER (WHERE second),"
        " count(*) FILTER (WHERE third) FROM leaf"
        " GROUP BY GROUPING SETS ((way, period), (way, region), (way, kickoff))",
        moved_on,
    )
    return [Row(*row) for row in rows]


async def times(conn: Connection, by: Dimension, within: list[str]) -> tuple[list[Timed], list[Median]]:
    """How many took each step at each leaf, and the median of those leaves together."""
    await conn.execute(_AT_ONCE)
    rows = await conn.fetch(
        f"WITH first AS ({_FIRST}), duration AS ({DURATION}), timed AS ({_TIMED[by]}),"
        f" leaf AS (SELECT step, seconds, coalesce({_LEAF[by]}, '{NONE}') AS leaf FROM timed)"
        " SELECT step, leaf, count(*), NULL FROM leaf GROUP BY 1, 2 UNION ALL"
        " SELECT step, NULL, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM leaf"
        " WHERE leaf = ANY($4::text[]) GROUP BY step",
        *STEPS,
        within,
    )
    return [Timed(*row[:3]) for row in rows if row[3] is None], [
        Median(row[0], *row[2:]) for row in rows if row[3] is not None
    ]
