"""The relay: one active per service sends the outbox in id order, and deletes what the broker has acknowledged.

Why exactly this one: docs/decisions/0003-outbox.md. A producer that gets no answer is killed hard before another takes
over, for an abandoned one would deliver its old messages after the new ones.
"""

import asyncio
import contextlib
from typing import Any

import asyncpg
import orjson
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError

from shared import db
from shared.events.topics import BY_NAME
from shared.spine import instruments

log = structlog.get_logger()
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
BATCH_BYTES = 128 * 1024  # below the smallest topic's limit: the broker judges the batch, not the message
OVERHEAD = 256  # bytes that Kafka adds around a record


class Relay:
    """Sends what the service has to say. `failure` is why it stands still, for /health/ready."""

    def __init__(self, service: str, schema: str, pool: asyncpg.Pool, url: str, kafka: dict[str, Any]) -> None:
        self.service, self.schema, self.pool, self.url, self.kafka = service, schema, pool, url, kafka
        self.failure: str | None = None
        self.rebuilds = 0
        self._producer: AIOKafkaProducer | None = None
        self._listener: asyncpg.Connection | None = None
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event, *, limit: int = 500, poll: float = 0.5, send_timeout: float = 5.0) -> None:
        size = limit
        while not stop.is_set():
            try:
                await self._listen()
                self._wake.clear()
                async with asyncio.timeout(send_timeout):
                    sent = await self._send_pending(size)
                more, self.failure = sent == size, None
                size = min(limit, size * 2)
            except Exception as error:  # whatever it is, nothing is lost: the rows are still there
                more, size = True, 1 if isinstance(error, TOO_LARGE) else size  # one by one, to find which
                self.failure = type(error).__name__
                log.warning("relay_again", error=self.failure)
                instruments.REBUILDS.labels(self.service).inc()
                self.rebuilds += 1
                await self._kill_producer()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 0.3)
            if not more and not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), poll)
        await self._close()

    def wake(self) -> None:
        self._wake.set()

    async def _listen(self) -> None:
        if self._listener is None or self._listener.is_closed():
            options = db.connection_options(self.schema)
            self._listener = await asyncpg.connect(self.url, **options)
            await self._listener.add_listener(f"outbox_{self.schema}", lambda *_: self._wake.set())

    async def _send_pending(self, limit: int) -> int:
        """One transaction: read, send, wait for the acknowledgements, delete. Its lock makes the relay the only one."""
        producer = self._producer or await self._start_producer()
        async with self.pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL idle_in_transaction_session_timeout = '20s'")
            if not await conn.fetchval("SELECT pg_try_advisory_xact_lock(hashtext($1))", f"outbox-{self.schema}"):
                return 0
            rows = await conn.fetch("SELECT id, topic, key, value, headers FROM outbox ORDER BY id LIMIT $1", limit)
            if not rows:
                return 0
            refused = {row["id"]: "larger-than-topic" for row in rows if _size(row) > _limit(row["topic"])}
            sending = [row for row in rows if row["id"] not in refused]
            try:
                await asyncio.gather(*[await _send(producer, row) for row in sending])
            except TOO_LARGE as error:
                if len(rows) > 1:
                    raise
                refused[rows[0]["id"]] = type(error).__name__
            if refused:
                await _move_to_failed(conn, refused)
            await conn.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [row["id"] for row in rows])
        instruments.SENT.labels(self.service).inc(len(rows) - len(refused))
        return len(rows)

    async def _start_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self.kafka, enable_idempotence=True, acks="all", max_batch_size=BATCH_BYTES, max_request_size=2 << 20
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


async def _send(producer: AIOKafkaProducer, row: asyncpg.Record) -> Any:
    headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"]).items()]
    return await producer.send(row["topic"], row["value"], key=row["key"].encode(), headers=headers)


def _size(row: asyncpg.Record) -> int:
    return len(row["value"]) + len(row["headers"]) + len(row["key"]) + OVERHEAD


def _limit(topic: str) -> int:
    return BY_NAME[topic].max_bytes if topic in BY_NAME else 2 << 20


async def _move_to_failed(conn: Any, refused: dict[int, str]) -> None:
    """What the broker refuses for good must not stop the others; `lederalliancen_outbox_failed_rows` alerts."""
    await conn.execute(
        "INSERT INTO outbox_failed (id, topic, key, value, headers, at, error)"
        " SELECT o.id, topic, key, value, headers, at, r.error FROM outbox o"
        " JOIN unnest($1::bigint[], $2::text[]) AS r(id, error) ON o.id = r.id",
        list(refused),
        list(refused.values()),
    )
    log.error("outbox_failed", rows=len(refused), errors=sorted(set(refused.values())))
