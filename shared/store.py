"""All SQL of the spine: set-based, one statement per kind of row and batch; locks are taken in sorted order."""

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import asyncpg
import orjson

from shared.envelope import Bad, Headers, Record, headers_of
from shared.work import Aggregate, Key, Outgoing, Timer

Connection: TypeAlias = asyncpg.Connection
"""Or one of a pool, which behaves the same."""


A = TypeVar("A", bound=Aggregate)


async def one(pool: Connection, kind: type[A], id_: str) -> A | None:
    """An aggregate as it is now, without a lock: for reading routes."""
    state = await pool.fetchval("SELECT state FROM aggregate WHERE kind = $1 AND id = $2", kind.KIND, id_)
    return kind.model_validate_json(state) if state else None


async def many(pool: Connection, kind: type[A], query: str, *values: Any) -> list[A]:
    """What a query finds that selects `state`."""
    return [kind.model_validate_json(row["state"]) for row in await pool.fetch(query, *values)]


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into the arrays that `unnest` takes."""
    turned: list[list[Any]] = [[] for _ in range(width)]
    for row in rows:
        for column, value in zip(turned, row, strict=True):
            column.append(value)
    return turned


def pack(headers: Headers) -> bytes:
    return orjson.dumps([[k, None if v is None else base64.b64encode(v).decode()] for k, v in headers])


def unpack(headers: bytes) -> Headers:
    return [(k, None if v is None else base64.b64decode(v)) for k, v in orjson.loads(headers)]


async def lock_aggregates(conn: Connection, keys: Iterable[Key], kinds: dict[str, type[Aggregate]]) -> dict[Key, Any]:
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


async def save_aggregates(conn: Connection, states: dict[Key, Aggregate], locked: Iterable[Key]) -> None:
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


async def lock_inbox(conn: Connection, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Lock and load the last version handled of each (topic, subject); 0 where none was."""
    arrays = columns(sorted(set(subjects)), 2)
    await conn.execute(
        "INSERT INTO inbox (topic, subject, version) SELECT topic, subject, 0"
        " FROM unnest($1::text[], $2::text[]) AS s(topic, subject) ORDER BY 1, 2"
        " ON CONFLICT (topic, subject) DO UPDATE SET version = inbox.version WHERE false",
        *arrays,
    )
    rows = await conn.fetch(
        "SELECT topic, subject, version FROM inbox"
        " JOIN unnest($1::text[], $2::text[]) AS s(topic, subject) USING (topic, subject)",
        *arrays,
    )
    return {(r["topic"], r["subject"]): r["version"] for r in rows}


async def save_inbox(conn: Connection, versions: dict[tuple[str, str], int]) -> None:
    await conn.execute(
        "UPDATE inbox i SET version = n.version FROM unnest($1::text[], $2::text[], $3::bigint[])"
        " AS n(topic, subject, version) WHERE i.topic = n.topic AND i.subject = n.subject",
        *columns(((*key, version) for key, version in versions.items()), 3),
    )


async def see(conn: Connection, rows: Sequence[tuple[str, str, str, bytes]]) -> dict[tuple[str, str, str], bytes]:
    """Note who said what (topic, source, id, hash). Returns the hashes of those that were said before."""
    arrays = columns(sorted(rows), 4)
    new = await conn.fetch(
        "INSERT INTO seen (topic, source, id, hash)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])"
        " ON CONFLICT DO NOTHING RETURNING topic, source, id",
        *arrays,
    )
    fresh = {tuple(r) for r in new}
    old = [row for row in rows if row[:3] not in fresh]
    if not old:
        return {}
    found = await conn.fetch(
        "SELECT topic, source, id, hash FROM seen"
        " JOIN unnest($1::text[], $2::text[], $3::text[]) AS s(topic, source, id) USING (topic, source, id)",
        *columns((row[:3] for row in old), 3),
    )
    return {(r["topic"], r["source"], r["id"]): r["hash"] for r in found}


async def set_aside(conn: Connection, records: Sequence[Record]) -> set[tuple[str, int, int]]:
    """Which of these records are parked or dead letters already: a redelivery must not handle them twice."""
    rows = await conn.fetch(
        'WITH r AS (SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) AS r(topic, partition, "offset"))'
        ' SELECT topic, partition, "offset" FROM parked JOIN r USING (topic, partition, "offset")'
        ' UNION ALL SELECT topic, partition, "offset" FROM dead_letter JOIN r USING (topic, partition, "offset")',
        *columns((r.position for r in records), 3),
    )
    return {(r["topic"], r["partition"], r["offset"]) for r in rows}


async def save_consumed(conn: Connection, next_offsets: dict[tuple[str, int], int]) -> None:
    await conn.execute(
        "INSERT INTO consumed (topic, partition, next_offset) SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])"
        " ORDER BY 1, 2 ON CONFLICT (topic, partition)"
        " DO UPDATE SET next_offset = greatest(consumed.next_offset, excluded.next_offset)",
        *columns(((*key, offset) for key, offset in next_offsets.items()), 3),
    )


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


async def save_outgoing(conn: Connection, outgoing: Sequence[Outgoing], service: str, trace: str | None) -> None:
    """Give each event its version and put it into the outbox, in the order in which it was said."""
    counts: dict[tuple[str, str], int] = {}
    for out in outgoing:
        stream = (out.topic, out.event.subject)
        counts[stream] = counts.get(stream, 0) + 1
    rows = await conn.fetch(
        "INSERT INTO stream (topic, subject, version) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])"
        " ON CONFLICT (topic, subject) DO UPDATE SET version = stream.version + excluded.version RETURNING *",
        *columns(((*stream, counts[stream]) for stream in sorted(counts)), 3),
    )
    version = {(r["topic"], r["subject"]): r["version"] - counts[r["topic"], r["subject"]] for r in rows}
    values = []
    for out in outgoing:
        stream = (out.topic, out.event.subject)
        version[stream] += 1
        headers = orjson.dumps(headers_of(out, version[stream], service, trace)).decode()
        value = out.event.model_dump_json(exclude_none=True).encode()
        values.append((out.topic, out.event.message_key, value, headers))
    await conn.execute(
        "INSERT INTO outbox (topic, key, value, headers) SELECT topic, key, value, headers FROM"
        " unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[]) WITH ORDINALITY"
        " AS o(topic, key, value, headers, n) ORDER BY n",
        *columns(values, 4),
    )


async def save_timers(conn: Connection, timers: dict[tuple[Key, str], Timer | None]) -> None:
    if gone := [(*key, name) for (key, name), timer in timers.items() if timer is None]:
        await conn.execute(
            "DELETE FROM timer t USING unnest($1::text[], $2::text[], $3::text[]) AS g(kind, id, name)"
            " WHERE t.kind = g.kind AND t.id = g.id AND t.name = g.name",
            *columns(gone, 3),
        )
    if set_ := [timer for timer in timers.values() if timer]:
        await conn.execute(
            "INSERT INTO timer (kind, id, name, due, command, body) SELECT * FROM unnest($1::text[], $2::text[],"
            " $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[]) ON CONFLICT (kind, id, name)"
            " DO UPDATE SET due = excluded.due, command = excluded.command, body = excluded.body",
            *columns(
                (
                    (*t.key, t.name, t.due, type(t.command).__name__, t.command.model_dump_json())
                    for t in sorted(set_, key=lambda t: (t.key, t.name))
                ),
                6,
            ),
        )


PRUNE = (
    "DELETE FROM idempotency WHERE at < now() - interval '7 days'",
    # As long as the topic keeps a reply, and a redrive may bring it back.
    "DELETE FROM seen WHERE at < now() - interval '90 days'",
    # What was refused or closed keeps its reason; what an outsider had written is gone as it is on the topic.
    (
        "UPDATE dead_letter SET key = NULL, value = NULL, headers = NULL"
        " WHERE status <> 'open' AND value IS NOT NULL AND last_failed_at < now() - interval '7 days'"
    ),
)


async def prune(conn: Connection, more: Sequence[str] = ()) -> None:
    """What is not needed any longer is not kept."""
    for statement in (*PRUNE, *more):
        await conn.execute(statement)


async def due_timers(
    conn: Connection, now: datetime, limit: int, after: asyncpg.Record | None = None
) -> list[asyncpg.Record]:
    """The longest overdue first; `after`: the last row of the page before."""
    return list(
        await conn.fetch(
            "SELECT kind, id, name, due, command, body FROM timer WHERE due <= $1"
            " AND ($3::timestamptz IS NULL OR (due, kind, id, name) > ($3, $4, $5, $6))"
            " ORDER BY due, kind, id, name LIMIT $2",
            now,
            limit,
            *((after["due"], after["kind"], after["id"], after["name"]) if after else (None, "", "", "")),
        )
    )


async def still_due(conn: Connection, rows: Sequence[asyncpg.Record]) -> set[tuple[str, str, str]]:
    """Of the timers read before the lock, those that nobody fired or moved in between."""
    found = await conn.fetch(
        "SELECT kind, id, name FROM timer JOIN unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])"
        " AS r(kind, id, name, due) USING (kind, id, name, due)",
        *columns(((r["kind"], r["id"], r["name"], r["due"]) for r in rows), 4),
    )
    return {tuple(r) for r in found}
