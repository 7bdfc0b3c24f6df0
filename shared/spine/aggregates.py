"""Aggregates as JSON documents: locked and loaded, read and saved set-based, keys in sorted order."""

from collections.abc import Iterable
from typing import Any, TypeVar

from shared.db import Connection, columns
from shared.spine.work import Aggregate, Key

A = TypeVar("A", bound=Aggregate)


async def one(pool: Connection, kind: type[A], id_: str) -> A | None:
    """An aggregate as it is now, without a lock: for reading routes."""
    state = await pool.fetchval("SELECT state FROM aggregate WHERE kind = $1 AND id = $2", kind.KIND, id_)
    return kind.model_validate_json(state) if state else None


async def many(pool: Connection, kind: type[A], query: str, *values: Any) -> list[A]:
    """What a query finds that selects `state`."""
    return [kind.model_validate_json(row["state"]) for row in await pool.fetch(query, *values)]


async def lock(conn: Connection, keys: Iterable[Key], kinds: dict[str, type[Aggregate]]) -> dict[Key, Any]:
    """Lock and load. A key that does not exist yet is locked as well, by a row without a state."""
    arrays = columns(sorted(set(keys)), 2)
    await conn.execute(
        "INSERT INTO aggregate (kind, id) SELECT * FROM unnest($1::text[], $2::text[]) ORDER BY 1, 2"
        " ON CONFLICT (kind, id) DO UPDATE SET id = excluded.id WHERE false",
        *arrays,
    )
    rows = await conn.fetch(
        "SELECT kind, id, state FROM aggregate JOIN unnest($1::text[], $2::text[]) AS k(kind, id) USING (kind, id)",
        *arrays,
    )
    return {
        (r["kind"], r["id"]): None if r["state"] is None else kinds[r["kind"]].model_validate_json(r["state"])
        for r in rows
    }


async def save(conn: Connection, states: dict[Key, Aggregate], locked: Iterable[Key]) -> None:
    """Save what changed, and drop the rows that were only locks."""
    if states:
        await conn.execute(
            "UPDATE aggregate a SET state = n.state::jsonb FROM unnest($1::text[], $2::text[], $3::text[])"
            " AS n(kind, id, state) WHERE a.kind = n.kind AND a.id = n.id",
            *columns(((*key, state.model_dump_json()) for key, state in states.items()), 3),
        )
    if absent := [key for key in locked if key not in states]:
        await conn.execute(
            "DELETE FROM aggregate a USING unnest($1::text[], $2::text[]) AS k(kind, id)"
            " WHERE a.kind = k.kind AND a.id = k.id AND a.state IS NULL",
            *columns(absent, 2),
        )
