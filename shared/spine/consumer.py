"""Consuming: FastStream with batches and explicit commits; what bites there: docs/decisions/0004-consuming.md.

A batch is committed only after its transaction. A commit that fails is only a redelivery; one that succeeds is no proof
of ownership: the inbox decides.
"""

import asyncio
import copy
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import stamina
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from shared.kafka import client_options, security
from shared.settings import Settings
from shared.spine import instruments
from shared.spine.engine import TRANSIENT, Spine
from shared.spine.envelope import Record

log = structlog.get_logger()
RETRY_FOR = 25.0  # seconds a batch waits in place for PostgreSQL; below max_poll_interval and rebalance_timeout


async def safe_parser(message: Any, original: Callable[[Any], Awaitable[Any]]) -> Any:
    """FastStream's parser skips a whole batch, silently, over one null or non-UTF-8 header. It gets a cleaned copy."""

    def clean(record: Any) -> Any:
        record = copy.copy(record)
        record.headers = [(k, (v or b"").decode("utf-8", "replace").encode()) for k, v in record.headers]
        return record

    cleaned = await original(tuple(map(clean, message)) if isinstance(message, tuple) else clean(message))
    cleaned.raw_message = message
    return cleaned


async def no_decoding(message: Any) -> Any:
    return message


class Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """A rebalance waits for the batch in flight; what is assigned is read from where the database has handled it.

    So a database that was restored from a backup reads again what it lost, whatever Kafka holds as committed.
    """

    def __init__(self, spine: Spine) -> None:
        self.lock, self.spine = asyncio.Lock(), spine
        self.subscriber: Any = None

    async def on_partitions_revoked(self, revoked: Any) -> None:
        async with self.lock:
            pass

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        async for attempt in stamina.retry_context(on=TRANSIENT, attempts=None, timeout=RETRY_FOR):
            with attempt:
                handled = await self.spine.handled()
        fresh = [partition for partition in assigned if tuple(partition) not in handled]
        for partition in assigned - set(fresh):
            self.subscriber.consumer.seek(partition, handled[tuple(partition)])
        if fresh:
            await self.subscriber.consumer.seek_to_beginning(*fresh)


class Consumer:
    """All topics of one service. `instance` is unique per replica: two alike expel each other."""

    def __init__(
        self, service: str, spine: Spine, settings: Settings, topics: Sequence[Sequence[str]], instance: str
    ) -> None:
        self.service, self.spine, self.settings = service, spine, settings
        self.topics = [name for group in topics for name in group]
        self.broker: KafkaBroker = KafkaBroker(
            settings.kafka_bootstrap,
            apply_types=False,
            parser=safe_parser,
            allow_auto_create_topics=False,
            logger=None,
            security=security(settings),
        )
        self.failure: str | None = "not started"
        self._asker: AIOKafkaConsumer | None = None
        for group in topics:
            self._subscribe(group, instance)

    def _subscribe(self, topics: Sequence[str], instance: str) -> None:
        rebalance = Rebalance(self.spine)
        group = f"{self.service}.{topics[0]}" if len(topics) == 1 else f"{self.service}.replies"

        async def on_batch(message: Any) -> None:
            async with rebalance.lock:
                try:
                    await self.handle([record_of(raw) for raw in message.raw_message])
                except BaseException:
                    await message.nack()  # back to the first record of the batch: without it, it would be skipped
                    raise
                await self._commit(message.consumer, message.raw_message)

        rebalance.subscriber = self.broker.subscriber(
            *topics,
            group_id=group,
            group_instance_id=f"{group}-{instance}",
            batch=True,
            max_records=self.settings.batch_max,
            batch_timeout_ms=20,
            decoder=no_decoding,
            listener=rebalance,
            session_timeout_ms=self.settings.session_timeout_ms,
            heartbeat_interval_ms=3_000,
            rebalance_timeout_ms=60_000,
            max_poll_interval_ms=300_000,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            no_reply=True,
        )
        rebalance.subscriber(on_batch)

    async def handle(self, records: list[Record]) -> None:
        """The batch in one transaction; if that fails for good, record by record: only the bad one is buried."""
        try:
            with instruments.BATCH_SECONDS.labels(self.service).time():
                await self._patiently(self.spine.consume, records)
            return
        except asyncio.CancelledError:
            _raise_if_stopping()
            failure = "CancelledError"
        except TRANSIENT:
            raise
        except Exception as error:
            failure = type(error).__name__
        log.warning("batch_split", records=len(records), error=failure)
        for record in records:
            try:
                await self._patiently(self.spine.consume, [record])
            except asyncio.CancelledError:
                _raise_if_stopping()
                await self._bury(record, "CancelledError")
            except TRANSIENT:
                raise
            except Exception as error:
                await self._bury(record, type(error).__name__)

    async def _bury(self, record: Record, error: str) -> None:
        try:
            await self._patiently(self.spine.bury, record, error, "save")
        except TRANSIENT:
            raise
        except Exception:  # what cannot even be kept must not stop those behind it
            await self._patiently(partial(self.spine.bury, bare=True), record, error, "save")

    async def _patiently(self, work: Callable[..., Awaitable[None]], *args: Any) -> None:
        """A passing failure (database, network) is waited for in place; nothing is skipped."""
        async for attempt in stamina.retry_context(on=TRANSIENT, attempts=None, timeout=RETRY_FOR, wait_max=3.0):
            with attempt:
                if attempt.num > 1:
                    instruments.RETRIES.labels(self.service).inc()
                await work(*args)

    async def _commit(self, consumer: AIOKafkaConsumer, records: Sequence[Any]) -> None:
        offsets: dict[TopicPartition, int] = {}
        for raw in records:
            partition = TopicPartition(raw.topic, raw.partition)
            offsets[partition] = max(offsets.get(partition, 0), raw.offset + 1)
        try:
            await consumer.commit(offsets)
        except (KafkaError, IllegalStateError) as error:
            instruments.COMMIT_FAILURES.labels(self.service).inc()
            log.warning("commit_failed", error=type(error).__name__)

    # -- life -----------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, still_ours: Callable[[], Awaitable[bool]]) -> None:
        """Start as soon as Kafka and all topics are there, and watch that no consume loop dies.

        Returns when stopped, or when another replica has this one's instance id.
        """
        while not stop.is_set() and await still_ours():
            try:
                if self.failure is not None:
                    await self._start()
                    self.failure = None
                    log.info("consuming", topics=len(self.topics))
                if dead := [s for s in self.broker.subscribers if any(t.done() for t in getattr(s, "tasks", []))]:
                    self.failure = "consume loop died"
                    log.error("consume_loop_died", subscribers=len(dead))
                    await self.stop()
            except Exception as error:
                self.failure = str(error) if isinstance(error, LookupError) else type(error).__name__
                log.warning("kafka_waits", reason=self.failure)
                await self.stop()
            try:
                await asyncio.wait_for(stop.wait(), 1.0)
            except TimeoutError:
                continue

    async def _start(self) -> None:
        missing = await missing_topics(self.settings, self.topics)
        if missing:
            raise LookupError(f"topics missing: {', '.join(sorted(missing)[:3])} (run: lederalliancen topics)")
        await self.broker.connect()
        asker = AIOKafkaConsumer(*self.topics, **client_options(self.settings))
        await asyncio.gather(asker.start(), *(subscriber.start() for subscriber in self.broker.subscribers))
        asker.pause(*asker.assignment())  # it reads nothing
        self._asker = asker

    async def stop(self) -> None:
        """Drain the batch in flight, commit, leave."""
        asker, self._asker = self._asker, None
        try:
            async with asyncio.timeout(6):
                await asyncio.gather(self.broker.stop(), *([asker.stop()] if asker else []))
        except Exception as error:
            log.warning("consumer_stop", error=type(error).__name__)

    async def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Where the broker's logs end now, asked for afresh. Raises LookupError before a consumer knows its topic."""
        ends: dict[TopicPartition, int] = await self._asker_for(topics).end_offsets(self._partitions(topics))
        return ends

    async def beginning_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Where the broker's logs begin now: what is before is past its retention."""
        starts: dict[TopicPartition, int] = await self._asker_for(topics).beginning_offsets(self._partitions(topics))
        return starts

    def _asker_for(self, topics: Sequence[str]) -> AIOKafkaConsumer:
        """A client of its own: on a consumer's connection the question would wait behind a fetch, half a second."""
        if self._asker is None:
            raise LookupError(f"{topics[0]}: not consuming yet")
        return self._asker

    def _partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        """As each consumer knows them of its own topics."""
        found = []
        for subscriber in self.broker.subscribers:
            client = getattr(subscriber, "consumer", None)
            for topic in getattr(subscriber, "topic_names_for_subscribe", ()):
                if topic in topics:
                    numbers = client.partitions_for_topic(topic) if client else None
                    if not numbers:
                        raise LookupError(f"partitions of {topic} are not known yet")
                    found += [TopicPartition(topic, n) for n in numbers]
        return found


async def missing_topics(settings: Settings, topics: Sequence[str]) -> set[str]:
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=5_000)
    await admin.start()
    try:
        return set(topics) - set(await admin.list_topics())
    finally:
        await admin.close()


def record_of(raw: Any) -> Record:
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw.value, list(raw.headers))


def _raise_if_stopping() -> None:
    """A cancellation that leaked from below must not end the consume loop; a real one must."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
