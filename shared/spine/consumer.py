"""Consuming: FastStream with batches and explicit commits; what bites there: docs/decisions/0004-consuming.md.

A batch is committed only after its transaction. A commit that fails is only a redelivery; one that succeeds is no proof
of ownership: the inbox decides.
"""

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import stamina
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from opentelemetry.trace import SpanKind

from shared import tracing
from shared.kafka import Topics, client_options, security
from shared.settings import Settings
from shared.spine import instruments
from shared.spine.engine import Spine
from shared.spine.envelope import Record
from shared.spine.failures import Backoff, passes, words
from shared.spine.positions import Partition
from shared.spine.reader import Reader

log = structlog.get_logger()
RETRY_FOR = 25.0  # seconds a batch waits in place for PostgreSQL; below max_poll_interval and rebalance_timeout
LOG_APPEND_TIME = 1  # Kafka's type of a timestamp: the broker's; 0 is the sender's
LOOK_AT_LOGS = 5.0  # seconds between two looks whether a topic was made anew


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
    """A rebalance waits for the batch in flight; what is assigned is read only after the reader has placed it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.subscriber: Any = None

    async def on_partitions_revoked(self, revoked: Any) -> None:
        async with self.lock:
            pass

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.subscriber.consumer.unplace(assigned)


def group_of(service: str, topics: Sequence[str]) -> str:
    """Kafka's name for all replicas of a service on a topic, or on those of all kommuner."""
    return f"{service}.{topics[0]}" if len(topics) == 1 else f"{service}.replies"


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
        self.waiting: str | None = None
        """Why the batch in hand is not handled yet, where that may pass."""
        self._asker: AIOKafkaConsumer | None = None
        self._there = Topics(settings)
        self._logs: dict[str, str] = {}
        self._looked = float("-inf")
        for group in topics:
            self._subscribe(group, instance)

    def _subscribe(self, topics: Sequence[str], instance: str) -> None:
        rebalance = Rebalance()
        group = group_of(self.service, topics)

        async def on_batch(message: Any) -> None:
            async with rebalance.lock:
                reader: Reader = message.consumer
                try:
                    held = await self.handle([self._record(raw, reader.log_of(raw)) for raw in message.raw_message])
                except BaseException:
                    await message.nack()  # back to the first record of the batch: without it, it would be skipped
                    raise
                for (topic, number), reason in held.items():
                    reader.hold(TopicPartition(topic, number), reason)
                done = [raw for raw in message.raw_message if (raw.topic, raw.partition) not in held]
                await self._commit(reader, done)

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
            auto_offset_reset="none",
            no_reply=True,
        )
        rebalance.subscriber(on_batch)

    def _record(self, raw: Any, log_id: str) -> Record:
        """A calendar that is moved by hand has its own days: the broker's clock says nothing of them."""
        record = record_of(raw, log_id)
        return record if self.spine.clock.file is None else replace(record, at=None)

    async def handle(self, records: list[Record]) -> dict[Partition, str]:
        """The batch in one transaction; if that fails, each partition by itself, then each record.

        A failure that passes is waited for in place, and only a record that can never be handled is buried. Returns the
        partitions that must wait although others go on, and why.
        """
        try:
            about = (record.header for record in records)
            with (
                instruments.BATCH_SECONDS.labels(self.service).time(),
                tracing.span(self.service, "batch", SpanKind.CONSUMER, links=about),
            ):
                await self._patiently(self.spine.consume, records)
            self.waiting = None
            return {}
        except asyncio.CancelledError:
            _raise_if_stopping()
            failure: BaseException = asyncio.CancelledError()
        except Exception as error:
            failure = error
        self.waiting = words(failure) if passes(failure) else None
        log.warning("batch_split", records=len(records), error=words(failure))
        held: dict[Partition, BaseException] = {}
        groups: dict[Partition, list[Record]] = {}
        for record in records:
            groups.setdefault((record.topic, record.partition), []).append(record)
        if len(groups) == 1 and passes(failure):
            raise failure
        for partition_, of_partition in groups.items():
            try:
                await self._each(of_partition, within=RETRY_FOR / len(groups))
            except Exception as error:
                if not passes(error):
                    raise
                held[partition_] = error
        if len(held) == len(groups):
            raise next(iter(held.values()))
        return {at: words(error) for at, error in held.items()}

    async def _each(self, records: list[Record], within: float) -> None:
        """One partition: in one transaction, or record by record where something in it can never succeed."""
        if len(records) > 1:
            try:
                return await self._patiently(self.spine.consume, records, within=within)
            except asyncio.CancelledError:
                _raise_if_stopping()
            except Exception as error:
                if passes(error):
                    raise
        for record in records:
            try:
                await self._patiently(self.spine.consume, [record], within=within)
            except asyncio.CancelledError:
                _raise_if_stopping()
                await self._bury(record, "CancelledError")
            except Exception as error:
                if passes(error):
                    raise
                await self._bury(record, type(error).__name__)
        return None

    async def _bury(self, record: Record, error: str) -> None:
        try:
            await self._patiently(self.spine.bury, record, error, "save")
        except Exception as failure:
            if passes(failure):
                raise
            # What cannot even be kept must not stop those behind it.
            await self._patiently(partial(self.spine.bury, bare=True), record, error, "save")

    async def _patiently(self, work: Callable[..., Awaitable[None]], *args: Any, within: float | None = None) -> None:
        """A passing failure (database, network) is waited for in place; nothing is skipped."""
        async for attempt in stamina.retry_context(
            on=_passes, attempts=None, timeout=within or RETRY_FOR, wait_max=3.0
        ):
            with attempt:
                if attempt.num > 1:
                    instruments.RETRIES.labels(self.service).inc()
                await work(*args)

    async def _commit(self, consumer: AIOKafkaConsumer, records: Sequence[Any]) -> None:
        offsets: dict[TopicPartition, int] = {}
        for raw in records:
            at = TopicPartition(raw.topic, raw.partition)
            offsets[at] = max(offsets.get(at, 0), raw.offset + 1)
        try:
            await consumer.commit(offsets)
        except (KafkaError, IllegalStateError) as error:
            instruments.COMMIT_FAILURES.labels(self.service).inc()
            log.warning("commit_failed", error=type(error).__name__)

    # -- life ----------------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, still_ours: Callable[[], Awaitable[bool]]) -> None:
        """Start as soon as Kafka and all topics are there, and watch that no consume loop dies.

        Returns when stopped, or when another replica has this one's instance id.
        """
        backoff = Backoff(1.0)
        while not stop.is_set() and await still_ours():
            try:
                if self.failure is not None:
                    await self._start()
                    self.failure = None
                    backoff.reset()
                    log.info("consuming", topics=len(self.topics))
                if ended := self._ended():
                    self.failure = "consume loop died"
                    instruments.RESTARTS.labels(self.service).inc()
                    log.error("consume_loop_died", reason=ended)
                    await self.stop()
                elif time.monotonic() - self._looked > LOOK_AT_LOGS:
                    await self._look_at_logs()
            except Exception as error:
                if self.failure is not None:
                    self.failure = str(error) if isinstance(error, LookupError) else words(error)
                    if backoff.again(error):
                        log.warning("kafka_waits", reason=self.failure)
                    await self.stop()
                    await backoff.pause(stop)
                    continue
                log.warning("logs_not_looked_at", error=words(error))
            try:
                await asyncio.wait_for(stop.wait(), 1.0)
            except TimeoutError:
                continue

    def _ended(self) -> str | None:
        """Why this consumer reads no more and has to be started anew."""
        if any(task.done() for subscriber in self.broker.subscribers for task in getattr(subscriber, "tasks", [])):
            return "the loop ended"
        return next((reader.lame for reader in self.readers if reader.lame), None)

    async def _start(self) -> None:
        await self._look_at_logs()
        await self.broker.connect()
        made = partial(Reader, spine=self.spine, service=self.service, log_ids=self._logs)
        config = self.broker.config.broker_config
        config.builder = partial(made, **getattr(config.builder, "keywords", {}))
        asker = AIOKafkaConsumer(*self.topics, **client_options(self.settings))
        await asyncio.gather(asker.start(), *(subscriber.start() for subscriber in self.broker.subscribers))
        asker.pause(*asker.assignment())  # it reads nothing
        self._asker = asker

    async def _look_at_logs(self) -> None:
        """Which log each topic is now; one made anew is placed anew. Raises LookupError for a missing topic."""
        self._looked = time.monotonic()
        now = {name: topic.id for name, topic in (await self._there.there(self.topics)).items()}
        missing = sorted(set(self.topics) - now.keys())
        changed = {topic for topic, id_ in now.items() if self._logs.get(topic) != id_}
        self._logs.update(now)
        for topic in missing:
            self._logs.pop(topic, None)
        for reader in self.readers if changed else ():
            reader.moved(changed)
        if missing and self.failure is not None:
            raise LookupError(f"topics missing: {', '.join(missing[:3])} (run: lederalliancen topics)")

    async def stop(self) -> None:
        """Drain the batch in flight, commit, leave."""
        asker, self._asker = self._asker, None
        try:
            async with asyncio.timeout(6):
                await asyncio.gather(self.broker.stop(), *([asker.stop()] if asker else []))
        except Exception as error:
            log.warning("consumer_stop", error=type(error).__name__)

    # -- what others ask -----------------------------------------------------------------------------------------------

    @property
    def readers(self) -> list[Reader]:
        found = (getattr(subscriber, "consumer", None) for subscriber in self.broker.subscribers)
        return [reader for reader in found if reader is not None]

    @property
    def troubles(self) -> dict[str, str]:
        """`topic[partition]@offset` -> why it does not go on there; only of partitions that this replica reads."""
        found = {place: reason for reader in self.readers for place, reason in reader.troubles().items()}
        return found | ({"batch": self.waiting} if self.waiting else {})

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


def record_of(raw: Any, log_id: str = "") -> Record:
    reason, at = getattr(raw, "reason", None), None
    if getattr(raw, "timestamp_type", None) == LOG_APPEND_TIME:
        at = datetime.fromtimestamp(raw.timestamp / 1000, UTC)
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw.value, list(raw.headers), log_id, reason, at)


def _passes(error: Exception) -> bool:
    return passes(error)


def _raise_if_stopping() -> None:
    """A cancellation that leaked from below must not end the consume loop; a real one must."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
