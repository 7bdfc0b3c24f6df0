"""After a restore: versions are lifted above what Kafka holds, before anything is said.

A database that is older than what its service has said would say a version again, under another id, and every consumer
would take it for a duplicate. So what lies in our own topics beyond what this database knows of is read once at the
start. Ordinarily that is nothing, or what was sent just before a crash, which is still in the outbox under its own id.
"""

from dataclasses import dataclass, field
from typing import Any

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


@dataclass
class Said:
    """What was found in Kafka: the last version of each stream that the outbox does not hold, and which ids it does."""

    last: dict[Stream, int] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)


async def lift(pool: asyncpg.Pool, service: str, kafka: dict[str, Any], topics: dict[str, Topic]) -> int:
    """Lift what must be; returns how many streams that were. Under the relay's lock: nothing is sent meanwhile."""
    consumer = AIOKafkaConsumer(**kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(name, n) for name, topic in topics.items() for n in topic.partitions]
        ends = await consumer.end_offsets(partitions)
        rows = await pool.fetch("SELECT topic, partition, log, next_offset FROM said")
        known = {TopicPartition(r["topic"], r["partition"]): (r["log"], r["next_offset"]) for r in rows}
        begins = {at: known[at][1] if at in known and known[at][0] == topics[at.topic].id else 0 for at in partitions}
        unknown = {at: begins[at] for at in partitions if begins[at] < ends[at]}
        if not unknown:
            return 0
        pending = await pool.fetch("SELECT headers->>'ce_id' AS id FROM outbox")
        found = await _read(consumer, unknown, ends, {row["id"] for row in pending})
        async with pool.acquire() as conn, conn.transaction():
            lifted = await _lift(conn, found)
            await note(conn, {at: (topics[at.topic].id, ends[at]) for at in unknown})
    finally:
        await consumer.stop()
    if lifted:
        instruments.LIFTED.labels(service).inc(lifted)
        log.error("streams_lifted", streams=lifted, records=sum(ends[at] - begins[at] for at in unknown))
    return lifted


async def note(conn: Connection, at: dict[TopicPartition, tuple[str, int]]) -> None:
    """How far this database has written our own topics."""
    await conn.execute(
        "INSERT INTO said (topic, partition, log, next_offset)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[]) ORDER BY 1, 2"
        " ON CONFLICT (topic, partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset",
        *columns(((*partition, *where) for partition, where in at.items()), 4),
    )


async def _read(
    consumer: AIOKafkaConsumer, begins: dict[TopicPartition, int], ends: dict[TopicPartition, int], pending: set[str]
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
    return found


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
