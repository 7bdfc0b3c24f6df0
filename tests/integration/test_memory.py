"""What outsiders send can fill a topic, but not the gateway's memory."""

import asyncio
from typing import Any

import psutil
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from deploy.local.stack import Stack
from municipality_gateway.app import service
from shared.events import administration as topic_admin
from shared.events.topics import REPLIES
from shared.people.guard import MOST_VALUES
from shared.settings import KafkaSettings
from tests.integration.test_service_life import running, settings
from tests.waiting import until

LIMIT = 512 << 20  # bytes resident; README of municipality-gateway
CODECS = ("gzip", "lz4", "snappy", "zstd")


@pytest.fixture
async def topics(stack: Stack) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))


async def producer(stack: Stack, **options: Any) -> AIOKafkaProducer:
    made = AIOKafkaProducer(bootstrap_servers=stack.kafka, max_request_size=256 << 20, **options)
    await made.start()
    return made


@pytest.mark.parametrize("codec", CODECS)
async def test_a_record_that_unpacks_to_more_than_its_topic_takes_dies_at_the_broker(
    stack: Stack, topics: None, codec: str
) -> None:
    sender = await producer(stack, compression_type=codec)
    try:
        with pytest.raises(MessageSizeTooLargeError):
            await sender.send_and_wait(REPLIES.of("0751"), b"0" * (3 << 20), key=b"bomb")
        await sender.send_and_wait(REPLIES.of("0751"), b"0" * (200 << 10), key=b"large, and no bomb")
    finally:
        await sender.stop()


async def test_the_gateways_memory_stays_below_what_is_stated(stack: Stack, topics: None, database: str) -> None:
    """Every kommune at once sends the largest records that its topic takes, of the kind that unfolds most when read."""
    await service.migrate(database)
    objects = b"{}," * (MOST_VALUES // 2 - 2)
    full = b"[" + objects + b'"' + b"x" * ((240 << 10) - len(objects)) + b'"]'
    sender = await producer(stack)
    try:
        for _ in range(4):
            await asyncio.gather(*(sender.send_and_wait(topic, full, key=b"k") for topic in REPLIES.names()))
    finally:
        await sender.stop()
    more = {"LA_PUBLIC_URL_INTAKE": "http://127.0.0.1:8001"}
    async with running(settings(stack, database, **more), "municipality-gateway") as gateway:
        watched = asyncio.create_task(_peak(gateway.process.pid))
        await until(lambda: _read_all(gateway), seconds=120)
        watched.cancel()
        peak = await watched
        print(f"peak {peak >> 20} MiB")
        assert peak < LIMIT


async def _peak(pid: int) -> int:
    highest = 0
    try:
        while True:
            highest = max(highest, psutil.Process(pid).memory_info().rss)
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return highest


async def _read_all(gateway: Any) -> Any:
    body = await gateway.ready()
    return body if body and not sum(body["lag"].values()) else None
