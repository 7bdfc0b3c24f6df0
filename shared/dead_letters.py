"""What operators do with dead letters: look, redrive (the stored bytes, this consumer only) or skip past them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from shared import instruments, store
from shared.envelope import Bad, Record
from shared.spine import TIMER, Spine, timed
from shared.transaction import Batch, Parsed


class _NotDone(Exception):  # noqa: N818
    """Rolls the transaction back, and says why."""


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


async def shown(pool: asyncpg.Pool, id_: UUID) -> asyncpg.Record | None:
    """One dead letter with its bytes."""
    return await pool.fetchrow("SELECT * FROM dead_letter WHERE id = $1", id_)


async def parked(pool: asyncpg.Pool, older_than: timedelta = timedelta(0), limit: int = 100) -> list[asyncpg.Record]:
    """What waits, and for what; oldest first."""
    return list(
        await pool.fetch(
            'SELECT topic, partition, "offset", subject, version, waits_kind, waits_id, parked_at FROM parked'
            " WHERE parked_at <= now() - $1::interval ORDER BY parked_at LIMIT $2",
            older_than,
            limit,
        )
    )


async def redrive(spine: Spine, id_: UUID, *, by: str, dry_run: bool = False) -> dict[str, Any]:
    """Handle the stored bytes again. `outcome` says what happened; nothing changes unless it is `applied`.

    In version order: a letter behind an earlier one of its subject is `behind`. Doing it twice is harmless.
    """
    try:
        async with spine.pool.acquire() as conn, conn.transaction():
            letter = await _open(conn, id_)
            if letter["headers"] is None:
                raise _NotDone("content was not kept: skip it")
            batch = Batch(conn, spine.book, spine.clock.now(), spine.parse)
            record = store.record_of(letter)
            message = _timer(spine, record) if record.topic.startswith(TIMER) else spine.parse(record)
            await batch.load([(record, message)], fresh=False)
            batch.take(record, message, released=True)
            if batch.dead:
                raise _NotDone(batch.dead[0][2].code)
            if batch.parked:
                _, _, _, waits = next(iter(batch.parked.values()))
                raise _NotDone(f"waits for {' '.join(waits)}" if waits else "behind")
            await batch.finish()
            await _close(conn, id_, "redriven", by, None)
            if dry_run:
                raise _NotDone("would be applied")
    except _NotDone as why:
        return {"id": id_, "outcome": str(why)}
    instruments.REDRIVES.labels(spine.book.service, "redriven").inc()
    return {"id": id_, "outcome": "applied"}


async def skip(spine: Spine, id_: UUID, *, by: str, reason: str) -> dict[str, Any]:
    """Go past what can never succeed; those parked behind it are handled in the same transaction."""
    try:
        async with spine.pool.acquire() as conn, conn.transaction():
            letter = await _open(conn, id_)
            batch = Batch(conn, spine.book, spine.clock.now(), spine.parse)
            if letter["subject"] is not None and not letter["topic"].startswith((TIMER, "k.")):
                stream = (letter["topic"], letter["subject"])
                batch.versions |= await store.lock_inbox(conn, [stream])
                last = batch.versions[stream]
                if letter["version"] is not None and letter["version"] > last + 1:
                    raise _NotDone("behind")
                batch.pass_over(stream, max(last, letter["version"] or last + 1))
            await batch.finish()
            await _close(conn, id_, "skipped", by, reason)
    except _NotDone as why:
        return {"id": id_, "outcome": str(why)}
    instruments.REDRIVES.labels(spine.book.service, "skipped").inc()
    return {"id": id_, "outcome": "skipped"}


def _timer(spine: Spine, record: Record) -> Parsed:
    command = record.topic.removeprefix(TIMER).partition(".")[0]
    id_, due = (record.key or b"").decode(), datetime.fromtimestamp(record.offset / 1_000_000, UTC)
    return timed(spine.book, command, record.value or b"", id_, due) or Bad("unknown-command", "timer", id_)


async def _open(conn: store.Connection, id_: UUID) -> asyncpg.Record:
    letter = await conn.fetchrow("SELECT * FROM dead_letter WHERE id = $1 FOR UPDATE", id_)
    if letter is None:
        raise _NotDone("unknown")
    if letter["status"] not in ("open", "refused"):
        raise _NotDone("closed already")
    return letter


async def _close(conn: store.Connection, id_: UUID, status: str, by: str, reason: str | None) -> None:
    await conn.execute(
        "UPDATE dead_letter SET status = $2, closed_at = now(), closed_by = $3, reason = $4 WHERE id = $1",
        id_,
        status,
        by,
        reason,
    )
