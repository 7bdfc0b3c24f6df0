"""Aggregates as JSON documents: locked and loaded, read and saved set-based, keys in sorted order."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import orjson

from shared.db import Connection, columns
from shared.spine.failures import NewerShape
from shared.spine.work import Aggregate, Key

A = TypeVar("A", bound=Aggregate)


def read(kind: type[A], state: str, shape: int) -> A:
    """A document as this build knows it: brought up from an older shape; one of a newer shape is left to its build."""
    if shape == kind.shape():
        return kind.model_validate_json(state)
    if shape > kind.shape():
        raise NewerShape(kind.KIND)
    document: dict[str, Any] = orjson.loads(state)
    for step in kind.UPGRADES[shape - 1 :]:
        document = step(document)
    return kind.model_validate_json(orjson.dumps(document))


async def one(pool: Connection, kind: type[A], id_: str) -> A | None:
    """An aggregate as it is now, without a lock: for reading routes."""
    row = await pool.fetchrow("SELECT state, shape FROM aggregate WHERE kind = $1 AND id = $2", kind.KIND, id_)
    return read(kind, row["state"], row["shape"]) if row and row["state"] else None


async def many(pool: Connection, kind: type[A], query: str, *values: Any) -> list[A]:
    """What a query finds that selects `state` and `shape`."""
    return [read(kind, row["state"], row["shape"]) for row in await pool.fetch(query, *values)]


async def lock(
    conn: Connection, keys: Iterable[Key], kinds: Mapping[str, type[Aggregate]]
) -> dict[Key, Aggregate | None]:
    """Lock and load. A key that does not exist yet is locked as well, by a row without a state."""
    arrays = columns(sorted(set(keys)), 2)
    await conn.execute(
        "INSERT INTO aggregate (kind, id) SELECT * FROM unnest($1::text[], $2::text[]) ORDER BY 1, 2"
        " ON CONFLICT (kind, id) DO UPDATE SET id = excluded.id WHERE false",
        *arrays,
    )
    rows = await conn.fetch(
        "SELECT kind, id, state, shape FROM aggregate"
        " JOIN unnest($1::text[], $2::text[]) AS k(kind, id) USING (kind, id)",
        *arrays,
    )
    return {
        (r["kind"], r["id"]): None if r["state"] is None else read(kinds[r["kind"]], r["state"], r["shape"])
        for r in rows
    }


async def save(conn: Connection, states: Mapping[Key, Aggregate], locked: Iterable[Key]) -> None:
    """Save what changed, and drop the rows that were only locks."""
    if states:
        await conn.execute(
            "UPDATE aggregate a SET state = n.state::jsonb, shape = n.shape"
            " FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])"
            " AS n(kind, id, state, shape) WHERE a.kind = n.kind AND a.id = n.id",
            *columns(((*key, state.model_dump_json(), state.shape()) for key, state in states.items()), 4),
        )
    if absent := [key for key in locked if key not in states]:
        await conn.execute(
            "DELETE FROM aggregate a USING unnest($1::text[], $2::text[]) AS k(kind, id)"
            " WHERE a.kind = k.kind AND a.id = k.id AND a.state IS NULL",
            *columns(absent, 2),
        )
