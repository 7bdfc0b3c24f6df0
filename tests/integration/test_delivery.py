"""At-least-once transport, exactly-once effect, order per key: on a real Kafka, with replicas killed and frozen."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from deploy.local.stack import Stack
from tests.toy import toy, toy_pool
from tests.waiting import until

KEYS = [str(uuid4()) for _ in range(30)]


class Rig:
    """A toy service on real servers: produce events with versions, run replicas, look at their effect."""

    def __init__(self, kafka: str, database: str, prefix: str, pool: asyncpg.Pool, producer: AIOKafkaProducer) -> None:
        self.kafka, self.database, self.prefix, self.pool, self.producer = kafka, database, prefix, pool, producer
        self.toy = toy(prefix)
        self.versions: dict[str, int] = defaultdict(int)
        self.sent: dict[str, int] = defaultdict(int)
        self.replicas: list[asyncio.subprocess.Process] = []

    async def send(self, events: int) -> None:
        futures = []
        for n in range(events):
            key = KEYS[n % len(KEYS)]
            self.sent[key] += n
            self.versions[key] += 1
            record = self.toy.event(key, n, self.versions[key])
            futures.append(
                await self.producer.send(record.topic, record.value, key=record.key, headers=list(record.headers))
            )
        await asyncio.gather(*futures)

    async def replica(self, slow: float = 0.0) -> asyncio.subprocess.Process:
        env = os.environ | {
            "LA_KAFKA_BOOTSTRAP": self.kafka,
            "LA_DATABASE_URL": self.database,
            "LA_TOKEN_KEY": "k" * 32,
            "LA_SESSION_TIMEOUT_MS": "6000",
            "LA_BATCH_MAX": "50",
            "TOY_PREFIX": self.prefix,
            "TOY_SLOW": str(slow),
        }
        started = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.toy_service", env=env)
        self.replicas.append(started)
        return started

    async def handled(self) -> int:
        return int(await self.pool.fetchval("SELECT coalesce(sum(version), 0) FROM inbox"))

    async def all_handled(self) -> bool:
        left = await self.pool.fetchval("SELECT count(*) FROM outbox")
        return not left and await self.handled() == sum(self.versions.values())

    async def check(self) -> int:
        """Nothing missing, doubled or out of order. Returns how many events came more than once on the wire."""
        rows = await self.pool.fetch("SELECT id, (state->>'total')::int AS total FROM aggregate")
        assert {row["id"]: row["total"] for row in rows} == dict(self.sent)
        seen: dict[str, list[int]] = defaultdict(list)
        again = 0
        for key, version in await self.onward():
            if version in seen[key]:
                again += 1
            else:
                seen[key].append(version)
        for key, versions in seen.items():
            assert versions == list(range(1, len(versions) + 1)), key
        assert sum(map(len, seen.values())) == await self.handled()
        return again

    async def onward(self) -> list[tuple[str, int]]:
        topic = self.toy.onward.name
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka)
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, n) for n in range(3)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning()
            ends = await consumer.end_offsets(partitions)
            found = []
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [(r.key.decode(), int(dict(r.headers)["ce_aggregateversion"])) for r in records]
            return found
        finally:
            await consumer.stop()

    async def stop(self) -> None:
        for process in self.replicas:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
        await asyncio.gather(*(process.wait() for process in self.replicas))


@pytest.fixture
async def rig(kafka: str, database: str, topic_prefix: str) -> AsyncIterator[Rig]:
    made = toy(topic_prefix)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(t.name, 3, 1) for t in (made.orders, made.shipments, made.onward)])
    with suppress(TopicAlreadyExistsError):
        await admin.create_topics([NewTopic("dlq.metrics.v1", 1, 1)])
    await admin.close()
    pool = await toy_pool(database)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, acks="all")
    await producer.start()
    built = Rig(kafka, database, topic_prefix, pool, producer)
    yield built
    await built.stop()
    await producer.stop()
    await pool.close()


async def test_a_replica_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(rig: Rig) -> None:
    await rig.send(1500)
    for _ in range(3):
        before = await rig.handled()
        replica = await rig.replica(slow=0.3)
        await until(lambda before=before: _more_than(rig, before))  # type: ignore[misc]
        replica.kill()
        await replica.wait()
    await rig.replica()
    await until(rig.all_handled)
    await rig.check()


async def test_a_rebalance_waits_for_the_batch_in_flight(rig: Rig) -> None:
    await rig.send(1500)
    await rig.replica(slow=1.0)
    await until(lambda: _more_than(rig, 0))
    await rig.replica(slow=0.1)
    await until(rig.all_handled)
    await rig.check()
    assert await rig.pool.fetchval("SELECT count(*) FROM dead_letter") == 0


async def test_a_frozen_replica_is_passed_by_and_writes_nothing_stale_when_it_thaws(rig: Rig) -> None:
    frozen = await rig.replica(slow=0.5)
    await rig.send(600)
    await until(lambda: _more_than(rig, 0))
    frozen.send_signal(signal.SIGSTOP)
    await rig.replica()
    await until(rig.all_handled)
    frozen.send_signal(signal.SIGCONT)
    await rig.send(600)
    await until(rig.all_handled)
    await rig.check()


async def test_odd_records_are_set_aside_and_stop_nobody(rig: Rig) -> None:
    """Null and non-UTF-8 headers, a NUL, no headers at all, invalid JSON, a tombstone, a megabyte."""
    topic, type_ = rig.toy.orders.name, rig.toy.counted.TYPE.encode()
    named = [("ce_type", type_), ("ce_id", b"x"), ("ce_time", b"2026-11-23T11:00:00Z"), ("ce_aggregateversion", b"1")]
    odd: list[tuple[bytes | None, list[tuple[str, bytes | None]]]] = [
        (b'{"n": 1}', []),
        (b'{"n": 1}', [("ce_type", None), ("junk", b"\xff\xfe")]),
        (b'{"n": 1}', [*named, ("ce_subject", b"\xc3\x28")]),
        (b'{"n": 1}', [*named, ("ce_subject", b"a\0b"), ("a\0b", b"1")]),
        (b"{broken", [*named, ("ce_subject", b"broken")]),
        (None, [*named, ("ce_subject", b"tombstone")]),
        (b'"' + b"x" * 1_000_000 + b'"', [*named, ("ce_subject", b"megabyte")]),
    ]
    await rig.send(90)
    large = AIOKafkaProducer(bootstrap_servers=rig.kafka, max_request_size=2 << 20)
    await large.start()
    for value, headers in odd:
        await large.send_and_wait(topic, value, key=KEYS[0].encode(), headers=headers)
    await large.stop()
    await rig.send(90)
    await rig.replica()
    await until(lambda: _dead(rig, len(odd)))
    await until(rig.all_handled)
    await rig.check()


async def _dead(rig: Rig, letters: int) -> bool:
    return bool(await rig.pool.fetchval("SELECT count(*) FROM dead_letter") == letters)


async def test_what_is_read_again_from_the_beginning_has_no_second_effect(rig: Rig) -> None:
    await rig.send(600)
    replica = await rig.replica()
    await until(rig.all_handled)
    replica.terminate()
    await replica.wait()
    await rig.pool.execute("DELETE FROM consumed")
    await rig.replica()
    await until(lambda: _offsets_noted(rig, 600))
    await rig.check()


async def test_a_database_restored_from_a_backup_reads_again_what_it_lost(rig: Rig) -> None:
    """Kafka holds the later offsets as committed; the database knows better."""
    await rig.send(300)
    replica = await rig.replica()
    await until(rig.all_handled)
    replica.terminate()
    await replica.wait()
    tables = ("aggregate", "inbox", "stream", "consumed")
    backup = [(table, await rig.pool.fetch(f"SELECT * FROM {table}")) for table in tables]
    await rig.send(300)
    replica = await rig.replica()
    await until(rig.all_handled)
    replica.terminate()
    await replica.wait()
    for table, rows in backup:
        await rig.pool.execute(f"DELETE FROM {table}")
        await rig.pool.copy_records_to_table(table, records=[tuple(row) for row in rows])
    await rig.replica()
    await until(rig.all_handled)
    totals = await rig.pool.fetch("SELECT id, (state->>'total')::int AS total FROM aggregate")
    assert {row["id"]: row["total"] for row in totals} == dict(rig.sent)


async def test_kafka_and_postgresql_restarted_in_between_lose_and_double_nothing(rig: Rig, stack: Stack) -> None:
    await rig.send(900)
    await rig.replica(slow=0.2)
    await until(lambda: _more_than(rig, 0))
    await asyncio.to_thread(stack.restart_kafka, True)
    await until(lambda: _more_than(rig, 200))
    await asyncio.to_thread(stack.stop_postgres)
    await asyncio.to_thread(stack.start_postgres)
    await until(lambda: _again(rig.all_handled))
    await rig.check()


async def _more_than(rig: Rig, before: int) -> bool:
    return await rig.handled() > before


async def _offsets_noted(rig: Rig, records: int) -> bool:
    return bool(await rig.pool.fetchval("SELECT coalesce(sum(next_offset), 0) FROM consumed") >= records)


async def _again(condition: Callable[[], Awaitable[bool]]) -> bool:
    """A question to a database that is just coming back."""
    try:
        return await condition()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
