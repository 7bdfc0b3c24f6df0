"""All SQL of intake's schema: what the routes read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg

from intake.rows import LeaderEmail
from intake.state import Leader, Place, Referral
from shared.db import Connection, columns
from shared.spine.aggregates import many


async def save_emails(conn: Connection, rows: Sequence[LeaderEmail]) -> None:
    """Raises UniqueViolationError where the address has joined already."""
    await conn.execute(
        "INSERT INTO leader_email (hash, person_id) SELECT * FROM unnest($1::bytea[], $2::uuid[])",
        *columns(((row.hash, row.person_id) for row in rows), 2),
    )


async def has_joined(pool: asyncpg.Pool, email_hash: bytes) -> bool:
    return bool(await pool.fetchval("SELECT EXISTS (SELECT FROM leader_email WHERE hash = $1)", email_hash))


async def calls(pool: asyncpg.Pool, until: date, limit: int) -> list[Leader]:
    """Leaders to call up to a day: the longest waiting first."""
    return await many(
        pool,
        Leader,
        "SELECT state FROM aggregate WHERE kind = 'leader' AND state->>'next_call_on' <= $1"
        " ORDER BY state->>'next_call_on', state->>'signed_up_on', id LIMIT $2",
        until.isoformat(),
        limit,
    )


async def places_of(pool: asyncpg.Pool, leader_id: str) -> list[Place]:
    return await many(
        pool,
        Place,
        "SELECT state FROM aggregate WHERE kind = 'place' AND state->>'leader_id' = $1 ORDER BY id",
        leader_id,
    )


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
