"""What cannot be read is a record of its own, and what stands beside it is read."""

import struct
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c

from shared.spine import reading
from shared.spine.consumer import record_of
from shared.spine.envelope import Bad, parse


def batch(first: int = 0, headers: tuple[tuple[str, bytes], ...] = (("aa", b"x"),)) -> bytearray:
    """Three records, uncompressed."""
    builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 100_000)
    for n in range(3):
        builder.append(n, 1000 + n, b"k", f"v{first + n}".encode(), list(headers))
    raw = bytearray(builder.build())
    struct.pack_into(">q", raw, 0, first)
    return signed(raw)


def signed(raw: bytearray) -> bytearray:
    struct.pack_into(">I", raw, 17, calc_crc32c(bytes(raw[21:])))
    return raw


def read(*batches: bytearray, at: int = 0) -> tuple[list[Any], int]:
    fetched = b"".join(map(bytes, batches)) + bytes(batch(99))[:40]  # the last one of a fetch may be cut off
    records = reading._Records(TopicPartition("t", 0), reading._Batches(fetched), None, at, None, None, True, 0)
    return list(records), records.next_fetch_offset


def values(records: list[Any]) -> list[bytes | None]:
    return [record.value for record in records]


def test_batches_are_read_in_order_from_where_reading_stands() -> None:
    records, next_ = read(batch(), batch(3), at=2)
    assert (values(records), next_) == ([b"v2", b"v3", b"v4", b"v5"], 6)


def test_a_header_s_name_may_be_any_bytes() -> None:
    odd = signed(batch().replace(b"\x04aa", b"\x04\xe6\xf8", 1))
    records, next_ = read(odd, batch(3))
    assert (values(records), next_) == ([b"v0", b"v1", b"v2", b"v3", b"v4", b"v5"], 6)
    assert records[0].headers == (("\\xe6\\xf8", b"x"),)
    assert records[1].headers == (("aa", b"x"),)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: signed(raw[:22] + bytes([raw[22] | 4]) + raw[23:]),
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
    ],
    ids=["what is no zstd says it is", "a wrong checksum"],
)
def test_a_batch_that_nobody_can_read_stands_in_nobody_s_way(spoil: Any) -> None:
    records, next_ = read(batch(), spoil(batch(3)), batch(6))
    assert next_ == 9
    assert values(records) == [b"v0", b"v1", b"v2", None, None, None, b"v6", b"v7", b"v8"]
    lost = [record_of(record) for record in records[3:6]]
    assert [(record.offset, bool(record.unreadable)) for record in lost] == [(3, True), (4, True), (5, True)]
    message = parse(lost[0])
    assert isinstance(message, Bad)
    assert (message.stage, message.version) == ("read", None)
