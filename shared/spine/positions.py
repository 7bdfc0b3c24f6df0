"""How far each partition has been handled, in which log: a topic that is made anew is another log, and begins at 0."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import asyncpg

from shared.db import Connection, columns

Partition = tuple[str, int]
"""(topic, partition)"""


class Position(NamedTuple):
    """`log` is the topic's id; `next_offset` comes after the last record that was handled."""

    log: str
    next_offset: int


async def save(conn: Connection, positions: Mapping[Partition, Position]) -> None:
    """Never back within one log."""
    await conn.execute(
        "INSERT INTO consumed (topic, partition, log, next_offset)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[])"
        " ORDER BY 1, 2 ON CONFLICT (topic, partition) DO UPDATE SET log = excluded.log,"
        " next_offset = CASE WHEN consumed.log = excluded.log THEN greatest(consumed.next_offset, excluded.next_offset)"
        " ELSE excluded.next_offset END",
        *columns(((*partition, *position) for partition, position in positions.items()), 4),
    )


async def place(conn: Connection, positions: Mapping[Partition, Position]) -> None:
    """Where reading begins, also where that is back: the log ends before."""
    await conn.execute(
        "INSERT INTO consumed (topic, partition, log, next_offset)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[])"
        " ORDER BY 1, 2 ON CONFLICT (topic, partition) DO UPDATE"
        " SET log = excluded.log, next_offset = excluded.next_offset",
        *columns(((*partition, *position) for partition, position in positions.items()), 4),
    )


async def all_of(pool: asyncpg.Pool, topics: Iterable[str] | None = None) -> dict[Partition, Position]:
    """Of these topics, or of all."""
    rows = await pool.fetch(
        "SELECT topic, partition, log, next_offset FROM consumed WHERE $1::text[] IS NULL OR topic = ANY($1)",
        None if topics is None else list(topics),
    )
    return {(row["topic"], row["partition"]): Position(row["log"], row["next_offset"]) for row in rows}
