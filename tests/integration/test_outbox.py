"""The relay: everything is sent, in order per key, whatever the broker does; what it refuses stops nobody."""

import asyncio
import os
import re
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.stack import Stack
from shared.clock import Clock
from shared.settings import KafkaSettings
from shared.spine import relay as outbox
from shared.spine.engine import Spine
from shared.spine.relay import Relay
from tests.toy import Add, toy, toy_pool
from tests.waiting import until


@pytest.fixture
async def world(kafka: str, database: str, topic_prefix: str) -> AsyncIterator[SimpleNamespace]:
    made = toy(topic_prefix)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(made.onward.name, 3, 1, topic_configs={"max.message.bytes": "20000"})])
    await admin.close()
    pool = await toy_pool(database)
    stop = asyncio.Event()
    relay = Relay("toy", "metrics", pool, database, KafkaSettings(kafka_bootstrap=kafka), [made.onward.name])
    yield SimpleNamespace(
        pool=pool, toy=made, spine=Spine(pool, made.book, Clock()), relay=relay, stop=stop, kafka=kafka, url=database
    )
    stop.set()
    relay.wake()
    await pool.close()


async def add(world: SimpleNamespace, keys: list[str], rounds: int) -> None:
    for _ in range(rounds):
        await asyncio.gather(*(world.spine.execute(Add(order_id=key, n=1), by="test") for key in keys))


async def on_the_wire(world: SimpleNamespace) -> dict[str, list[int]]:
    """Versions per key in the order of the log, without repetitions of the same event."""
    consumer = AIOKafkaConsumer(bootstrap_servers=world.kafka)
    await consumer.start()
    partitions = [TopicPartition(world.toy.onward.name, n) for n in range(3)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning()
    ends = await consumer.end_offsets(partitions)
    found: dict[str, list[int]] = defaultdict(list)
    while any([await consumer.position(p) < ends[p] for p in partitions]):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for r in records:
                version = int(dict(r.headers)["ce_aggregateversion"])
                if version not in found[r.key.decode()]:
                    found[r.key.decode()].append(version)
    await consumer.stop()
    return found


async def _empty(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval("SELECT count(*) FROM outbox")


async def test_two_relays_at_once_keep_the_order_of_each_key(world: SimpleNamespace) -> None:
    keys = [str(uuid4()) for _ in range(10)]
    other = Relay(
        "toy", "metrics", world.pool, world.url, KafkaSettings(kafka_bootstrap=world.kafka), [world.toy.onward.name]
    )
    async with asyncio.TaskGroup() as group:
        for relay in (world.relay, other):
            group.create_task(relay.run(world.stop, limit=20))
        await add(world, keys, 30)
        await until(lambda: _empty(world.pool))
        world.stop.set()
    assert await on_the_wire(world) == {key: list(range(1, 31)) for key in keys}


async def test_a_broker_that_freezes_gets_everything_in_order_when_it_thaws(
    world: SimpleNamespace, stack: Stack
) -> None:
    """An abandoned producer would deliver its old messages after the new producer's new ones."""
    if stack.kafka_pid is None:
        pytest.skip("this Kafka is not ours to freeze")
    keys = [str(uuid4()) for _ in range(5)]
    async with asyncio.TaskGroup() as group:
        group.create_task(world.relay.run(world.stop, send_timeout=1.5))
        await add(world, keys, 5)
        await until(lambda: _empty(world.pool))
        os.kill(stack.kafka_pid, signal.SIGSTOP)
        try:
            await add(world, keys, 5)
            await until(lambda: _failing(world.relay))
            await add(world, keys, 5)
            await until(lambda: _rebuilt_twice(world.relay))
        finally:
            os.kill(stack.kafka_pid, signal.SIGCONT)
        await until(lambda: _empty(world.pool))
        world.stop.set()
    assert await on_the_wire(world) == {key: list(range(1, 16)) for key in keys}


async def _failing(relay: Relay) -> bool:
    return relay.failure is not None


async def _rebuilt_twice(relay: Relay) -> bool:
    return relay.rebuilds >= 2


@pytest.mark.parametrize("known_limit", [True, False], ids=["declared", "found-out-from-the-broker"])
async def test_what_is_too_large_moves_aside_and_the_others_go_on(
    world: SimpleNamespace, known_limit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if known_limit:
        monkeypatch.setattr(outbox, "_limit", lambda topic: 20_000)
    before, big, after = (str(uuid4()) for _ in range(3))
    topic = world.toy.onward.name
    for key, size in ((before, 10), (big, 50_000), (after, 10)):
        await world.pool.execute(
            "INSERT INTO outbox (topic, key, value, headers) VALUES ($1, $2, $3, $4)",
            topic,
            key,
            b"x" * size,
            '{"ce_aggregateversion": "1"}',
        )
    async with asyncio.TaskGroup() as group:
        group.create_task(world.relay.run(world.stop))
        await until(lambda: _empty(world.pool))
        world.stop.set()
    assert set(await on_the_wire(world)) == {before, after}
    failed = await world.pool.fetch("SELECT key, error FROM outbox_failed")
    assert [row["key"] for row in failed] == [big]


async def test_what_was_refused_goes_out_as_it_was_when_the_runbook_is_followed(world: SimpleNamespace) -> None:
    key, topic = str(uuid4()), world.toy.onward.name
    await world.pool.execute(
        "INSERT INTO outbox_failed (id, topic, key, value, headers, at, error) VALUES ($1, $2, $3, $4, $5, now(), 'x')",
        7,
        topic,
        key,
        b"x",
        '{"ce_aggregateversion": "3"}',
    )
    page = (Path(__file__).parents[2] / "docs/runbooks/SendsRefused.md").read_text("utf-8")
    [statements] = re.findall(r"`(INSERT INTO [^`]+)`", page)
    async with world.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET ROLE NONE")
        await conn.execute(statements)
    async with asyncio.TaskGroup() as group:
        group.create_task(world.relay.run(world.stop))
        await until(lambda: _empty(world.pool))
        world.stop.set()
    assert await on_the_wire(world) == {key: [3]}
    assert await world.pool.fetchval("SELECT count(*) FROM outbox_failed") == 0
