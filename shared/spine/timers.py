"""What is due at an instant of the domain's clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from shared.db import Connection, columns
from shared.spine.dead_letters import Due
from shared.spine.work import Key, Timer


async def save(conn: Connection, timers: Mapping[tuple[Key, str], Timer | None]) -> None:
    if gone := [(*key, name) for (key, name), timer in timers.items() if timer is None]:
        await conn.execute(
            "DELETE FROM timer t USING unnest($1::text[], $2::text[], $3::text[]) AS g(kind, id, name)"
            " WHERE t.kind = g.kind AND t.id = g.id AND t.name = g.name",
            *columns(gone, 3),
        )
    if set_ := [timer for timer in timers.values() if timer]:
        await conn.execute(
            "INSERT INTO timer (kind, id, name, due, command, body, traceparent)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[],"
            " $7::text[]) ON CONFLICT (kind, id, name) DO UPDATE SET due = excluded.due, command = excluded.command,"
            " body = excluded.body, traceparent = excluded.traceparent, left_at = NULL",
            *columns(
                (
                    (*t.key, t.name, t.due, type(t.command).__name__, t.command.model_dump_json(), t.traceparent)
                    for t in sorted(set_, key=lambda t: (t.key, t.name))
                ),
                7,
            ),
        )


async def due(conn: Connection, now: datetime, limit: int, after: Due | None = None) -> list[Due]:
    """The longest overdue first; `after`: the last one of the page before."""
    rows = await conn.fetch(
        "SELECT kind, id, name, due, command, body, traceparent FROM timer WHERE due <= $1"
        " AND ($3::timestamptz IS NULL OR (due, kind, id, name) > ($3, $4, $5, $6))"
        " ORDER BY due, kind, id, name LIMIT $2",
        now,
        limit,
        *((after.due, *after.key, after.name) if after else (None, "", "", "")),
    )
    return [due_of(row) for row in rows]


def due_of(row: Any) -> Due:
    return Due((row["kind"], row["id"]), row["name"], row["due"], row["command"], row["body"], row["traceparent"])


async def still_due(conn: Connection, read: Sequence[Due]) -> set[Due]:
    """Of the timers read before the lock, those that nobody fired or moved in between."""
    found = await conn.fetch(
        "SELECT kind, id, name FROM timer JOIN unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])"
        " AS r(kind, id, name, due) USING (kind, id, name, due)",
        *columns(((*d.key, d.name, d.due) for d in read), 4),
    )
    there = {tuple(row) for row in found}
    return {d for d in read if (*d.key, d.name) in there}


async def leave(conn: Connection, unknown: Iterable[Due]) -> None:
    """Note since when a build that does not know them has left them to one that does."""
    await conn.execute(
        "UPDATE timer t SET left_at = now() FROM unnest($1::text[], $2::text[], $3::text[]) AS u(kind, id, name)"
        " WHERE (t.kind, t.id, t.name) = (u.kind, u.id, u.name) AND t.left_at IS NULL",
        *columns(((*d.key, d.name) for d in unknown), 3),
    )


async def left(conn: Connection, since: timedelta, limit: int = 100) -> list[asyncpg.Record]:
    """Left for longer than that: nobody who knows them has come. Locked."""
    return list(
        await conn.fetch(
            "SELECT kind, id, name, due, command, body, traceparent FROM timer WHERE left_at < now() - $1::interval"
            " ORDER BY left_at LIMIT $2 FOR UPDATE SKIP LOCKED",
            since,
            limit,
        )
    )
