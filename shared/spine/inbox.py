"""What was handled: the last version per topic and subject, and who said what where there is no version."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from shared.db import Connection, columns

Stream = tuple[str, str]
"""(topic, subject)"""
Claim = tuple[str, str, str]
"""(topic, source, id): who said it, under which id."""


class Last(NamedTuple):
    """The last version handled of a stream, and the id of the event that had it (None: not known)."""

    version: int
    event_id: str | None


async def lock(conn: Connection, streams: Iterable[Stream]) -> dict[Stream, Last]:
    """Lock and load, in sorted order; version 0 where nothing was handled."""
    arrays = columns(sorted(set(streams)), 2)
    await conn.execute(
        "INSERT INTO inbox (topic, subject, version) SELECT topic, subject, 0"
        " FROM unnest($1::text[], $2::text[]) AS s(topic, subject) ORDER BY 1, 2"
        " ON CONFLICT (topic, subject) DO UPDATE SET version = inbox.version WHERE false",
        *arrays,
    )
    rows = await conn.fetch(
        "SELECT topic, subject, version, event_id FROM inbox"
        " JOIN unnest($1::text[], $2::text[]) AS s(topic, subject) USING (topic, subject)",
        *arrays,
    )
    return {(r["topic"], r["subject"]): Last(r["version"], r["event_id"]) for r in rows}


async def save(conn: Connection, handled: Mapping[Stream, Last]) -> None:
    await conn.execute(
        "UPDATE inbox i SET version = n.version, event_id = n.event_id"
        " FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])"
        " AS n(topic, subject, version, event_id) WHERE i.topic = n.topic AND i.subject = n.subject",
        *columns(((*stream, *last) for stream, last in handled.items()), 4),
    )


async def claim(conn: Connection, rows: Sequence[tuple[str, str, str, bytes]]) -> dict[Claim, bytes]:
    """Note who said what (topic, source, id, hash). Returns the hashes of those that were said before."""
    arrays = columns(sorted(rows), 4)
    new = await conn.fetch(
        "INSERT INTO seen (topic, source, id, hash)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])"
        " ON CONFLICT DO NOTHING RETURNING topic, source, id",
        *arrays,
    )
    fresh = {tuple(r) for r in new}
    old = [row for row in rows if row[:3] not in fresh]
    if not old:
        return {}
    found = await conn.fetch(
        "SELECT topic, source, id, hash FROM seen"
        " JOIN unnest($1::text[], $2::text[], $3::text[]) AS s(topic, source, id) USING (topic, source, id)",
        *columns((row[:3] for row in old), 3),
    )
    return {(r["topic"], r["source"], r["id"]): r["hash"] for r in found}
