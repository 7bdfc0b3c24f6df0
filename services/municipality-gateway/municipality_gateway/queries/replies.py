"""Replies, and how they were answered."""

from collections.abc import Iterable
from typing import Any, Literal

import asyncpg

from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import seen_by
from shared.web.problems import NOT_FOUND, Problem

ReplyState = Literal["pending", "taken", "refused"]


class ReplyView(Frozen):
    """`pending`, `taken` or `refused` (with field, rule and the way out); also of a reply that came through Kafka."""

    source: str
    id: str
    state: ReplyState
    what: str | None = None
    field: str | None = None
    rule: str | None = None
    da: str | None = None
    en: str | None = None


async def noted(pool: Connection, kommune: str, id_: str, source: str | None) -> asyncpg.Record | None:
    """A reply and its answer; without a source the last one of that id."""
    return await pool.fetchrow(
        "SELECT source, id, state, hash, what, field, rule, da, en FROM reply"
        " WHERE kommune = $1 AND id = $2 AND source = coalesce($3, source) ORDER BY at DESC LIMIT 1",
        kommune,
        id_,
        source,
    )


async def answered(runtime: Runtime, who: Principal, kommune: str, id_: str, source: str | None) -> ReplyView:
    async with seen_by(runtime, who) as conn:
        found = await noted(conn, kommune, id_, source)
    if found is None:
        raise Problem(NOT_FOUND, field="reply_id")
    return ReplyView(**{name: value for name, value in found.items() if name != "hash"})


async def with_pending(pool: Connection, kommuner: Iterable[str]) -> set[str]:
    """Which of these kommuner have given a reply over HTTP that has not been decided yet."""
    rows: Any = await pool.fetch(
        "SELECT DISTINCT kommune FROM reply WHERE state = 'pending' AND kommune = ANY($1::text[])", list(kommuner)
    )
    return {row["kommune"] for row in rows}
