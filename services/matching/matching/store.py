"""All SQL of matching's schema: what the routes read."""

from typing import TypeVar

import asyncpg

from matching.state import Match
from shared.work import Aggregate

A = TypeVar("A", bound=Aggregate)


async def one(pool: asyncpg.Pool, kind: type[A], id_: str) -> A | None:
    state = await pool.fetchval("SELECT state FROM aggregate WHERE kind = $1 AND id = $2", kind.KIND, id_)
    return kind.model_validate_json(state) if state else None


async def matches_of(pool: asyncpg.Pool, place_id: str) -> list[Match]:
    """All that was ever proposed for a place, what waits for an answer the longest first."""
    rows = await pool.fetch(
        "SELECT state FROM aggregate WHERE kind = 'match' AND state->>'place_id' = $1 ORDER BY state->>'answer_by', id",
        place_id,
    )
    return [Match.model_validate_json(row["state"]) for row in rows]
