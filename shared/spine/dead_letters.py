"""What could not be handled, kept with its reason: a record of Kafka, or a timer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from shared.db import Connection, columns
from shared.spine.envelope import Bad, Record
from shared.spine.parking import pack, record_of
from shared.spine.work import Key

Status = Literal["open", "refused"]


@dataclass(frozen=True, slots=True)
class Due:
    """A timer as it was read: `command` and `body` may be of another build."""

    key: Key
    name: str
    due: datetime
    command: str
    body: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """`open` waits for an operator; `refused` was answered."""

    id: str
    of: Record | Due
    bad: Bad
    status: Status


async def bury(conn: Connection, letters: Sequence[Letter], build: str) -> None:
    """What was refused at the edge is kept without its content: anything could stand there, and its sender has it."""
    if records := [(letter, letter.of) for letter in letters if isinstance(letter.of, Record)]:
        await conn.execute(
            'INSERT INTO dead_letter (id, topic, log, partition, "offset", event_id, event_type, subject, version, key,'
            " value, headers, stage, error, status, said_at, build)"
            " SELECT *, $17 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[],"
            " $7::text[], $8::text[], $9::bigint[], $10::bytea[], $11::bytea[], $12::bytea[], $13::text[], $14::text[],"
            ' $15::text[], $16::timestamptz[]) ON CONFLICT (topic, log, partition, "offset") DO UPDATE'
            " SET attempts = dead_letter.attempts + 1, last_failed_at = now(), error = excluded.error",
            *columns(
                (
                    (one.id, *record.position, *_said(one.bad), *_content(record, one.bad), *_why(one), record.at)
                    for one, record in records
                ),
                16,
            ),
            build,
        )
    if timers := [(letter, letter.of) for letter in letters if isinstance(letter.of, Due)]:
        await conn.execute(
            "INSERT INTO dead_letter (id, timer_kind, timer_id, timer_name, timer_due, event_type, value, subject,"
            " stage, error, status, build)"
            " SELECT *, $12 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],"
            " $7::bytea[], $8::text[], $9::text[], $10::text[], $11::text[])"
            " ON CONFLICT (timer_kind, timer_id, timer_name, timer_due) DO UPDATE"
            " SET attempts = dead_letter.attempts + 1, last_failed_at = now(), error = excluded.error",
            *columns(
                (
                    (one.id, *due.key, due.name, due.due, due.command, due.body.encode(), one.bad.subject, *_why(one))
                    for one, due in timers
                ),
                11,
            ),
            build,
        )


def _why(letter: Letter) -> tuple[str, str, str]:
    return letter.bad.stage, letter.bad.code, letter.status


def _said(bad: Bad) -> tuple[str | None, str | None, str | None, int | None]:
    return (None, None, None, bad.version) if bad.personal else (bad.id, bad.type, bad.subject, bad.version)


def _content(record: Record, bad: Bad) -> tuple[bytes | None, bytes | None, bytes | None]:
    unread = bad.personal or bad.refusal is not None
    return (None, None, None) if unread else (record.key, record.value, pack(record.headers))


def source_of(row: Any) -> Record | Due | None:
    """What a row of the table was: None where its content was not kept."""
    if row["timer_due"] is not None:
        key = row["timer_kind"], row["timer_id"]
        return Due(key, row["timer_name"], row["timer_due"], row["event_type"], row["value"].decode())
    return None if row["headers"] is None else replace(record_of(row), at=row["said_at"])


async def listed(pool: asyncpg.Pool, status: str = "open", limit: int = 100) -> list[asyncpg.Record]:
    """Oldest first; without the content. A timer stands as `timer` and its name, where a record has its topic."""
    return list(
        await pool.fetch(
            "SELECT id, coalesce(topic, 'timer ' || timer_name) AS topic, partition, \"offset\", event_type, subject,"
            " version, stage, error, attempts, status, first_failed_at, last_failed_at, build, reason"
            " FROM dead_letter WHERE status = $1 ORDER BY first_failed_at, topic, subject, version LIMIT $2",
            status,
            limit,
        )
    )


async def one(pool: asyncpg.Pool, id_: UUID) -> asyncpg.Record | None:
    """One dead letter with its bytes."""
    return await pool.fetchrow("SELECT * FROM dead_letter WHERE id = $1", id_)
