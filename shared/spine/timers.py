"""What is due at an instant of the domain's clock."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from shared.db import Connection, columns
from shared.spine.work import Key, Timer


async def save(conn: Connection, timers: dict[tuple[Key, str], Timer | None]) -> None:
    if gone := [(*key, name) for (key, name), timer in timers.items() if timer is None]:
        await conn.execute(
            "DELETE FROM timer t USING unnest($1::text[], $2::text[], $3::text[]) AS g(kind, id, name)"
            " WHERE t.kind = g.kind AND t.id = g.id AND t.name = g.name",
            *columns(gone, 3),
        )
    if set_ := [timer for timer in timers.values() if timer]:
        await conn.execute(
            "INSERT INTO timer (kind, id, name, due, command, body) SELECT * FROM unnest($1::text[], $2::text[],"
            " $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[]) ON CONFLICT (kind, id, name)"
            " DO UPDATE SET due = excluded.due, command = excluded.command, body = excluded.body",
            *columns(
                (
                    (*t.key, t.name, t.due, type(t.command).__name__, t.command.model_dump_json())
                    for t in sorted(set_, key=lambda t: (t.key, t.name))
                ),
                6,
            ),
        )


async def due(conn: Connection, now: datetime, limit: int, after: asyncpg.Record | None = None) -> list[asyncpg.Record]:
    """The longest overdue first; `after`: the last row of the page before."""
    return list(
        await conn.fetch(
            "SELECT kind, id, name, due, command, body FROM timer WHERE due <= $1"
            " AND ($3::timestamptz IS NULL OR (due, kind, id, name) > ($3, $4, $5, $6))"
            " ORDER BY due, kind, id, name LIMIT $2",
            now,
            limit,
            *((after["due"], after["kind"], after["id"], after["name"]) if after else (None, "", "", "")),
        )
    )


async def still_due(conn: Connection, rows: Sequence[asyncpg.Record]) -> set[tuple[str, str, str]]:
    """Of the timers read before the lock, those that nobody fired or moved in between."""
    found = await conn.fetch(
        "SELECT kind, id, name FROM timer JOIN unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])"
        " AS r(kind, id, name, due) USING (kind, id, name, due)",
        *columns(((r["kind"], r["id"], r["name"], r["due"]) for r in rows), 4),
    )
    return {tuple(r) for r in found}
