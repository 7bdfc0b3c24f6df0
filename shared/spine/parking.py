"""What came before its prerequisite, or behind another of its subject."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import orjson

from shared.db import Connection, columns
from shared.spine.envelope import Headers, Place, Record
from shared.spine.inbox import Stream
from shared.spine.work import Key


@dataclass(frozen=True, slots=True)
class Parked:
    """`waits_for` is the aggregate that must come first; None: an earlier version of its own subject."""

    record: Record
    subject: str
    version: int | None
    waits_for: Key | None


def pack(headers: Headers) -> bytes:
    return orjson.dumps([[k, None if v is None else base64.b64encode(v).decode()] for k, v in headers])


def unpack(headers: bytes) -> Headers:
    return [(k, None if v is None else base64.b64decode(v)) for k, v in orjson.loads(headers)]


async def set_aside(conn: Connection, records: Sequence[Record]) -> set[Place]:
    """Which of these records are parked or dead letters already: a redelivery must not handle them twice."""
    rows = await conn.fetch(
        "WITH r AS (SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[])"
        ' AS r(topic, log, partition, "offset"))'
        ' SELECT topic, log, partition, "offset" FROM parked JOIN r USING (topic, log, partition, "offset")'
        ' UNION ALL SELECT topic, log, partition, "offset" FROM dead_letter'
        ' JOIN r USING (topic, log, partition, "offset")',
        *columns((r.position for r in records), 4),
    )
    return {(r["topic"], r["log"], r["partition"], r["offset"]) for r in rows}


async def park(conn: Connection, rows: Sequence[Parked]) -> None:
    await conn.execute(
        'INSERT INTO parked (topic, log, partition, "offset", subject, version, key, value, headers, waits_kind,'
        " waits_id) SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::bigint[],"
        " $7::bytea[], $8::bytea[], $9::bytea[], $10::text[], $11::text[])"
        ' ON CONFLICT (topic, log, partition, "offset")'
        " DO UPDATE SET waits_kind = excluded.waits_kind, waits_id = excluded.waits_id",
        *columns(
            (
                (*r.position, p.subject, p.version, r.key, r.value, pack(r.headers), *(p.waits_for or (None, None)))
                for p in rows
                for r in (p.record,)
            ),
            11,
        ),
    )


async def released(conn: Connection, keys: Iterable[Key], streams: Mapping[Stream, int]) -> list[Parked]:
    """What waited for one of these keys, or for this version of its subject; in version order."""
    rows = await conn.fetch(
        "SELECT p.* FROM parked p JOIN unnest($1::text[], $2::text[]) AS k(kind, id)"
        " ON p.waits_kind = k.kind AND p.waits_id = k.id"
        " UNION SELECT p.* FROM parked p"
        " JOIN unnest($3::text[], $4::text[], $5::bigint[]) AS s(topic, subject, version)"
        " ON p.topic = s.topic AND p.subject = s.subject AND p.version = s.version + 1"
        ' ORDER BY topic, subject, version, "offset"',
        *columns(keys, 2),
        *columns(((*stream, version) for stream, version in streams.items()), 3),
    )
    return [parked_of(row) for row in rows]


async def missed(conn: Connection, after: timedelta, limit: int = 100) -> list[Parked]:
    """What waits although its prerequisite is there: a build that did not know the message left it waiting."""
    rows = await conn.fetch(
        "SELECT p.* FROM parked p JOIN aggregate a ON a.kind = p.waits_kind AND a.id = p.waits_id"
        " WHERE p.parked_at < now() - $1::interval AND a.state IS NOT NULL ORDER BY p.parked_at LIMIT $2",
        after,
        limit,
    )
    return [parked_of(row) for row in rows]


async def overdue(conn: Connection, after: timedelta, limit: int = 100) -> list[Parked]:
    """What waited too long for its prerequisite; locked."""
    rows = await conn.fetch(
        "SELECT * FROM parked WHERE waits_kind IS NOT NULL AND parked_at < now() - $1::interval"
        " ORDER BY parked_at LIMIT $2 FOR UPDATE SKIP LOCKED",
        after,
        limit,
    )
    return [parked_of(row) for row in rows]


async def unpark(conn: Connection, places: Iterable[Place]) -> None:
    await conn.execute(
        "DELETE FROM parked p USING unnest($1::text[], $2::text[], $3::int[], $4::bigint[])"
        ' AS r(topic, log, partition, "offset")'
        ' WHERE (p.topic, p.log, p.partition, p."offset") = (r.topic, r.log, r.partition, r."offset")',
        *columns(places, 4),
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


def parked_of(row: Any) -> Parked:
    waits_for = (row["waits_kind"], row["waits_id"]) if row["waits_kind"] else None
    return Parked(record_of(row), row["subject"], row["version"], waits_for)


def record_of(row: Any) -> Record:
    """A parked record or a dead letter, to the byte."""
    headers = unpack(row["headers"])
    return Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers, row["log"])
