"""All SQL of intake's schema: what the routes read."""

from datetime import date
from typing import Any, TypeVar

import asyncpg

from intake.state import Leader, Place, Referral
from shared.work import Aggregate

A = TypeVar("A", bound=Aggregate)


async def one(pool: asyncpg.Pool, kind: type[A], id_: str) -> A | None:
    state = await pool.fetchval("SELECT state FROM aggregate WHERE kind = $1 AND id = $2", kind.KIND, id_)
    return kind.model_validate_json(state) if state else None


async def calls(pool: asyncpg.Pool, until: date, limit: int) -> list[Leader]:
    """Leaders to call up to a day: the longest waiting first."""
    rows = await pool.fetch(
        "SELECT state FROM aggregate WHERE kind = 'leader' AND state->>'next_call_on' <= $1"
        " ORDER BY state->>'next_call_on', state->>'signed_up_on', id LIMIT $2",
        until.isoformat(),
        limit,
    )
    return [Leader.model_validate_json(row["state"]) for row in rows]


async def places_of(pool: asyncpg.Pool, leader_id: str) -> list[Place]:
    rows = await pool.fetch(
        "SELECT state FROM aggregate WHERE kind = 'place' AND state->>'leader_id' = $1 ORDER BY id", leader_id
    )
    return [Place.model_validate_json(row["state"]) for row in rows]


async def referral_with_place(pool: asyncpg.Pool, referral_id: str) -> tuple[Referral, Place, Leader] | None:
    row: Any = await pool.fetchrow(
        "SELECT r.state AS referral, p.state AS place, l.state AS leader FROM aggregate r"
        " JOIN aggregate p ON p.kind = 'place' AND p.id = r.state->>'place_id'"
        " JOIN aggregate l ON l.kind = 'leader' AND l.id = p.state->>'leader_id'"
        " WHERE r.kind = 'referral' AND r.id = $1",
        referral_id,
    )
    if row is None:
        return None
    return (
        Referral.model_validate_json(row["referral"]),
        Place.model_validate_json(row["place"]),
        Leader.model_validate_json(row["leader"]),
    )
