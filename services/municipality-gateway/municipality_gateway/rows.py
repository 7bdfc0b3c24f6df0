"""Rows beside the aggregates: replies given over HTTP, and how each reply was answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.db import Connection, columns
from shared.events.topics import REPLIES

STRUCTURED = '{"content-type": "application/cloudevents+json"}'


@dataclass(frozen=True)
class Given:
    """A reply given over HTTP: noted as `pending`, and sent on to the kommune's own topic, as it is."""

    kommune: str
    source: str
    id: str
    by: str
    about: str
    body: bytes
    hash: bytes


@dataclass(frozen=True)
class Answered:
    """How a reply was answered. Without a source: the one of that id that was said last."""

    kommune: str
    source: str | None
    id: str
    state: Literal["taken", "refused"]
    what: str | None
    field: str | None = None
    rule: str | None = None
    da: str | None = None
    en: str | None = None
    hash: bytes | None = None
    about: str | None = None


async def save_given(conn: Connection, rows: Sequence[Given]) -> None:
    """Note and send; one that was said before is neither noted nor sent again."""
    await conn.execute(
        "WITH given AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[],"
        " $7::bytea[], $8::text[]) AS g(kommune, source, id, given_by, about, body, hash, topic)),"
        " new AS (INSERT INTO reply (kommune, source, id, state, hash, given_by, about)"
        " SELECT kommune, source, id, 'pending', hash, given_by, about FROM given ON CONFLICT DO NOTHING"
        " RETURNING kommune, source, id)"
        " INSERT INTO outbox (topic, key, value, headers)"
        " SELECT topic, about, body, $9::jsonb FROM given JOIN new USING (kommune, source, id)",
        *columns(((r.kommune, r.source, r.id, r.by, r.about, r.body, r.hash, REPLIES.of(r.kommune)) for r in rows), 8),
        STRUCTURED,
    )


async def save_answered(conn: Connection, rows: Sequence[Answered]) -> None:
    """The last answer stands: what was taken may still be refused further in. An id used again changes nothing."""
    last = {(r.kommune, r.source, r.id): r for r in rows if r.rule != "id-reused"}
    first_hand = [r for r in last.values() if r.source is not None]
    await conn.execute(
        "INSERT INTO reply (kommune, source, id, state, what, field, rule, da, en, hash, about)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
        " $8::text[], $9::text[], $10::bytea[], $11::text[]) ORDER BY 1, 2, 3"
        " ON CONFLICT (kommune, source, id) DO UPDATE SET state = excluded.state,"
        " what = coalesce(excluded.what, reply.what), field = excluded.field,"
        " rule = excluded.rule, da = excluded.da, en = excluded.en, hash = coalesce(reply.hash, excluded.hash),"
        " about = coalesce(reply.about, excluded.about)",
        *columns(
            (
                (r.kommune, r.source, r.id, r.state, r.what, r.field, r.rule, r.da, r.en, r.hash, r.about)
                for r in first_hand
            ),
            11,
        ),
    )
    further_in = [r for r in last.values() if r.source is None]
    await conn.execute(
        "UPDATE reply r SET state = a.state, field = a.field, rule = a.rule, da = a.da, en = a.en"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])"
        " AS a(kommune, id, state, field, rule, da, en) WHERE r.kommune = a.kommune AND r.id = a.id",
        *columns(((r.kommune, r.id, r.state, r.field, r.rule, r.da, r.en) for r in further_in), 7),
    )


WRITERS: dict[type, Callable[[Connection, list[Any]], Any]] = {Given: save_given, Answered: save_answered}
