"""What operators do with dead letters: redrive (the stored bytes, this consumer only) or skip past them."""

from uuid import UUID

import asyncpg

from shared.db import Connection
from shared.events.topics import BY_NAME
from shared.spine import dead_letters, instruments
from shared.spine.batch import Batch
from shared.spine.dead_letters import Due
from shared.spine.decision import NotYet, Poison, Refused
from shared.spine.engine import Spine, timed
from shared.spine.envelope import Record


class _NotDone(Exception):  # noqa: N818
    """Rolls the transaction back, and says why."""


async def redrive(spine: Spine, id_: UUID, *, by: str, dry_run: bool = False) -> str:
    """Handle the stored bytes again. Returns what happened; nothing changes unless it is `applied`.

    In version order: a letter behind an earlier one of its subject is `behind`. Doing it twice is harmless.
    """
    try:
        async with spine.transaction() as conn:
            letter = await _open(conn, id_)
            batch = Batch(conn, spine.book, spine.clock.now())
            match dead_letters.source_of(letter):
                case None:
                    raise _NotDone("content was not kept: skip it")
                case Due() as due:
                    await _fire(spine, batch, due)
                case Record() as record:
                    await _take(spine, batch, record)
            await batch.finish()
            await _close(conn, id_, "redriven", by, None)
            if dry_run:
                raise _NotDone("would be applied")
    except _NotDone as why:
        return str(why)
    instruments.REDRIVES.labels(spine.book.service, "redriven").inc()
    return "applied"


async def _take(spine: Spine, batch: Batch, record: Record) -> None:
    message = spine.book.parse(record)
    await batch.load([(record, message)], fresh=False)
    batch.take(record, message, released=True)
    if batch.letters:
        raise _NotDone(batch.letters[0].bad.code)
    for parked in batch.parked.values():
        raise _NotDone(f"waits for {' '.join(parked.waits_for)}" if parked.waits_for else "behind")


async def _fire(spine: Spine, batch: Batch, due: Due) -> None:
    message = timed(spine.book, due)
    if message is None:
        raise _NotDone("unknown-command")
    await batch.load_keys([*batch.keys_of(message), due.key])
    try:
        batch.decide(message)
    except (Refused, NotYet):  # its time has passed by, as when it fires
        return
    except Poison as poison:
        raise _NotDone(poison.code) from None
    except Exception as error:
        raise _NotDone(type(error).__name__) from None


async def skip(spine: Spine, id_: UUID, *, by: str, reason: str) -> str:
    """Go past what can never succeed; those parked behind it are handled in the same transaction."""
    try:
        async with spine.transaction() as conn:
            letter = await _open(conn, id_)
            batch = Batch(conn, spine.book, spine.clock.now())
            if letter["subject"] is not None and _has_versions(letter["topic"]):
                stream = (letter["topic"], letter["subject"])
                await batch.load_streams([stream])
                last = batch.last(stream)
                if letter["version"] is not None and letter["version"] > last + 1:
                    raise _NotDone("behind")
                if letter["version"] is None or letter["version"] > last:
                    batch.pass_over(stream, letter["version"] or last + 1, letter["event_id"])
            await batch.finish()
            await _close(conn, id_, "skipped", by, reason)
    except _NotDone as why:
        return str(why)
    instruments.REDRIVES.labels(spine.book.service, "skipped").inc()
    return "skipped"


def _has_versions(topic: str | None) -> bool:
    """What outsiders say has none, and a timer neither."""
    return topic is not None and (topic not in BY_NAME or BY_NAME[topic].versioned)


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
