"""aiokafka's consumer, made patient: each partition has its own place, its own pause and its own trouble.

Nothing is read before the database has said where; what the group committed in Kafka is not asked. What goes wrong with
one partition (moved log, lost records, a right taken away) is dealt with there, while the others are read on.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)

from shared.events.topics import family_of
from shared.spine import instruments, reading
from shared.spine.engine import Spine
from shared.spine.failures import passes, words
from shared.spine.placing import Log, placed
from shared.spine.positions import Position

log = structlog.get_logger()
reading.install()

PAUSE = 2.0  # seconds that a partition in trouble waits before it is tried again
NOTE_EVERY = 1.0  # seconds between two looks whether a position moved without a record
STUCK_AFTER = 30.0  # seconds without progress where there is something to read
LAME_AFTER = 10.0  # seconds in which every fetch failed
LAME_WHEN_STUCK = 60.0  # seconds without progress although it is asked and nothing holds it


class Reader(AIOKafkaConsumer):  # type: ignore[misc]
    """`log_ids`: topic -> the id of the log that is there now; others keep it up to date."""

    def __init__(self, *topics: str, spine: Spine, service: str, log_ids: Mapping[str, str], **options: Any) -> None:
        super().__init__(*topics, **options)
        self._spine, self._service, self._log_ids = spine, service, log_ids
        self._unplaced: set[TopicPartition] = set()
        self._at: dict[TopicPartition, Position] = {}
        self._held: dict[TopicPartition, tuple[float, str]] = {}
        self._moved: dict[TopicPartition, tuple[int, float]] = {}
        self._noted = self._retried = time.monotonic()
        self._trouble: str | None = None
        self._failing: float | None = None

    # -- asked by others -----------------------------------------------------------------------------------------------

    def log_of(self, raw: ConsumerRecord) -> str:
        """Which log a record that was just read belongs to."""
        return self._at[TopicPartition(raw.topic, raw.partition)].log

    def unplace(self, partitions: Iterable[TopicPartition]) -> None:
        """Not to be read before the database has said where."""
        self._unplaced |= set(partitions)

    def moved(self, topics: set[str]) -> None:
        """These topics are there again, or are other logs now: their partitions are asked for afresh."""
        self.unplace(at for at in self.assignment() if at.topic in topics)
        self._client.force_metadata_update()

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """As aiokafka's. Where a batch is read once more, it is not the reader that stands still."""
        self._moved.pop(partition, None)
        super().seek(partition, offset)

    def hold(self, partition: TopicPartition, reason: str) -> None:
        """Read it again from what was handled, after a pause of its own."""
        self._held[partition] = time.monotonic() + PAUSE, reason
        self._unplaced.add(partition)

    def troubles(self) -> dict[str, str]:
        """`topic[partition]@offset` -> why it stands still."""
        now, found = time.monotonic(), {}
        if self._trouble:
            found["*"] = self._trouble
        for partition in self.assignment():
            at = self._at[partition].next_offset if partition in self._at else "?"
            name = f"{partition.topic}[{partition.partition}]@{at}"
            if partition in self._held:
                found[name] = self._held[partition][1]
            elif partition in self._moved and now - self._moved[partition][1] > STUCK_AFTER:
                found[name] = f"no progress for {now - self._moved[partition][1]:.0f} s"
        return found

    @property
    def lame(self) -> str | None:
        """Why this reader will not read again by itself, so that another must be put in its place.

        aiokafka's background tasks can end at an error they do not know (a heartbeat answered with "coordinator load
        in progress" is one) and are not started again: every fetch fails from then on, or none comes.
        """
        now = time.monotonic()
        if self._failing and now - self._failing > LAME_AFTER:
            return f"every fetch failed for {now - self._failing:.0f} s"
        if now - self._noted > LAME_AFTER:  # a batch is in hand, and waits for the database
            return None
        for partition in self.assignment() - self._unplaced:
            if partition in self._moved and now - self._moved[partition][1] > LAME_WHEN_STUCK:
                return f"{partition.topic}[{partition.partition}] did not move for {LAME_WHEN_STUCK:.0f} s"
        return None

    # -- reading -------------------------------------------------------------------------------------------------------

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """As aiokafka's, but nothing of a partition that is not placed, and no error that is only one partition's."""
        self.unplace(self.assignment() - self._at.keys())
        if not await self._placed() or not await self._up_to_date():
            await asyncio.sleep(min(timeout_ms / 1000 + 0.2, 1.0))
            return {}
        try:
            found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except OffsetOutOfRangeError as error:
            self.unplace(error.args[0])
            return {}
        except (NoOffsetForPartitionError, IllegalStateError):
            self.unplace(self.assignment())
            return {}
        except TopicAuthorizationFailedError as error:
            for partition in self.assignment():
                if partition.topic in error.args:
                    self.hold(partition, words(error))
            return {}
        except KafkaError as error:
            self._trouble = words(error)
            self._failing = self._failing or time.monotonic()
            raise
        self._trouble = self._failing = None
        return {partition: records for partition, records in found.items() if partition not in self._unplaced}

    async def _placed(self) -> bool:
        """Place what is new here. False where the database or Kafka cannot say yet: then nothing is read."""
        now = time.monotonic()
        if due := {at for at in self._held if self._held[at][0] <= now}:
            for partition in due:
                del self._held[partition]
        self._unplaced &= self.assignment()
        self.pause(*(at for at in self._held if at in self._unplaced))
        wanted = self._unplaced - self._held.keys()
        if not wanted:
            return True
        try:
            begins = await self.beginning_offsets(list(wanted))
            ends = await self.end_offsets(list(wanted))
            handled = await self._spine.handled()
            found = {
                at: placed(handled.get((at.topic, at.partition)), Log(self._log_ids[at.topic], begins[at], ends[at]))
                for at in wanted
            }
            await self._spine.place({(at.topic, at.partition): to.at for at, to in found.items()})
        except Exception as error:
            if not passes(error) and not isinstance(error, (KafkaError, LookupError)):
                raise
            if self._trouble != words(error):
                log.warning("not_reading_yet", reason=words(error), partitions=len(wanted))
            self._trouble = words(error)
            return False
        for at, to in found.items():
            if to.news:
                instruments.NEWS.labels(self._service, family_of(at.topic), to.news).inc()
                instruments.LOST.labels(self._service, family_of(at.topic)).inc(to.lost)
                log.error(to.news.replace("-", "_"), topic=at.topic, partition=at.partition, lost=to.lost)
            self.seek(at, to.at.next_offset)
            self._at[at] = to.at
        self.resume(*wanted)
        self._unplaced -= wanted
        self._trouble = None
        return True

    async def _up_to_date(self) -> bool:
        """Once a second: positions that moved without a record (a transaction's marker) are noted as handled.

        Called between two batches, when what was read has been handled.
        """
        now = time.monotonic()
        if now - self._noted < NOTE_EVERY:
            return True
        self._noted = now
        moved = {}
        for at in self.assignment() - self._unplaced:
            position, end = await self.position(at), self.highwater(at) or 0
            before, since = self._moved.get(at, (-1, now))
            self._moved[at] = (position, now if position != before or position >= end else since)
            if position > self._at[at].next_offset:
                moved[at] = Position(self._at[at].log, position)
        try:
            await self._spine.note({(at.topic, at.partition): to for at, to in moved.items()})
        except Exception as error:
            if not passes(error):
                raise
            return False
        self._at |= moved
        return True
