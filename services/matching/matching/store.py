"""All SQL of matching's schema: what the routes read."""

import asyncpg

from matching.state import Match
from shared.spine.aggregates import many


async def matches_of(pool: asyncpg.Pool, place_id: str) -> list[Match]:
    """All that was ever proposed for a place, what waits for an answer the longest first."""
    return await many(
        pool,
        Match,
        "SELECT state FROM aggregate WHERE kind = 'match' AND state->>'place_id' = $1 ORDER BY state->>'answer_by', id",
        place_id,
    )
