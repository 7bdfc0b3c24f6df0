"""What lies on the topics, read as by one who may read all of them."""

import re
from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events.topics import BY_NAME

_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


async def records(bootstrap: str, names: Iterable[str]) -> AsyncIterator[ConsumerRecord]:
    """All that is there now."""
    partitions = [TopicPartition(name, n) for name in names for n in range(BY_NAME[name].partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(at) < end for at, end in ends.items()]):
            for found in (await consumer.getmany(timeout_ms=500, max_records=10_000)).values():
                for record in found:
                    yield record
    finally:
        await consumer.stop()


def whole(record: ConsumerRecord) -> bytes:
    """Its key, value and headers."""
    headers = (part for name, value in record.headers for part in (name.encode(), value or b""))
    return b"\0".join([record.key or b"", record.value or b"", *headers])


def what(record: ConsumerRecord) -> str:
    """The short name of its type, as `referral.sent`."""
    type_: str = dict(record.headers).get("ce_type", b"").decode()
    return type_.removeprefix("dk.lederalliancen.").removesuffix(".v1")


def ids_in(text: bytes) -> set[str]:
    return set(map(bytes.decode, _UUID.findall(text)))
