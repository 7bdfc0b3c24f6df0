"""A kommune's two topics: `k.<code>.referrals.v1` to read, `k.<code>.replies.v1` to write."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

log = logging.getLogger(__name__)
PREFIX, VERSION = "dk.lederalliancen.", ".v1"


@dataclass(frozen=True)
class News:
    """What we are told: `what` is the short name of the type, as `referral.sent`."""

    what: str
    subject: str
    data: dict[str, Any]


class Inbox:
    """News of one kommune, each once: versions that were seen already are dropped, per subject."""

    def __init__(self, bootstrap: str, code: str) -> None:
        self.partition = TopicPartition(f"k.{code}.referrals.v1", 0)
        self._consumer = AIOKafkaConsumer(
            self.partition.topic,
            bootstrap_servers=bootstrap,
            group_id=f"k.{code}.sim",
            auto_offset_reset="earliest",
        )
        self._seen: dict[str, int] = {}
        self.received = 0

    async def start(self) -> None:
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()

    async def position(self) -> int:
        """How far we have read; -1 as long as we have not been given the topic."""
        return await self._consumer.position(self.partition) if self._consumer.assignment() else -1

    async def __aiter__(self) -> AsyncIterator[News]:
        async for record in self._consumer:
            event = from_kafka_event(_message(record))
            subject, version = event.get_subject() or "", int(event.get_extension("aggregateversion"))
            self.received += 1
            if version > self._seen.get(subject, 0):
                self._seen[subject] = version
                what = event.get_type().removeprefix(PREFIX).removesuffix(VERSION)
                yield News(what, subject, cast("dict[str, Any]", event.get_data()))


class Outbox:
    """Replies of all kommuner of this program."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
        self.sent = 0

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def send(self, code: str, what: str, at: datetime, data: dict[str, Any], *, structured: bool = False) -> str:
        """The same id at every attempt: whoever reads it twice knows it. Returns the id."""
        event = CloudEvent(
            {
                "id": str(uuid4()),
                "source": f"/kommuner/{code}/fagsystem",
                "type": f"{PREFIX}reply.{what}{VERSION}",
                "time": at,
                "datacontenttype": "application/json",
            },
            data,
        )
        message = (to_structured_event if structured else to_binary_event)(event)
        key = str(next(value for name, value in data.items() if name.endswith("_id"))).encode()
        while True:
            try:
                await self._producer.send_and_wait(
                    f"k.{code}.replies.v1", message.value, key, headers=list(message.headers.items())
                )
            except KafkaError as error:
                log.warning("Kafka is away, trying again: %s", type(error).__name__)
                continue
            self.sent += 1
            return event.get_id()


def _message(record: ConsumerRecord) -> KafkaMessage:
    return KafkaMessage(dict(record.headers), record.key, record.value)
