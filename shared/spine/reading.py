"""Reading what others wrote: what cannot be read becomes a record of its own, and stands in nobody's way.

aiokafka raises in the middle of a fetch where it cannot decode something, loses what it had read before it, and meets
the same again at the next fetch. Here a batch that fails is read once more, tolerantly, and what is still unreadable is
handed on as `Unreadable`, offset by offset.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.util import decode_varint

HEAD = struct.Struct(">qi")  # base offset, length of what follows


@dataclass
class Unreadable(ConsumerRecord):  # type: ignore[misc]
    """A place in the log whose content nobody can read; `reason` is the class of the failure."""

    reason: str = "unreadable"


class _Batches:
    """What a fetch brought of one partition, batch by batch, with the bytes at hand."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def size_in_bytes(self) -> int:
        return len(self._raw)

    def has_next(self) -> bool:
        """The last one of a fetch may be cut off."""
        return self._end() <= len(self._raw)

    def next_batch(self) -> bytes:
        start, self._at = self._at, self._end()
        return self._raw[start : self._at]

    def _end(self) -> int:
        if len(self._raw) - self._at < HEAD.size:
            return len(self._raw) + 1
        return self._at + HEAD.size + int(HEAD.unpack_from(self._raw, self._at)[1])


class _Tolerant(_DefaultRecordBatchPy):  # type: ignore[misc]
    """A header's name is text to the protocol, and bytes to whoever sends it."""

    _pos: int

    def _read_msg(self, _: Any = None) -> _DefaultRecordPy:
        length, at = decode_varint(self._buffer, self._pos)
        end = at + length
        at += 1  # attributes
        delta, at = decode_varint(self._buffer, at)
        offset, at = decode_varint(self._buffer, at)
        key, at = self._bytes(at)
        value, at = self._bytes(at)
        headers = []
        count, at = decode_varint(self._buffer, at)
        for _header in range(count):
            name, at = self._bytes(at)
            text, at = self._bytes(at)
            headers.append(((name or b"").decode("utf-8", "backslashreplace"), text))
        if at != end:
            raise CorruptRecordException("the length of a record is wrong")
        self._pos = end
        time = self.max_timestamp if self.timestamp_type else self.first_timestamp + delta
        return _DefaultRecordPy(self.base_offset + offset, time, self.timestamp_type, key, value, headers)

    def _bytes(self, at: int) -> tuple[bytes | None, int]:
        length, at = decode_varint(self._buffer, at)
        if length < 0:
            return None, at
        if at + length > len(self._buffer):
            raise CorruptRecordException("a record is cut off")
        return bytes(self._buffer[at : at + length]), at + length


class _Records(fetcher.PartitionRecords):  # type: ignore[misc]
    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[ConsumerRecord]:
        while self._records.has_next():
            raw = self._records.next_batch()
            batch = DefaultRecordBatch(raw)
            if not batch.is_control_batch:
                try:
                    yield from self._of(batch)
                except Exception:
                    yield from self._once_more(raw, batch.next_offset)
            self.next_fetch_offset = max(self.next_fetch_offset, batch.next_offset)

    def _of(self, batch: Any) -> Iterator[ConsumerRecord]:
        if not batch.validate_crc():
            raise CorruptRecordException("wrong checksum")
        for record in batch:
            if record.offset >= self.next_fetch_offset:
                self.next_fetch_offset = record.offset + 1
                yield self._consumer_record(self._tp, record)

    def _once_more(self, raw: bytes, end: int) -> Iterator[ConsumerRecord]:
        reason = "unreadable"
        try:
            yield from self._of(_Tolerant(raw))
        except Exception as error:
            reason = type(error.__cause__ or error).__name__
        topic, partition = self._tp
        for offset in range(self.next_fetch_offset, end):
            self.next_fetch_offset = offset + 1
            yield Unreadable(topic, partition, offset, -1, 0, None, None, None, -1, -1, (), reason)


def install() -> None:
    """From now on every consumer of this process reads this way."""
    fetcher.PartitionRecords, fetcher.MemoryRecords = _Records, _Batches
