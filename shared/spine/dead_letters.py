"""What could not be handled, kept with its reason."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.db import Connection, columns
from shared.spine.envelope import Bad, Record
from shared.spine.parking import pack


async def bury(conn: Connection, rows: Sequence[tuple[str, Record, Bad, str]], build: str) -> None:
    """Dead letters: (id, record, why, status). A personal one is kept without its content."""
    await conn.execute(
        'INSERT INTO dead_letter (id, topic, partition, "offset", event_id, event_type, subject, version, key, value,'
        " headers, stage, error, status, build)"
        " SELECT *, $15 FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[],"
        " $7::text[], $8::bigint[], $9::bytea[], $10::bytea[], $11::bytea[], $12::text[], $13::text[], $14::text[])"
        ' ON CONFLICT (topic, partition, "offset") DO UPDATE'
        " SET attempts = dead_letter.attempts + 1, last_failed_at = now(), error = excluded.error",
        *columns(
            (
                (id_, *r.position, *(_safe(bad)), bad.version, *_content(r, bad), bad.stage, bad.code, status)
                for id_, r, bad, status in rows
            ),
            14,
        ),
        build,
    )


def _safe(bad: Bad) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if bad.personal else (bad.id, bad.type, bad.subject)


def _content(record: Record, bad: Bad) -> tuple[bytes | None, bytes | None, bytes | None]:
    return (None, None, None) if bad.personal else (record.key, record.value, pack(record.headers))


async def listed(pool: asyncpg.Pool, status: str = "open", limit: int = 100) -> list[asyncpg.Record]:
    """Oldest first; without the content."""
    return list(
        await pool.fetch(
            'SELECT id, topic, partition, "offset", event_type, subject, version, stage, error, attempts, status,'
            " first_failed_at, last_failed_at, build, reason FROM dead_letter WHERE status = $1"
            " ORDER BY first_failed_at, topic, subject, version LIMIT $2",
            status,
            limit,
        )
    )


async def one(pool: asyncpg.Pool, id_: UUID) -> asyncpg.Record | None:
    """One dead letter with its bytes."""
    return await pool.fetchrow("SELECT * FROM dead_letter WHERE id = $1", id_)
