"""What was said on the domain topics: read like any outsider with the right to, for counting and for expectations."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from shared.events.topics import CANDIDATES, FOLLOWUP, GATEWAY, INTAKE, MATCHING

TOPICS = [topic.name for topic in (INTAKE, GATEWAY, MATCHING, FOLLOWUP, CANDIDATES)]


@dataclass(frozen=True)
class Said:
    """One event: `what` is the short name of its type, as `place.opened`."""

    topic: str
    what: str
    subject: str
    version: int
    time: datetime
    place: str | None
    data: dict[str, Any]


class Journal:
    """All events so far, each once, in the order in which they were read."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = AIOKafkaConsumer(*TOPICS, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        # Of its own: a client that waits for news answers nothing else meanwhile.
        self._asker = AIOKafkaConsumer(bootstrap_servers=bootstrap)
        self.events: list[Said] = []
        self._ids: set[str] = set()

    async def __aenter__(self) -> "Journal":
        await asyncio.gather(self._consumer.start(), self._asker.start())
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await asyncio.gather(self._consumer.stop(), self._asker.stop())

    async def catch_up(self) -> None:
        """Until all that is there has been read."""
        while not await self._up_to_date():  # noqa: ASYNC110 - the broker tells only those who ask
            await asyncio.sleep(0.01)

    async def _up_to_date(self) -> bool:
        partitions = self._consumer.assignment()
        try:
            ends = await self._asker.end_offsets(partitions)
        except KafkaError:
            return False
        return bool(partitions) and all([await self._consumer.position(p) >= end for p, end in ends.items()])

    def find(self, what: str, **data: Any) -> list[Said]:
        """Events of that name whose data hold all these values."""
        return [e for e in self.events if e.what == what and data.items() <= e.data.items()]

    def about(self, ids: set[str]) -> list[Said]:
        """All that names one of these ids."""
        return [e for e in self.events if ids & {v for v in (e.place, *e.data.values()) if isinstance(v, str)}]

    async def _read(self) -> None:
        async for record in self._consumer:
            headers = {name: value.decode() for name, value in record.headers if value is not None}
            if headers["ce_id"] in self._ids:
                continue
            self._ids.add(headers["ce_id"])
            self.events.append(
                Said(
                    what=headers["ce_type"].removeprefix("dk.lederalliancen.").removesuffix(".v1"),
                    topic=record.topic,
                    subject=headers["ce_subject"],
                    version=int(headers["ce_aggregateversion"]),
                    time=datetime.fromisoformat(headers["ce_time"]),
                    place=headers.get("ce_correlationid"),
                    data=json.loads(record.value),
                )
            )


def counted(events: list[Said]) -> Counter[str]:
    return Counter(event.what for event in events)
