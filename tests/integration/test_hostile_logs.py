"""What stands in Kafka is not always what was expected: codecs, bytes, logs that are gone or new, old versions."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient

from shared.spine.positions import Position
from tests.rig import Rig, order, rigged
from tests.waiting import until


@pytest.fixture
async def rig(kafka: str, database: str, topic_prefix: str) -> AsyncIterator[Rig]:
    async with rigged(kafka, database, topic_prefix) as made:
        yield made


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
async def test_every_codec_that_kafka_knows_is_read(rig: Rig, codec: str) -> None:
    plain, packed = order(), order()
    async with rig.replica():
        await rig.send(plain)
        await rig.send(packed, compression_type=codec)
        await rig.send(plain)
        await rig.all_counted(**{plain: 2, packed: 1})


class Name(str):
    """A header's name that is not UTF-8 on the wire."""

    def encode(self, *_: Any) -> bytes:
        return b"\xe6\xf8"


async def test_a_header_whose_name_is_no_text_stops_nobody(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    from aiokafka.producer import message_accumulator
    from aiokafka.record import memory_records
    from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

    monkeypatch.setattr(memory_records, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy, raising=False)
    before, odd, after = order(), order(), order()
    await rig.send(before)
    spoilt = await _spoil(rig, odd, monkeypatch, message_accumulator)
    await rig.send(after)
    assert spoilt
    async with rig.replica() as replica:
        await rig.all_counted(**{before: 1, odd: 1, after: 1})
        assert replica.consumer.troubles == {}


async def _spoil(rig: Rig, odd: str, monkeypatch: pytest.MonkeyPatch, accumulator: Any) -> bool:
    """Send one record whose header `xx` becomes the bytes e6 f8, on its way out of the producer's buffer."""
    build, spoilt = accumulator.BatchBuilder._build, []

    def spoiling(self: Any) -> Any:
        from aiokafka.record.util import calc_crc32c

        buffer = bytearray(build(self))
        if (at := buffer.find(b"\x04xx")) >= 0:
            buffer[at + 1 : at + 3] = b"\xe6\xf8"
            buffer[17:21] = calc_crc32c(bytes(buffer[21:])).to_bytes(4, "big")
            spoilt.append(at)
        self._buffer = buffer
        return buffer

    with monkeypatch.context() as patched:
        patched.setattr(accumulator.BatchBuilder, "_build", spoiling)
        await rig.send(odd, headers=[("xx", b"1")])
    return bool(spoilt)


async def test_a_topic_made_anew_is_read_from_its_beginning_and_said(rig: Rig) -> None:
    first, aside, second = order(), order(), order()
    topic = rig.toy.orders.name
    async with rig.replica():
        await rig.send(first)
        await rig.send(aside, n=-1)  # a dead letter at offset 1
        await until(lambda: rig.count("dead_letter"))
        await rig.send(first)
        await rig.all_counted(**{first: 2})
        await rig.admin("delete_topics", [topic])
        await until(lambda: _gone(rig, topic))
        await rig.topics(topic)
        await rig.send(second, second, second, second)
        await rig.all_counted(**{second: 4})
    assert await rig.count("dead_letter") == 1
    # The same while nobody reads.
    third = order()
    await rig.admin("delete_topics", [topic])
    await until(lambda: _gone(rig, topic))
    await rig.topics(topic)
    await rig.send(third, third)
    async with rig.replica() as replica:
        await rig.all_counted(**{third: 2})
        assert _news(topic) == {"log-begins-anew"}
        assert (await replica.spine.handled())[topic, 0].next_offset == 2


async def _gone(rig: Rig, topic: str) -> bool:
    return topic not in await rig.admin("list_topics")


def _news(topic: str) -> set[str]:
    from shared.spine.instruments import NEWS

    samples = [sample for family in NEWS.collect() for sample in family.samples if sample.name.endswith("_total")]
    return {sample.labels["news"] for sample in samples if sample.labels["topic"] == topic}


async def test_what_retention_deleted_unread_is_said_once_and_holds_nothing_back(rig: Rig) -> None:
    read, lost, after = order(), order(), order()
    topic = rig.toy.orders.name
    async with rig.replica():
        await rig.send(read)
        await rig.all_counted(**{read: 1})
    await rig.send(lost, lost, lost, lost)
    await _delete_up_to(rig, topic, 5)
    async with rig.replica() as replica:
        await until(lambda: _at(replica.spine, topic, 5))
        await rig.send(after)
        await rig.all_counted(**{after: 1})
    assert _news(topic) == {"records-lost"}
    assert _lost(topic) == 4
    async with rig.replica() as replica:
        await until(replica.consuming)
        await until(lambda: _at(replica.spine, topic, 6))
    assert _lost(topic) == 4


async def _delete_up_to(rig: Rig, topic: str, offset: int) -> None:
    from confluent_kafka import TopicPartition as Until

    admin = AdminClient({"bootstrap.servers": rig.kafka})
    for future in admin.delete_records([Until(topic, 0, offset)]).values():
        await asyncio.to_thread(future.result, 10)


async def _at(spine: Any, topic: str, offset: int) -> bool:
    found: Position | None = (await spine.handled()).get((topic, 0))
    return found is not None and found.next_offset == offset


def _lost(topic: str) -> float:
    from shared.spine.instruments import LOST

    samples = [sample for family in LOST.collect() for sample in family.samples if sample.name.endswith("_total")]
    return sum(sample.value for sample in samples if sample.labels["topic"] == topic)


async def test_the_marker_of_a_transaction_is_no_record_that_waits(rig: Rig) -> None:
    topic, told = rig.toy.orders.name, order()
    async with rig.replica() as replica:
        await until(replica.consuming)
        producer = AIOKafkaProducer(bootstrap_servers=rig.kafka, transactional_id=f"t-{uuid4()}")
        await producer.start()
        async with producer.transaction():
            record = rig.toy.event(told, 1, 1)
            await producer.send_and_wait(topic, record.value, key=record.key, headers=list(record.headers), partition=0)
        await producer.stop()
        await rig.all_counted(**{told: 1})
        await until(lambda: _at(replica.spine, topic, 2))  # the record, and its marker


async def test_a_version_said_again_under_another_id_is_a_dead_letter_and_no_duplicate(rig: Rig) -> None:
    told = order()
    async with rig.replica():
        await rig.send(told, told)
        await rig.all_counted(**{told: 2})
        rig.versions[told] = 1  # its producer was restored, and says version 2 again
        await rig.send(told, n=5)
        await until(lambda: rig.count("dead_letter", "error = 'version-reused' AND status = 'open'"))
        await rig.send(told)
        await rig.all_counted(**{told: 3})


async def test_nothing_is_handled_before_the_database_has_said_where(rig: Rig) -> None:
    first, second = order(), order()
    async with rig.replica():
        await rig.send(first, second)
        await rig.all_counted(**{first: 1, second: 1})
    # The database is set back behind what the group has committed in Kafka, and does not answer at the assignment.
    for table in ("aggregate", "inbox", "consumed"):
        await rig.pool.execute(f"DELETE FROM {table}")
    spine = rig.spine()
    answer, asked = spine.handled, asyncio.Event()
    frozen = True

    async def handled() -> Any:
        asked.set()
        if frozen:
            raise TimeoutError
        return await answer()

    spine.handled = handled  # type: ignore[method-assign]
    async with rig.replica(spine=spine) as replica:
        await asyncio.wait_for(asked.wait(), 30)
        await rig.send(first)
        await until(lambda: _said(replica))
        assert await rig.totals() == {}
        frozen = False
        await rig.all_counted(**{first: 2, second: 1})
        assert replica.consumer.troubles == {}


async def _said(replica: Any) -> Any:
    return replica.consumer.troubles.get("*")


async def test_a_reader_that_stands_still_is_lame_and_one_that_reads_a_batch_again_is_not(rig: Rig) -> None:
    async with rig.replica() as replica:
        await until(replica.consuming)
        [reader] = replica.consumer.readers

        async def noted() -> bool:
            return bool(reader._moved)

        await until(noted)
        at, (position, _) = next(iter(reader._moved.items()))
        assert reader.lame is None
        reader._moved[at] = position, time.monotonic() - 100
        assert "did not move" in str(reader.lame)
        reader.seek(partition=at, offset=position)
        assert reader.lame is None


async def test_one_partition_in_trouble_waits_alone(rig: Rig) -> None:
    """What of one kommune cannot be handled for now holds back none of the others."""
    bad, good = order(), order()
    await rig.topics(f"{rig.toy.orders.name}.other")
    spine = rig.spine()
    consume, trouble = spine.consume, True

    async def consuming(records: Any) -> None:
        if trouble and any(record.topic == rig.toy.shipments.name for record in records):
            raise TimeoutError
        await consume(records)

    spine.consume = consuming  # type: ignore[method-assign]
    from shared.spine import consumer as module

    before, module.RETRY_FOR = module.RETRY_FOR, 0.5
    try:
        group = [rig.toy.orders.name, rig.toy.shipments.name]
        running = module.Consumer("toy", spine, rig.config, [group], "0")
        stop = asyncio.Event()
        task = asyncio.create_task(running.run(stop, lambda: asyncio.sleep(0, True)))
        producer = AIOKafkaProducer(bootstrap_servers=rig.kafka)
        await producer.start()
        shipment = rig.toy.shipment(good, 1)
        await producer.send_and_wait(
            shipment.topic, shipment.value, key=shipment.key, headers=list(shipment.headers), partition=0
        )
        await rig.send(good, bad)
        await until(lambda: rig._has({good: 1, bad: 1}))
        await until(lambda: _held(running, rig.toy.shipments.name))
        await rig.send(bad)
        await until(lambda: rig._has({bad: 2}))
        trouble = False
        await until(lambda: rig.count("aggregate", "state->>'shipped' = 'true'"))
        await until(lambda: asyncio.sleep(0, running.troubles == {}))
        stop.set()
        await running.stop()
        await task
        await producer.stop()
    finally:
        module.RETRY_FOR = before


async def _held(running: Any, topic: str) -> bool:
    return any(place.startswith(f"{topic}[0]@") for place in running.troubles)
