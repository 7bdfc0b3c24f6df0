"""What came before its prerequisite, or behind another of its subject."""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import orjson

from shared.db import Connection, columns
from shared.spine.envelope import Headers, Record
from shared.spine.work import Key


def pack(headers: Headers) -> bytes:
    return orjson.dumps([[k, None if v is None else base64.b64encode(v).decode()] for k, v in headers])


def unpack(headers: bytes) -> Headers:
    return [(k, None if v is None else base64.b64decode(v)) for k, v in orjson.loads(headers)]


async def set_aside(conn: Connection, records: Sequence[Record]) -> set[tuple[str, int, int]]:
    """Which of these records are parked or dead letters already: a redelivery must not handle them twice."""
    rows = await conn.fetch(
        'WITH r AS (SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) AS r(topic, partition, "offset"))'
        ' SELECT topic, partition, "offset" FROM parked JOIN r USING (topic, partition, "offset")'
        ' UNION ALL SELECT topic, partition, "offset" FROM dead_letter JOIN r USING (topic, partition, "offset")',
        *columns((r.position for r in records), 3),
    )
    return {(r["topic"], r["partition"], r["offset"]) for r in rows}


async def park(conn: Connection, rows: Sequence[tuple[Record, str, int | None, Key | None]]) -> None:
    await conn.execute(
        'INSERT INTO parked (topic, partition, "offset", subject, version, key, value, headers, waits_kind, waits_id)'
        " SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::bigint[], $6::bytea[], $7::bytea[],"
        ' $8::bytea[], $9::text[], $10::text[]) ON CONFLICT (topic, partition, "offset")'
        " DO UPDATE SET waits_kind = excluded.waits_kind, waits_id = excluded.waits_id",
        *columns(
            (
                (*r.position, subject, version, r.key, r.value, pack(r.headers), *(waits or (None, None)))
                for r, subject, version, waits in rows
            ),
            10,
        ),
    )


async def released(
    conn: Connection, keys: Iterable[Key], subjects: dict[tuple[str, str], int]
) -> list[tuple[Record, Key | None]]:
    """What waited for one of these keys, or for the version before it of its subject; in version order."""
    rows = await conn.fetch(
        "SELECT p.* FROM parked p JOIN unnest($1::text[], $2::text[]) AS k(kind, id)"
        " ON p.waits_kind = k.kind AND p.waits_id = k.id"
        " UNION SELECT p.* FROM parked p"
        " JOIN unnest($3::text[], $4::text[], $5::bigint[]) AS s(topic, subject, version)"
        " ON p.topic = s.topic AND p.subject = s.subject AND p.version = s.version + 1"
        ' ORDER BY topic, subject, version, "offset"',
        *columns(keys, 2),
        *columns(((*key, version) for key, version in subjects.items()), 3),
    )
    return [(record_of(r), (r["waits_kind"], r["waits_id"]) if r["waits_kind"] else None) for r in rows]


def record_of(row: Any) -> Record:
    return Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"], unpack(row["headers"]))


async def unpark(conn: Connection, records: Sequence[Record]) -> None:
    await conn.execute(
        'DELETE FROM parked p USING unnest($1::text[], $2::int[], $3::bigint[]) AS r(topic, partition, "offset")'
        ' WHERE p.topic = r.topic AND p.partition = r.partition AND p."offset" = r."offset"',
        *columns((r.position for r in records), 3),
    )


async def listed(pool: asyncpg.Pool, limit: int = 100) -> list[asyncpg.Record]:
    """What waits, and for what; oldest first."""
    return list(
        await pool.fetch(
            'SELECT topic, partition, "offset", subject, version, waits_kind, waits_id, parked_at FROM parked'
            " ORDER BY parked_at LIMIT $1",
            limit,
        )
    )
