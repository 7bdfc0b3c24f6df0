"""The relay: one active per service says the outbox in id order; a row is gone when the broker has acknowledged it.

Why exactly this one: docs/decisions/0003-outbox.md. A producer that gets no answer is killed hard before another takes
over, for an abandoned one would deliver its old messages after the new ones.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson
import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError
from opentelemetry.trace import SpanKind

from shared import db, tracing
from shared.events.topics import BY_NAME, TOPICS
from shared.kafka import Topic, Topics, client_options
from shared.settings import KafkaSettings
from shared.spine import instruments, lifting
from shared.spine.failures import Backoff, passes, words
from shared.spine.lifting import Forgetting

log = structlog.get_logger()
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
BATCH_BYTES = 128 * 1024  # below the smallest topic's limit: the broker judges the batch, not the message
OVERHEAD = 256  # bytes that Kafka adds around a record
LIFT_WITHIN = 300.0  # seconds that reading our own topics may take, once, after a restore


class Relay:
    """Sends what the service has to say. `failure` is why it stands still, for /health/ready.

    `looked`: since it reached this database, it has seen what Kafka holds beyond it, and erased who was erased there.
    """

    def __init__(
        self,
        service: str,
        schema: str,
        pool: asyncpg.Pool,
        url: str,
        settings: KafkaSettings,
        topics: Sequence[str] | None = None,
        forgetting: Forgetting | None = None,
    ) -> None:
        """`topics` are the service's own, by default as they are declared."""
        self.service, self.schema, self.pool, self.url, self.settings = service, schema, pool, url, settings
        self.own = [name for t in TOPICS if t.producer == service for name in t.names()] if topics is None else topics
        self.failure: str | None = None
        self.looked = False
        self.rebuilds = 0
        self._topics, self._forgetting = Topics(settings), forgetting
        self._known: dict[str, Topic] | None = None
        self._producer: AIOKafkaProducer | None = None
        self._listener: asyncpg.Connection | None = None
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event, *, limit: int = 500, poll: float = 0.5, send_timeout: float = 5.0) -> None:
        size, backoff = limit, Backoff(0.3, 3.0)
        while not stop.is_set():
            try:
                await self._listen()
                self._wake.clear()
                sent = await self._send_pending(size, send_timeout)
                more, self.failure = sent == size, None
                size = min(limit, size * 2)
                backoff.reset()
            except Exception as error:  # whatever it is, nothing is lost: the rows are still there
                more, size = True, 1 if isinstance(error, TOO_LARGE) else size  # one by one, to find which
                self.failure = words(error)
                if backoff.again(error):
                    log.warning("relay_again", error=self.failure)
                if passes(error):
                    self._known = None  # it may have been restored, or moved, meanwhile
                instruments.REBUILDS.labels(self.service).inc()
                self.rebuilds += 1
                await self._kill_producer()
                await backoff.pause(stop)
            if not more and not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), poll)
        await self._close()

    def wake(self) -> None:
        self._wake.set()

    async def _listen(self) -> None:
        if self._listener is None or self._listener.is_closed():
            options = db.connection_options(self.schema)
            self._lost()
            self._listener = await asyncpg.connect(self.url, **options)
            self._listener.add_termination_listener(lambda *_: self._lost())
            await self._listener.add_listener(f"outbox_{self.schema}", lambda *_: self._wake.set())

    def _lost(self) -> None:
        """What answers next may be another database: one that was restored."""
        self.looked, self._known = False, None

    async def _send_pending(self, limit: int, within: float) -> int:
        """One transaction: delete, send, wait for the acknowledgements. Its lock makes the relay the only one.

        Deleted first: a database that takes no writes is noticed before anything is sent.
        """
        try:
            async with self.pool.acquire() as conn, conn.transaction():
                await conn.execute("SET LOCAL idle_in_transaction_session_timeout = '20s'")
                if not await conn.fetchval("SELECT pg_try_advisory_xact_lock(hashtext($1))", f"outbox-{self.schema}"):
                    return 0
                if self._known is None:
                    await self._lift(conn)
                    return 0
                async with asyncio.timeout(within):
                    return await self._send(conn, limit)
        except asyncpg.ReadOnlySQLTransactionError:
            await self.pool.expire_connections()
            raise

    async def _lift(self, conn: asyncpg.Connection) -> None:
        """Once, before anything is said: see lifting.py."""
        await conn.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{LIFT_WITHIN:.0f}s'")
        async with asyncio.timeout(LIFT_WITHIN):
            known = await self._topics.there(self.own)
            await lifting.lift(self.pool, self.service, client_options(self.settings), known, self._forgetting)
        self.looked, self._known = True, known
        self._wake.set()

    async def _send(self, conn: asyncpg.Connection, limit: int) -> int:
        rows = await conn.fetch(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1)"
            " RETURNING id, topic, key, value, headers, at",
            limit,
        )
        if not rows:
            return 0
        rows.sort(key=lambda row: row["id"])
        producer = self._producer or await self._start_producer()
        refused = {row["id"]: "larger-than-topic" for row in rows if _size(row) > _limit(row["topic"])}
        sending = [row for row in rows if row["id"] not in refused]
        try:
            about = (orjson.loads(row["headers"]).get for row in sending)
            with tracing.span(self.service, "publish", SpanKind.PRODUCER, links=about):
                acknowledged = await asyncio.gather(*[await _sent(producer, row) for row in sending])
        except TOO_LARGE as error:
            if len(rows) > 1:
                raise
            refused, acknowledged = {rows[0]["id"]: type(error).__name__}, []
        if refused:
            await _keep_refused(conn, [row for row in rows if row["id"] in refused], refused)
        await lifting.note(conn, self._written(acknowledged))
        instruments.SENT.labels(self.service).inc(len(acknowledged))
        return len(rows)

    def _written(self, acknowledged: Sequence[Any]) -> dict[TopicPartition, tuple[str, int]]:
        """How far our own topics go with what was just acknowledged."""
        found: dict[TopicPartition, tuple[str, int]] = {}
        for sent in acknowledged:
            if (topic := (self._known or {}).get(sent.topic)) is not None:
                at = TopicPartition(sent.topic, sent.partition)
                found[at] = topic.id, max(sent.offset + 1, found[at][1] if at in found else 0)
        return found

    async def _start_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **client_options(self.settings),
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=2 << 20,
        )
        self._producer = producer
        await producer.start()
        return producer

    async def _kill_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            await asyncio.wait_for(producer.stop(), 2)
        except Exception:
            sender = producer._sender._sender_task  # there is no public way to stop a sender that waits for ever
            if sender is not None:
                sender.cancel()
            await producer.client.close()

    async def _close(self) -> None:
        await self._kill_producer()
        if self._listener is not None:
            with contextlib.suppress(Exception):
                await self._listener.close(timeout=1)


async def _sent(producer: AIOKafkaProducer, row: asyncpg.Record) -> Any:
    headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"]).items()]
    return await producer.send(row["topic"], row["value"], key=row["key"].encode(), headers=headers)


def _size(row: asyncpg.Record) -> int:
    return len(row["value"]) + len(row["headers"]) + len(row["key"]) + OVERHEAD


def _limit(topic: str) -> int:
    return BY_NAME[topic].max_bytes if topic in BY_NAME else 2 << 20


async def _keep_refused(conn: asyncpg.Connection, rows: Sequence[asyncpg.Record], why: dict[int, str]) -> None:
    """What the broker refuses for good must not stop the others; `lederalliancen_outbox_failed_rows` alerts."""
    await conn.execute(
        "INSERT INTO outbox_failed (id, topic, key, value, headers, at, error)"
        " SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[], $6::timestamptz[],"
        " $7::text[])",
        *db.columns(((*row, why[row["id"]]) for row in rows), 7),
    )
    log.error("outbox_failed", rows=len(rows), errors=sorted(set(why.values())))
