"""What was handled: the last version per topic and subject, and who said what where there is no version."""

from collections.abc import Iterable, Sequence

from shared.db import Connection, columns


async def lock(conn: Connection, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Lock and load the last version handled of each (topic, subject); 0 where none was."""
    arrays = columns(sorted(set(subjects)), 2)
    await conn.execute(
        "INSERT INTO inbox (topic, subject, version) SELECT topic, subject, 0"
        " FROM unnest($1::text[], $2::text[]) AS s(topic, subject) ORDER BY 1, 2"
        " ON CONFLICT (topic, subject) DO UPDATE SET version = inbox.version WHERE false",
        *arrays,
    )
    rows = await conn.fetch(
        "SELECT topic, subject, version FROM inbox"
        " JOIN unnest($1::text[], $2::text[]) AS s(topic, subject) USING (topic, subject)",
        *arrays,
    )
    return {(r["topic"], r["subject"]): r["version"] for r in rows}


async def save(conn: Connection, versions: dict[tuple[str, str], int]) -> None:
    await conn.execute(
        "UPDATE inbox i SET version = n.version FROM unnest($1::text[], $2::text[], $3::bigint[])"
        " AS n(topic, subject, version) WHERE i.topic = n.topic AND i.subject = n.subject",
        *columns(((*key, version) for key, version in versions.items()), 3),
    )


async def claim(conn: Connection, rows: Sequence[tuple[str, str, str, bytes]]) -> dict[tuple[str, str, str], bytes]:
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
