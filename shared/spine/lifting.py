"""After a restore: versions are lifted above what Kafka holds, before anything is said.

A database that is older than what its service has said would say a version again, under another id, and every consumer
would take it for a duplicate. So what lies in our own topics beyond what this database knows of is read once at the
start. Ordinarily that is nothing, or what was sent just before a crash, which is still in the outbox under its own id.
Who was erased there is erased here too, first of all.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.db import Connection, columns
from shared.kafka import Topic
from shared.spine import instruments, reading
from shared.spine.envelope import Record, place_of
from shared.spine.inbox import Stream

log = structlog.get_logger()
reading.install()


Erased = dict[UUID, datetime]
"""Who was said to be erased, and when, for the last time."""


@dataclass(frozen=True)
class Forgetting:
    """Of a service that keeps people: by which types of event it says that one is erased, and how that is done here."""

    types: frozenset[str]
    carry_out: Callable[[Erased], Awaitable[int]]


@dataclass
class Said:
    """What was found in Kafka: the last version of each stream that the outbox does not hold, and which ids it does."""

    last: dict[Stream, int] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    erased: Erased = field(default_factory=dict)


async def lift(
    pool: asyncpg.Pool,
    service: str,
    kafka: dict[str, Any],
    topics: dict[str, Topic],
    forgetting: Forgetting | None = None,
) -> int:
    """Lift what must be; returns how many streams that were. Under the relay's lock: nothing is sent meanwhile."""
    partitions = _partitions(topics)
    async with _consumer(kafka, partitions) as consumer:
        ends = await consumer.end_offsets(partitions)
        rows = await pool.fetch("SELECT topic, partition, log, next_offset FROM said")
        known = {TopicPartition(r["topic"], r["partition"]): (r["log"], r["next_offset"]) for r in rows}
        begins = {at: known[at][1] if at in known and known[at][0] == topics[at.topic].id else 0 for at in partitions}
        unknown = {at: begins[at] for at in partitions if begins[at] < ends[at]}
        if not unknown:
            return 0
        pending = await pool.fetch("SELECT headers->>'ce_id' AS id FROM outbox")
        erases = forgetting.types if forgetting else frozenset()
        found = await _read(consumer, unknown, ends, {row["id"] for row in pending}, erases)
    # Before it is noted that these records are known: after a crash in between they are found again.
    if forgetting and found.erased and (erased := await forgetting.carry_out(found.erased)):
        log.error("erasures_replayed", people=erased)
    async with pool.acquire() as conn, conn.transaction():
        lifted = await _lift(conn, found)
        await note(conn, {at: (topics[at.topic].id, ends[at]) for at in unknown})
    if lifted:
        instruments.LIFTED.labels(service).inc(lifted)
        log.error("streams_lifted", streams=lifted, records=sum(ends[at] - begins[at] for at in unknown))
    return lifted


async def erasures(kafka: dict[str, Any], topics: dict[str, Topic], types: frozenset[str]) -> Erased:
    """All that these topics hold, from their beginning to now."""
    partitions = _partitions(topics)
    async with _consumer(kafka, partitions) as consumer:
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        return (await _read(consumer, begins, ends, set(), types)).erased


@asynccontextmanager
async def _consumer(kafka: dict[str, Any], partitions: list[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        # Told all at once, it asks once where they lie: topic after topic costs a tenth of a second each.
        consumer.assign(partitions)
        consumer.pause(*partitions)
        yield consumer
    finally:
        await consumer.stop()


def _partitions(topics: Mapping[str, Topic]) -> list[TopicPartition]:
    return [TopicPartition(name, n) for name, topic in topics.items() for n in topic.partitions]


async def note(conn: Connection, at: dict[TopicPartition, tuple[str, int]]) -> None:
    """How far this database has written our own topics."""
    await conn.execute(
        "INSERT INTO said (topic, partition, log, next_offset)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[]) ORDER BY 1, 2"
        " ON CONFLICT (topic, partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset",
        *columns(((*partition, *where) for partition, where in at.items()), 4),
    )


async def _read(
    consumer: AIOKafkaConsumer,
    begins: dict[TopicPartition, int],
    ends: dict[TopicPartition, int],
    pending: set[str],
    erases: frozenset[str],
) -> Said:
    found = Said()
    consumer.assign(list(begins))
    for partition, begin in begins.items():
        consumer.seek(partition, begin)
    while any([await consumer.position(at) < ends[at] for at in begins]):
        for records in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
            for raw in records:
                record = Record(raw.topic, raw.partition, raw.offset, None, None, raw.headers)
                id_, (subject, version) = record.header("ce_id"), place_of(record)
                if id_ in pending:
                    found.sent.add(id_)
                elif subject and version:  # what nobody can take for an event of ours lifts nothing
                    stream = record.topic, subject
                    found.last[stream] = max(found.last.get(stream, 0), version)
                    if record.header("ce_type") in erases:
                        _note_erased(found.erased, subject, record.header("ce_time"))
    return found


def _note_erased(erased: Erased, subject: str, time: str | None) -> None:
    with suppress(ValueError):  # whatever else somebody wrote there
        person, at = UUID(subject), datetime.fromisoformat(time or "").astimezone(UTC)
        erased[person] = max(erased.get(person, at), at)


async def _lift(conn: Connection, found: Said) -> int:
    """Under the streams' locks, so no decision is between its version and its row in the outbox."""
    rows = await conn.fetch(
        "INSERT INTO stream (topic, subject, version) SELECT topic, subject, 0"
        " FROM unnest($1::text[], $2::text[]) AS s(topic, subject) ORDER BY 1, 2"
        " ON CONFLICT (topic, subject) DO UPDATE SET version = stream.version RETURNING topic, subject, version",
        *columns(sorted(found.last), 2),
    )
    waiting: dict[Stream, list[asyncpg.Record]] = {}
    for row in await conn.fetch("SELECT id, topic, headers FROM outbox ORDER BY id"):
        headers = orjson.loads(row["headers"])
        if headers.get("ce_id") not in found.sent:
            waiting.setdefault((row["topic"], headers.get("ce_subject", "")), []).append(row)
    lifted, moved = {}, []
    for row in rows:
        stream = row["topic"], row["subject"]
        unsent, last = waiting.get(stream, []), found.last[stream]
        if last > row["version"] - len(unsent):
            lifted[stream] = last + len(unsent)
            moved += [(out["id"], str(last + n)) for n, out in enumerate(unsent, 1)]
    await conn.execute(
        "UPDATE stream s SET version = n.version FROM unnest($1::text[], $2::text[], $3::bigint[])"
        " AS n(topic, subject, version) WHERE (s.topic, s.subject) = (n.topic, n.subject)",
        *columns(((*stream, version) for stream, version in lifted.items()), 3),
    )
    await conn.execute(
        "UPDATE outbox o SET headers = jsonb_set(o.headers, '{ce_aggregateversion}', to_jsonb(n.version))"
        " FROM unnest($1::bigint[], $2::text[]) AS n(id, version) WHERE o.id = n.id",
        *columns(moved, 2),
    )
    return len(lifted)
