"""Build the projection anew beside the live one, and swap it in while the live service goes on. No figure dips.

`lederalliancen rebuild metrics`. The rebuilt one is never behind what the live consumer has handled: a version that it
lacked would park for ever.
"""
# ruff: noqa: S608 - what is put in are names of our own

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import asyncpg
import stamina
from aiokafka import AIOKafkaConsumer, TopicPartition

from metrics.app import service
from shared import db, topic_admin
from shared.clock import Clock
from shared.envelope import Ignored, Record, parse
from shared.events.topics import consumed_by
from shared.kafka import client_options, record_of
from shared.settings import Settings
from shared.spine import Spine
from shared.transaction import Parsed
from shared.work import Message

LIVE, NEW, OLD = "metrics", "metrics" + db.REBUILD, "metrics_old"
Offsets = dict[TopicPartition, int]


async def rebuild(admin_url: str, settings: Settings, say: Callable[[str], None]) -> dict[str, Any]:
    """`admin_url` may create schemas. Raises RuntimeError where another rebuild is running."""
    begun = time.monotonic()
    admin = await asyncpg.connect(admin_url)
    try:
        if not await admin.fetchval("SELECT pg_try_advisory_lock(hashtext('rebuild-metrics'))"):
            raise RuntimeError("another rebuild is running; wait until it is done")
        for schema in (NEW, OLD):
            await admin.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await db.migrate(admin_url, "metrics", schema=NEW)
        replay = await Replay.start(admin, admin_url, settings)
        try:
            await replay.up_to(await replay.ends())
            say(f"{replay.events} events replayed; swapping in")
            async for attempt in stamina.retry_context(on=asyncpg.DeadlockDetectedError, attempts=10):
                with attempt:
                    await _swap(admin, replay)
        finally:
            await replay.stop()
        await admin.execute(f"DROP SCHEMA {OLD} CASCADE")
    finally:
        await admin.close()
    return {"events": replay.events, "seconds": round(time.monotonic() - begun, 1)}


class Replay:
    """The kept topics from their beginning through the same handlers, into the new schema."""

    def __init__(self, spine: Spine, consumer: AIOKafkaConsumer) -> None:
        self.spine, self.consumer, self.events = spine, consumer, 0

    @classmethod
    async def start(cls, admin: asyncpg.Connection, url: str, settings: Settings) -> "Replay":
        skipped = {
            (row["topic"], row["partition"], row["offset"])
            for row in await admin.fetch(
                f"SELECT topic, partition, \"offset\" FROM {LIVE}.dead_letter WHERE status = 'skipped'"
            )
        }

        def parsed(record: Record) -> Parsed:
            """What an operator went past advances the version and changes nothing, as it did then."""
            message = parse(record)
            if record.position not in skipped or not message.version:
                return message
            if isinstance(message, Message):
                return replace(message, data=Ignored())
            return Message(Ignored(), "", "", message.subject, spine.clock.now(), message.version, topic=record.topic)

        pool = await db.connect_pool(url, NEW, idle_timeout="60s")
        spine = Spine(pool, service.book, Clock(settings.clock_file), parse_record=parsed)
        consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
        await consumer.start()
        topics = [name for topic in consumed_by("metrics") for name in topic.names()]
        consumer.assign([TopicPartition(*at) for at in await topic_admin.partitions(settings, topics)])
        await consumer.seek_to_beginning()
        return cls(spine, consumer)

    async def ends(self) -> Offsets:
        ends: Offsets = await self.consumer.end_offsets(self.consumer.assignment())
        return ends

    async def up_to(self, targets: Offsets) -> None:
        while any([await self.consumer.position(at) < end for at, end in targets.items()]):
            for records in (await self.consumer.getmany(timeout_ms=500, max_records=1000)).values():
                await self.spine.consume([record_of(raw) for raw in records])
                self.events += len(records)

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.spine.pool.close()


async def _swap(admin: asyncpg.Connection, replay: Replay) -> None:
    """Hold the live consumer, catch up with it, and change the names. Its next statement finds the new tables."""
    await replay.up_to(await replay.ends())
    async with admin.transaction():
        tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", LIVE)
        await admin.execute(f"LOCK TABLE {', '.join(f'{LIVE}.{row[0]}' for row in tables)} IN ACCESS EXCLUSIVE MODE")
        handled = await admin.fetch(f"SELECT topic, partition, next_offset FROM {LIVE}.consumed")
        await replay.up_to({TopicPartition(row[0], row[1]): row[2] for row in handled})
        await _keep_what_operators_did(admin)
        await admin.execute(f"ALTER SCHEMA {LIVE} RENAME TO {OLD}")
        await admin.execute(f"ALTER SCHEMA {NEW} RENAME TO {LIVE}")


async def _keep_what_operators_did(admin: asyncpg.Connection) -> None:
    """Dead letters keep their ids and their history; what was announced is not announced again."""
    await admin.execute(
        f"""UPDATE {NEW}.dead_letter n SET id = l.id FROM {LIVE}.dead_letter l
            WHERE (n.topic, n.partition, n."offset") = (l.topic, l.partition, l."offset")"""
    )
    await admin.execute(
        f"INSERT INTO {NEW}.dead_letter SELECT * FROM {LIVE}.dead_letter WHERE status <> 'open' ON CONFLICT DO NOTHING"
    )
    await admin.execute(f"TRUNCATE {NEW}.outbox, {NEW}.stream")
    for table in ("outbox", "outbox_failed", "stream"):
        await admin.execute(f"INSERT INTO {NEW}.{table} OVERRIDING SYSTEM VALUE SELECT * FROM {LIVE}.{table}")
    await admin.execute(
        f"SELECT setval(pg_get_serial_sequence('{NEW}.outbox', 'id'),"
        f" greatest(1, (SELECT last_value FROM {LIVE}.outbox_id_seq)))"
    )
