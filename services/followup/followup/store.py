"""All SQL of follow-up's schema: what the routes read."""

from datetime import date

import asyncpg

from followup.state import Challenge, Intervention, Placement
from shared.spine.aggregates import many


async def placements_at(pool: asyncpg.Pool, place_id: str) -> list[Placement]:
    """The first one first: ids are in order of time."""
    return await many(
        pool,
        Placement,
        "SELECT state FROM aggregate WHERE kind = 'placement' AND state->>'place_id' = $1 ORDER BY id",
        place_id,
    )


async def due(pool: asyncpg.Pool, until: date, limit: int) -> list[Placement]:
    """Placements whose next check-in is overdue or comes by that day, the earliest first."""
    return await many(
        pool,
        Placement,
        "SELECT state FROM aggregate WHERE kind = 'placement' AND state->'plan'->0->>'on' <= $1"
        " ORDER BY state->'plan'->0->>'on', id LIMIT $2",
        until.isoformat(),
        limit,
    )


async def expired(pool: asyncpg.Pool, limit: int) -> list[Placement]:
    """Paused because an approval ran out."""
    return await many(
        pool,
        Placement,
        "SELECT state FROM aggregate WHERE kind = 'placement' AND state->>'state' = 'paused'"
        " AND state->>'reason' = 'approval-expired' ORDER BY id LIMIT $1",
        limit,
    )


async def open_challenges(pool: asyncpg.Pool, limit: int) -> list[Challenge]:
    """Those that nobody has helped with first, a leader's own on top; then the oldest first."""
    return await many(
        pool,
        Challenge,
        "SELECT state FROM aggregate WHERE kind = 'challenge' AND NOT (state->>'closed')::boolean"
        " ORDER BY state->>'helped_at' IS NOT NULL, state->>'raised_by' <> 'leader', state->>'raised_at', id LIMIT $1",
        limit,
    )


async def challenges_of(pool: asyncpg.Pool, placement_id: str) -> list[Challenge]:
    return await many(pool, Challenge, _OF_PLACEMENT, Challenge.KIND, placement_id)


async def interventions_of(pool: asyncpg.Pool, placement_id: str) -> list[Intervention]:
    return await many(pool, Intervention, _OF_PLACEMENT, Intervention.KIND, placement_id)


async def knows_company(pool: asyncpg.Pool, company_id: str) -> bool:
    return bool(
        await pool.fetchval(
            "SELECT EXISTS (SELECT FROM aggregate WHERE kind = 'place' AND state->>'company_id' = $1)", company_id
        )
    )


_OF_PLACEMENT = "SELECT state FROM aggregate WHERE kind = $1 AND state->>'placement_id' = $2 ORDER BY id"
