"""What operators do with dead letters: look, redrive (the stored bytes, this consumer only) or skip past them."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from shared.db import Connection
from shared.spine import inbox, instruments, parking
from shared.spine.batch import Batch, Parsed
from shared.spine.engine import TIMER, Spine, timed
from shared.spine.envelope import Bad, Record


class _NotDone(Exception):  # noqa: N818
    """Rolls the transaction back, and says why."""


async def redrive(spine: Spine, id_: UUID, *, by: str, dry_run: bool = False) -> str:
    """Handle the stored bytes again. Returns what happened; nothing changes unless it is `applied`.

    In version order: a letter behind an earlier one of its subject is `behind`. Doing it twice is harmless.
    """
    try:
        async with spine.pool.acquire() as conn, conn.transaction():
            letter = await _open(conn, id_)
            if letter["headers"] is None:
                raise _NotDone("content was not kept: skip it")
            batch = Batch(conn, spine.book, spine.clock.now())
            record = parking.record_of(letter)
            message = _timer(spine, record) if record.topic.startswith(TIMER) else spine.book.parse(record)
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
        return str(why)
    instruments.REDRIVES.labels(spine.book.service, "redriven").inc()
    return "applied"


async def skip(spine: Spine, id_: UUID, *, by: str, reason: str) -> str:
    """Go past what can never succeed; those parked behind it are handled in the same transaction."""
    try:
        async with spine.pool.acquire() as conn, conn.transaction():
            letter = await _open(conn, id_)
            batch = Batch(conn, spine.book, spine.clock.now())
            if letter["subject"] is not None and not letter["topic"].startswith((TIMER, "k.")):
                stream = (letter["topic"], letter["subject"])
                batch.versions |= await inbox.lock(conn, [stream])
                last = batch.versions[stream]
                if letter["version"] is not None and letter["version"] > last + 1:
                    raise _NotDone("behind")
                batch.pass_over(stream, max(last, letter["version"] or last + 1))
            await batch.finish()
            await _close(conn, id_, "skipped", by, reason)
    except _NotDone as why:
        return str(why)
    instruments.REDRIVES.labels(spine.book.service, "skipped").inc()
    return "skipped"


def _timer(spine: Spine, record: Record) -> Parsed:
    command = record.topic.removeprefix(TIMER).partition(".")[0]
    id_, due = (record.key or b"").decode(), datetime.fromtimestamp(record.offset / 1_000_000, UTC)
    return timed(spine.book, command, record.value or b"", id_, due) or Bad("unknown-command", "timer", id_)


async def _open(conn: Connection, id_: UUID) -> asyncpg.Record:
    letter = await conn.fetchrow("SELECT * FROM dead_letter WHERE id = $1 FOR UPDATE", id_)
    if letter is None:
        raise _NotDone("unknown")
    if letter["status"] not in ("open", "refused"):
        raise _NotDone("closed already")
    return letter


async def _close(conn: Connection, id_: UUID, status: str, by: str, reason: str | None) -> None:
    await conn.execute(
        "UPDATE dead_letter SET status = $2, closed_at = now(), closed_by = $3, reason = $4 WHERE id = $1",
        id_,
        status,
        by,
        reason,
    )
