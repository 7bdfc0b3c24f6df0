"""All that is read from this schema: counters, gauges, durations."""
# ruff: noqa: S608 - what is put in are names of our own

from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

import asyncpg
import orjson

from metrics import figures
from metrics.rows import Total
from shared.db import Connection, columns

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
        "WITH first AS (SELECT kind, key, min(at) AS at FROM moment"
        f" WHERE thing NOT IN {WRONG} GROUP BY kind, key),"
        f" duration AS ({DURATION})"
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
