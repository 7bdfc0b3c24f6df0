"""The ways in: a batch of records, a command, due timers, a redrive. Each is one transaction around `Batch`."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import orjson
import stamina
import structlog
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from shared.clock import Clock
from shared.db import Connection
from shared.spine import instruments, parking, positions, retention, timers
from shared.spine.batch import Batch, Rulebook
from shared.spine.decision import NotYet, Poison, Refused
from shared.spine.envelope import Bad, Record
from shared.spine.work import Command, Message, Work

log = structlog.get_logger()

TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)
"""What may succeed when it is tried again."""

MayFire = Callable[[list[asyncpg.Record]], Awaitable[list[asyncpg.Record]]]


HOUR = 3600.0  # seconds
TIMER = "timer:"
"""Where the topic of a message would stand in a dead letter, a timer has this, its command, name and aggregate."""


def timed(book: Rulebook, command: str, body: str | bytes, id_: str, due: datetime) -> Message[Command] | None:
    """A timer as a message. None where this code does not know the command, or not in that form."""
    try:
        data = book.handlers.commands()[command].model_validate_json(body)
    except (KeyError, ValidationError):
        return None
    return Message(data, Work.new_id(), "timer", id_, due)


class Replayed(dict[str, Any]):
    """A stored answer: the same command came before with this Idempotency-Key."""


class Spine:
    """The spine of one service on one pool of connections."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        book: Rulebook,
        clock: Clock,
        *,
        may_fire: MayFire | None = None,
    ) -> None:
        self.pool, self.book, self.clock, self.may_fire = pool, book, clock, may_fire
        self._due_now = asyncio.Event()

    async def consume(self, records: Sequence[Record]) -> None:
        """Handle a batch in one transaction; offsets are noted in it, and committed to Kafka by the caller after it."""
        items = [(record, self.book.parse(record)) for record in records]
        async with self.pool.acquire() as conn, conn.transaction():
            batch = Batch(conn, self.book, self.clock.now())
            await batch.load(items)
            for record, message in items:
                batch.take(record, message)
            await batch.finish()
            await positions.save(conn, {(r.topic, r.partition): r.offset + 1 for r in records})
        self._report(batch, records[0].topic)
        self._wake_for(batch)

    async def handled(self) -> dict[tuple[str, int], int]:
        """(topic, partition) -> the offset after the last record that was handled."""
        return await positions.all_of(self.pool)

    async def bury(self, record: Record, error: str, stage: str, *, bare: bool = False) -> None:
        """A single record that fails for good outside its handler (its effect cannot be saved).

        `bare`: nothing of it but its place in Kafka, where even that cannot be saved.
        """
        message = self.book.parse(record)
        bad = Bad(error, stage, message.subject, message.version, message.id)
        if bare:
            bad = Bad(error, stage, "", personal=True)
        async with self.pool.acquire() as conn, conn.transaction():
            batch = Batch(conn, self.book, self.clock.now())
            await batch.load([(record, bad)])
            batch.take(record, bad)
            await batch.finish()
            await positions.save(conn, {(record.topic, record.partition): record.offset + 1})
        self._report(batch, record.topic)

    def _report(self, batch: Batch, topic: str) -> None:
        """What happened, once it is committed: counters, and a line for each message that could not be handled."""
        instruments.handled(self.book.service, topic, batch.counts)
        for id_, record, bad, status in batch.dead:
            log.warning(
                "dead_letter" if status == "open" else "refused",
                dead_letter=id_,
                topic=record.topic,
                offset=record.offset,
                stage=bad.stage,
                error=bad.code,
                event_id=None if bad.personal else bad.id,
                correlation_id=bad.correlation,
            )

    async def execute(
        self,
        command: Command,
        *,
        by: str,
        route: str = "",
        idempotency_key: str | None = None,
        body_hash: bytes = b"",
        correlation: str | None = None,
    ) -> Any:
        """Decide a command. Raises Refused or NotYet, and then nothing is stored. Returns what the handler returned."""
        # A unique violation is two commands at once: tried again, the second sees what the first one did.
        retried = (*TRANSIENT, asyncpg.UniqueViolationError)
        async for attempt in stamina.retry_context(
            on=retried, attempts=5, timeout=5.0, wait_initial=0.02, wait_jitter=0.05
        ):
            with attempt:
                async with self.pool.acquire() as conn, conn.transaction():
                    if (
                        idempotency_key
                        and (stored := await _replay(conn, by, route, idempotency_key, body_hash)) is not None
                    ):
                        return stored
                    batch = Batch(conn, self.book, self.clock.now())
                    message = Message(
                        command, batch.work.new_id(), "http", "", batch.work.now, correlation=correlation, by=by
                    )
                    await batch.load_keys(batch.keys_of(message))
                    batch.decide(message)
                    await batch.finish()
                    if idempotency_key:
                        await conn.execute(
                            "UPDATE idempotency SET response = $4 WHERE principal = $1 AND route = $2 AND key = $3",
                            by,
                            route,
                            idempotency_key,
                            orjson.dumps(to_jsonable_python(batch.result)).decode(),
                        )
                self._wake_for(batch)
                return batch.result
        raise AssertionError("unreachable")

    async def fire(self, limit: int = 200) -> int:
        """Fire the timers that are due, under the locks of their aggregates. Returns how many were looked at."""
        rows = await self._due(limit)
        if not rows:
            return 0
        async with self.pool.acquire() as conn, conn.transaction():
            batch = Batch(conn, self.book, self.clock.now())
            due = [(row, self._timed(row)) for row in rows]
            keys = [key for _, message in due if message for key in batch.keys_of(message)]
            await batch.load_keys([*keys, *((row["kind"], row["id"]) for row in rows)])
            still = await timers.still_due(conn, rows)
            for row, message in due:
                if (row["kind"], row["id"], row["name"]) in still:
                    batch.work.begin()
                    batch.work.cancel_timer((row["kind"], row["id"]), row["name"])
                    batch.work.keep()
                    self._fire_one(batch, row, message)
            await batch.finish()
        self._wake_for(batch)
        return len(rows)

    def _wake_for(self, batch: Batch) -> None:
        """What is to follow soon does not wait for the next look at the timers."""
        if any(timer and timer.due <= batch.work.now for timer in batch.work.changes.timers.values()):
            self._due_now.set()

    def wake(self) -> None:
        self._due_now.set()

    async def _due(self, limit: int) -> list[asyncpg.Record]:
        """Timers that are due and may fire; those that may not yet don't stand in the way of later ones."""
        now, after = self.clock.now(), None
        while True:
            async with self.pool.acquire() as conn:
                rows = await timers.due(conn, now, limit, after)
            allowed = await self.may_fire(rows) if rows and self.may_fire else rows
            if allowed or len(rows) < limit:
                return allowed
            after = rows[-1]

    def _timed(self, row: asyncpg.Record) -> Message[Command] | None:
        """The command that a timer holds; None where this code does not know it."""
        return timed(self.book, row["command"], row["body"], row["id"], row["due"])

    def _fire_one(self, batch: Batch, row: asyncpg.Record, message: Message[Command] | None) -> None:
        """A timer whose time has passed by (refused) is done; one that fails for good becomes a dead letter."""
        try:
            if message is None:
                raise Poison("unknown-command")
            batch.decide(message)
        except (Refused, NotYet):
            log.info("timer_void", command=row["command"], subject=row["id"])
        except Exception as error:
            code, stage = (error.code, error.stage) if isinstance(error, Poison) else (type(error).__name__, "timer")
            microseconds = int(row["due"].timestamp() * 1_000_000)
            key, value = row["id"].encode(), row["body"].encode()
            record = Record(f"{TIMER}{row['command']}.{row['name']}.{row['id']}", 0, microseconds, key, value, ())
            batch.bury(record, Bad(code, stage, row["id"]))

    async def expire_parked(self, after: timedelta) -> int:
        """What waited too long for its prerequisite becomes a dead letter; those behind it stay parked behind it."""
        async with self.pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(
                "SELECT * FROM parked WHERE waits_kind IS NOT NULL AND parked_at < now() - $1::interval"
                " ORDER BY parked_at LIMIT 100 FOR UPDATE SKIP LOCKED",
                after,
            )
            if not rows:
                return 0
            batch = Batch(conn, self.book, self.clock.now())
            for row in rows:
                record = parking.record_of(row)
                message = self.book.parse(record)
                bad = Bad(f"waited-for-{row['waits_kind']}", "parked", message.subject, message.version, message.id)
                batch.bury(record, bad)
            await parking.unpark(conn, [parking.record_of(row) for row in rows])
            await batch.finish()
        return len(rows)

    async def forever(self, stop: asyncio.Event, park_deadline: timedelta) -> None:
        """Fire timers and expire what is parked, until stopped. Real failures wait and try again."""
        pruned = float("-inf")
        every = 0.25 if self.clock.file is None else 0.05  # a clock that is moved is looked at more often
        while not stop.is_set():
            self._due_now.clear()
            try:
                while not stop.is_set() and await self.fire():
                    pass
                await self.expire_parked(park_deadline)
                if time.monotonic() - pruned > HOUR:
                    async with self.pool.acquire() as conn:
                        await retention.prune(conn, self.book.prune)
                    pruned = time.monotonic()
            except TRANSIENT as error:
                log.warning("timers_wait", error=type(error).__name__)
            except Exception as error:
                log.error("timers_failed", error=type(error).__name__, exc_info=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due_now.wait(), every)


async def _replay(conn: Connection, by: str, route: str, key: str, body_hash: bytes) -> Any:
    """Claim the key, or return the stored answer of the first request. Another body under the same key is refused."""
    claimed = await conn.fetchval(
        "INSERT INTO idempotency (principal, route, key, body_hash) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING key",
        by,
        route,
        key,
        body_hash,
    )
    if claimed:
        return None
    row = await conn.fetchrow(
        "SELECT body_hash, response FROM idempotency WHERE principal = $1 AND route = $2 AND key = $3", by, route, key
    )
    if row["body_hash"] != body_hash:
        raise Refused(
            "idempotency-key-reused",
            "Idempotency-Key",
            "Nøglen er brugt før til en anden forespørgsel. Brug en ny nøgle.",
            "This key was used before for another request. Use a new key.",
            status=409,
        )
    return Replayed(orjson.loads(row["response"]) or {})
