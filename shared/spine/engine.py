"""The ways in: a batch of records, a command, due timers, what waits. Each is one transaction around `Batch`."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import orjson
import stamina
import structlog
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from shared import tracing
from shared.clock import Clock
from shared.db import Connection
from shared.spine import instruments, parking, positions, retention, timers
from shared.spine.batch import Batch, Rulebook
from shared.spine.dead_letters import Due
from shared.spine.decision import NotYet, Poison, Refused
from shared.spine.envelope import Bad, Record
from shared.spine.failures import Backoff, passes
from shared.spine.positions import Partition, Position
from shared.spine.work import Command, Message, Work

log = structlog.get_logger()

MayFire = Callable[[list[Due]], Awaitable[list[Due]]]
HOUR = 3600.0  # seconds
LOOK_FOR_MISSED = 5.0  # seconds


class Replayed(dict[str, Any]):
    """A stored answer: the same command came before with this Idempotency-Key."""


def timed(book: Rulebook, due: Due) -> Message[Command] | None:
    """A timer as a message. None where this build does not know the command, or not in that form."""
    try:
        data = book.handlers.commands()[due.command].model_validate_json(due.body)
    except (KeyError, ValidationError):
        return None
    return Message(data, Work.new_id(), "timer", due.key[1], due.due)


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
        self._pruned = self._looked = float("-inf")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction of this service. Where the server has become read-only, its connections are let go."""
        try:
            async with self.pool.acquire() as conn, conn.transaction():
                yield conn
        except asyncpg.ReadOnlySQLTransactionError:
            await self.pool.expire_connections()
            raise

    def _batch(self, conn: Connection) -> Batch:
        return Batch(conn, self.book, self.clock.now())

    # -- records of Kafka ----------------------------------------------------------------------------------------------

    async def consume(self, records: Sequence[Record]) -> None:
        """Handle a batch in one transaction; offsets are noted in it, and committed to Kafka by the caller after it."""
        items = [(record, self.book.parse(record)) for record in records]
        async with self.transaction() as conn:
            batch = self._batch(conn)
            await batch.load(items)
            for record, message in items:
                batch.take(record, message)
            await batch.finish()
            await positions.save(conn, _after(records))
        self._report(batch, records[0].topic)
        self._wake_for(batch)

    async def bury(self, record: Record, error: str, stage: str, *, bare: bool = False) -> None:
        """A single record that fails for good outside its handler (its effect cannot be saved).

        `bare`: nothing of it but its place in Kafka, where even that cannot be saved.
        """
        message = self.book.parse(record)
        bad = Bad(error, stage, message.subject, message.version, message.id)
        if bare:
            bad = Bad(error, stage, "", personal=True)
        async with self.transaction() as conn:
            batch = self._batch(conn)
            await batch.load([(record, bad)])
            batch.take(record, bad)
            await batch.finish()
            await positions.save(conn, _after([record]))
        self._report(batch, record.topic)

    async def handled(self) -> dict[Partition, Position]:
        """How far each partition has been handled."""
        return await positions.all_of(self.pool)

    async def place(self, at: Mapping[Partition, Position]) -> None:
        """Note where reading begins."""
        async with self.transaction() as conn:
            await positions.place(conn, at)

    async def note(self, at: Mapping[Partition, Position]) -> None:
        """Note positions that moved without a record."""
        if at:
            async with self.transaction() as conn:
                await positions.save(conn, at)

    def _report(self, batch: Batch, topic: str) -> None:
        """What happened, once it is committed: counters, and a line for each message that could not be handled."""
        instruments.handled(self.book.service, topic, batch.counts)
        for letter in batch.letters:
            record = letter.of if isinstance(letter.of, Record) else None
            log.warning(
                "dead_letter" if letter.status == "open" else "refused",
                dead_letter=letter.id,
                topic=record.topic if record else None,
                offset=record.offset if record else None,
                timer=letter.of.name if isinstance(letter.of, Due) else None,
                stage=letter.bad.stage,
                error=letter.bad.code,
                event_id=None if letter.bad.personal else letter.bad.id,
                correlation_id=letter.bad.correlation,
            )

    # -- commands ------------------------------------------------------------------------------------------------------

    async def execute(
        self,
        command: Command,
        *,
        by: str,
        route: str = "",
        idempotency_key: str | None = None,
        body_hash: bytes = b"",
        within: timedelta | None = None,
        correlation: str | None = None,
    ) -> Any:
        """Decide a command. Raises Refused or NotYet, and then nothing is stored. Returns what the handler returned.

        `within`: for so long the key is the same request's; else as long as answers are kept.
        """
        async for attempt in stamina.retry_context(
            on=_again, attempts=5, timeout=5.0, wait_initial=0.02, wait_jitter=0.05
        ):
            with attempt, tracing.span(self.book.service, f"decide {type(command).__name__}"):
                async with self.transaction() as conn:
                    if idempotency_key:
                        stored = await _replay(conn, by, route, idempotency_key, body_hash, within)
                        if stored is not None:
                            return stored
                    batch = self._batch(conn)
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

    async def execute_all(self, commands: Sequence[Command], *, by: str) -> None:
        """Decide them in one transaction: all, or none."""
        async with self.transaction() as conn:
            batch = self._batch(conn)
            now = batch.work.now
            messages = [Message(command, Work.new_id(), "operator", "", now, by=by) for command in commands]
            await batch.load_keys(key for message in messages for key in batch.keys_of(message))
            for message in messages:
                batch.decide(message)
            await batch.finish()
        self._wake_for(batch)

    # -- timers --------------------------------------------------------------------------------------------------------

    async def fire(self, limit: int = 200) -> int:
        """Fire the timers that are due, under the locks of their aggregates. Returns how many were looked at."""
        found = await self._due(limit)
        if not found:
            return 0
        async with self.transaction() as conn:
            batch = self._batch(conn)
            keys = [key for message in found.values() for key in batch.keys_of(message)]
            await batch.load_keys([*keys, *(due.key for due in found)])
            still = await timers.still_due(conn, list(found))
            for due, message in found.items():
                if due in still:
                    came_with = {"traceparent": due.traceparent}.get
                    with tracing.continued(self.book.service, f"decide {due.command}", came_with, SpanKind.INTERNAL):
                        self._fire_one(batch, due, message)
            await batch.finish()
        self._report(batch, "timer")
        self._wake_for(batch)
        return len(found)

    def _wake_for(self, batch: Batch) -> None:
        """What is to follow soon does not wait for the next look at the timers."""
        if any(timer and timer.due <= batch.work.now for timer in batch.work.changes.timers.values()):
            self._due_now.set()

    def wake(self) -> None:
        self._due_now.set()

    async def _due(self, limit: int) -> dict[Due, Message[Command]]:
        """Timers that are due and may fire; those that may not yet don't stand in the way of later ones.

        One that this build does not know is left to a build that does.
        """
        now, after = self.clock.now(), None
        while True:
            async with self.pool.acquire() as conn:
                page = await timers.due(conn, now, limit, after)
                known = {due: message for due in page if (message := timed(self.book, due))}
                if len(known) < len(page):
                    await timers.leave(conn, [due for due in page if due not in known])
            allowed = await self.may_fire(list(known)) if known and self.may_fire else list(known)
            if allowed or len(page) < limit:
                return {due: known[due] for due in allowed}
            after = page[-1]

    def _fire_one(self, batch: Batch, due: Due, message: Message[Command]) -> None:
        """A timer whose time has passed by (refused) is done; one that fails for good becomes a dead letter."""
        self._done(batch, due)
        try:
            batch.decide(message)
        except (Refused, NotYet):
            log.info("timer_void", command=due.command, subject=due.key[1])
        except Exception as error:
            if passes(error):
                raise
            code, stage = (error.code, error.stage) if isinstance(error, Poison) else (type(error).__name__, "timer")
            batch.bury(due, Bad(code, stage, due.key[1]))

    @staticmethod
    def _done(batch: Batch, due: Due) -> None:
        batch.work.begin()
        batch.work.cancel_timer(due.key, due.name)
        batch.work.keep()

    # -- what waits ----------------------------------------------------------------------------------------------------

    async def release_missed(self, after: timedelta = timedelta(seconds=5)) -> int:
        """Handle what waits although its prerequisite is there, left by a build that did not know the message."""
        async with self.transaction() as conn:
            waiting = await parking.missed(conn, after)
            if not waiting:
                return 0
            batch = self._batch(conn)
            freed = await batch.release(waiting)
            if freed:
                await batch.finish()
                await parking.unpark(conn, sorted(freed - batch.parked.keys()))
        self._report(batch, "parked")
        self._wake_for(batch)
        return len(freed)

    async def expire(self, after: timedelta) -> int:
        """What waited too long becomes a dead letter: for its prerequisite, or (a timer) for a build that knows it."""
        async with self.transaction() as conn:
            batch = self._batch(conn)
            overdue = await parking.overdue(conn, after)
            for parked in overdue:
                message = self.book.parse(parked.record)
                code = f"waited-for-{parked.waits_for[0] if parked.waits_for else 'version'}"
                batch.bury(parked.record, Bad(code, "parked", message.subject, message.version, message.id))
            await parking.unpark(conn, [parked.record.position for parked in overdue])
            for row in await timers.left(conn, after):
                due = timers.due_of(row)
                self._done(batch, due)
                batch.bury(due, Bad("unknown-command", "timer", due.key[1]))
            if batch.letters:
                await batch.finish()
        self._report(batch, "parked")
        return len(batch.letters)

    async def forever(self, stop: asyncio.Event, park_deadline: timedelta) -> None:
        """Fire timers, and see to what waits too long, until stopped. Failures wait and try again."""
        backoff = Backoff()
        while not stop.is_set():
            self._due_now.clear()
            began = self.clock.now()
            try:
                while not stop.is_set() and await self.fire():
                    pass
                await self._housekeeping(park_deadline)
                backoff.reset()
            except Exception as error:
                if backoff.again(error):
                    passing = passes(error)
                    say = log.warning if passing else log.error
                    say("timers_wait", reason=backoff.reason, exc_info=None if passing else error)
                await backoff.pause(stop)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.25):
                    await (self._due_now.wait() if self.clock.file is None else self._moved_on(began))

    async def _moved_on(self, since: datetime) -> None:
        """A clock that is moved by hand: to look at its file costs less than to ask the database."""
        while not self._due_now.is_set() and self.clock.now() == since:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)

    async def _housekeeping(self, park_deadline: timedelta) -> None:
        now = time.monotonic()
        if now - self._looked > LOOK_FOR_MISSED:
            self._looked = now
            await self.release_missed()
            await self.expire(park_deadline)
        if now - self._pruned > HOUR:
            self._pruned = now
            async with self.pool.acquire() as conn:
                await retention.prune(conn, self.book.prune)


def _after(records: Sequence[Record]) -> dict[Partition, Position]:
    return {(r.topic, r.partition): Position(r.log, r.offset + 1) for r in records}


def _again(error: Exception) -> bool:
    """A unique violation is two commands at once: tried again, the second sees what the first one did."""
    return passes(error) or isinstance(error, asyncpg.UniqueViolationError)


async def _replay(conn: Connection, by: str, route: str, key: str, body_hash: bytes, within: timedelta | None) -> Any:
    """Claim the key, or return the stored answer of the first request. Another body under the same key is refused."""
    if within:
        await conn.execute(
            "DELETE FROM idempotency WHERE principal = $1 AND route = $2 AND key = $3 AND at < now() - $4::interval",
            by,
            route,
            key,
            within,
        )
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
