"""What is said: versions per stream, and the outbox."""

from collections.abc import Sequence

import orjson

from shared.db import Connection, columns
from shared.spine.envelope import headers_of
from shared.spine.work import Outgoing


async def save(conn: Connection, outgoing: Sequence[Outgoing], service: str) -> None:
    """Give each event its version and put it into the outbox, in the order in which it was said."""
    counts: dict[tuple[str, str], int] = {}
    for out in outgoing:
        stream = (out.topic, out.event.subject)
        counts[stream] = counts.get(stream, 0) + 1
    rows = await conn.fetch(
        "INSERT INTO stream (topic, subject, version) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])"
        " ON CONFLICT (topic, subject) DO UPDATE SET version = stream.version + excluded.version RETURNING *",
        *columns(((*stream, counts[stream]) for stream in sorted(counts)), 3),
    )
    version = {(r["topic"], r["subject"]): r["version"] - counts[r["topic"], r["subject"]] for r in rows}
    values = []
    for out in outgoing:
        stream = (out.topic, out.event.subject)
        version[stream] += 1
        headers = orjson.dumps(headers_of(out, version[stream], service)).decode()
        value = out.event.model_dump_json(exclude_none=True).encode()
        values.append((out.topic, out.event.message_key, value, headers))
    await conn.execute(
        "INSERT INTO outbox (topic, key, value, headers) SELECT topic, key, value, headers FROM"
        " unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[]) WITH ORDINALITY"
        " AS o(topic, key, value, headers, n) ORDER BY n",
        *columns(values, 4),
    )
