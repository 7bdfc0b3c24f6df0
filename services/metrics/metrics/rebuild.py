"""Build the projection anew beside the live one, and swap it in while the live service goes on. No figure dips.

`lederalliancen rebuild metrics`. The rebuilt one is never behind what the live consumer has handled: a version that it
lacked would park for ever.
"""
# ruff: noqa: S608 - what is put in are names of our own

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import stamina
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import db
from shared.clock import Clock
from shared.events import administration
from shared.events.topics import consumed_by
from shared.kafka import client_options
from shared.service import Service
from shared.settings import Settings
from shared.spine import redrive
from shared.spine.consumer import Consumer, record_of
from shared.spine.engine import Spine

LIVE, NEW, OLD = "metrics", "metrics" + db.REBUILD, "metrics_old"
Offsets = dict[TopicPartition, int]
# In the order in which a batch writes them, so that one in flight ends first and the next waits at its first write.
WRITTEN = ("inbox", "seen", "aggregate", "total", "moment", "parked", "dead_letter", "stream", "outbox", "consumed")


async def rebuild(service: Service, settings: Settings, say: Callable[[str], Any]) -> str:
    """LA_DATABASE_URL may create schemas. Raises RuntimeError where another rebuild is running."""
    begun, admin_url = time.monotonic(), settings.database_url.get_secret_value()
    admin = await asyncpg.connect(admin_url)
    try:
        if not await admin.fetchval("SELECT pg_try_advisory_lock(hashtext('rebuild-metrics'))"):
            raise RuntimeError("another rebuild is running; wait until it is done")
        for schema in (NEW, OLD):
            await admin.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await service.migrate(admin_url, schema=NEW)
        replay = await Replay.start(service, settings)
        try:
            await replay.up_to(await replay.ends())
            await replay.pass_over(admin)
            say(f"{replay.events} events replayed, {replay.since}; swapping in")
            await admin.execute("SET lock_timeout = '500ms'")  # below deadlock_timeout: it is us who give way
            await _patiently(lambda: _swap(admin, replay))
        finally:
            await replay.stop()
        await _patiently(lambda: admin.execute(f"DROP SCHEMA {OLD} CASCADE"))
    finally:
        await admin.close()
    return f"{replay.events} events, {replay.since}, in {time.monotonic() - begun:.1f} s"


async def _patiently(work: Callable[[], Awaitable[Any]]) -> None:
    passing = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError)
    async for attempt in stamina.retry_context(on=passing, attempts=None, timeout=120, wait_max=1):
        with attempt:
            await work()


class Replay:
    """The kept topics from their beginning through the same handlers, into the new schema."""

    def __init__(self, spine: Spine, consumer: AIOKafkaConsumer, settings: Settings) -> None:
        self.spine, self.consumer, self.events = spine, consumer, 0
        self.earliest: int | None = None
        # Never started: only for how it handles a batch in which a record cannot be saved.
        self.batches = Consumer("metrics", spine, settings, (), "rebuild")

    @classmethod
    async def start(cls, service: Service, settings: Settings) -> "Replay":
        pool = await db.connect_pool(settings.database_url.get_secret_value(), NEW, idle_timeout="60s")
        spine = Spine(pool, service.book(settings), Clock(settings.clock_file))
        consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
        await consumer.start()
        topics = [name for topic in consumed_by("metrics") for name in topic.names()]
        consumer.assign([TopicPartition(*at) for at in await administration.partitions(settings, topics)])
        await consumer.seek_to_beginning()
        return cls(spine, consumer, settings)

    @property
    def since(self) -> str:
        """What is older than this has left Kafka, and is not counted any more."""
        if self.earliest is None:
            return "none kept"
        return f"since {datetime.fromtimestamp(self.earliest / 1000, UTC):%Y-%m-%d}"

    async def ends(self) -> Offsets:
        ends: Offsets = await self.consumer.end_offsets(self.consumer.assignment())
        return ends

    async def up_to(self, targets: Offsets) -> None:
        while any([await self.consumer.position(at) < end for at, end in targets.items()]):
            for records in (await self.consumer.getmany(timeout_ms=500, max_records=1000)).values():
                await self.batches.handle([record_of(raw) for raw in records])
                self.events += len(records)
                self.earliest = min(self.earliest or records[0].timestamp, records[0].timestamp)

    async def pass_over(self, admin: asyncpg.Connection) -> None:
        """Skip what operators skipped, in their order; that may bring to light the next one that they skipped."""
        passed = True
        while passed:
            letters = await admin.fetch(
                f"""SELECT n.id, l.closed_by, l.reason FROM {NEW}.dead_letter n
                    JOIN {LIVE}.dead_letter l USING (topic, partition, "offset")
                    WHERE l.status = 'skipped' AND n.status = 'open' ORDER BY l.closed_at"""
            )
            done = [
                await redrive.skip(self.spine, letter["id"], by=letter["closed_by"], reason=letter["reason"])
                for letter in letters
            ]
            passed = "skipped" in done

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.spine.pool.close()


async def _swap(admin: asyncpg.Connection, replay: Replay) -> None:
    """Hold the live consumer, catch up with it, and change the names. Its next statement finds the new tables.

    Readers are not held: a statement sees the old tables or the new ones, and neither is behind the other.
    """
    await replay.up_to(await replay.ends())
    async with asyncio.timeout(20), admin.transaction():  # before the live service's statements give up waiting
        for table in WRITTEN:
            await admin.execute(f"LOCK TABLE {LIVE}.{table} IN EXCLUSIVE MODE")
        handled = await admin.fetch(f"SELECT topic, partition, next_offset FROM {LIVE}.consumed")
        await replay.up_to({TopicPartition(row[0], row[1]): row[2] for row in handled})
        await replay.pass_over(admin)
        await _keep_what_operators_did(admin)
        await admin.execute(f"ALTER SCHEMA {LIVE} RENAME TO {OLD}")
        await admin.execute(f"ALTER SCHEMA {NEW} RENAME TO {LIVE}")


async def _keep_what_operators_did(admin: asyncpg.Connection) -> None:
    """Dead letters keep their ids and their history; what was announced is not announced again."""
    await admin.execute(
        f"""WITH known AS (
              DELETE FROM {NEW}.dead_letter n USING {LIVE}.dead_letter l
              WHERE (n.topic, n.partition, n."offset") = (l.topic, l.partition, l."offset") RETURNING l.*
            )
            INSERT INTO {NEW}.dead_letter
            SELECT * FROM known UNION SELECT * FROM {LIVE}.dead_letter WHERE status <> 'open'"""
    )
    await admin.execute(f"TRUNCATE {NEW}.outbox, {NEW}.stream")
    for table in ("outbox", "outbox_failed", "stream"):
        await admin.execute(f"INSERT INTO {NEW}.{table} OVERRIDING SYSTEM VALUE SELECT * FROM {LIVE}.{table}")
    await admin.execute(
        f"SELECT setval(pg_get_serial_sequence('{NEW}.outbox', 'id'),"
        f" greatest(1, (SELECT last_value FROM {LIVE}.outbox_id_seq)))"
    )
