"""How far each partition has been handled."""

import asyncpg

from shared.db import Connection, columns


async def save(conn: Connection, next_offsets: dict[tuple[str, int], int]) -> None:
    await conn.execute(
        "INSERT INTO consumed (topic, partition, next_offset) SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])"
        " ORDER BY 1, 2 ON CONFLICT (topic, partition)"
        " DO UPDATE SET next_offset = greatest(consumed.next_offset, excluded.next_offset)",
        *columns(((*key, offset) for key, offset in next_offsets.items()), 3),
    )


async def all_of(pool: asyncpg.Pool) -> dict[tuple[str, int], int]:
    """(topic, partition) -> the offset after the last record that was handled."""
    rows = await pool.fetch("SELECT topic, partition, next_offset FROM consumed")
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
