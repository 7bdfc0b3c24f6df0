"""Rows beside the aggregates: totals and moments, saved set-based in the batch's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from metrics.figures import Figure
from shared.db import Connection, columns
from shared.spine.batch import Writer


@dataclass(frozen=True, slots=True)
class Total:
    """A row to add: `value` to a counter, `corrected` to what it counted in error."""

    counter: str
    labels: tuple[str, ...]
    value: int = 1
    corrected: int = 0

    @classmethod
    def of(cls, figure: Figure, *labels: str, value: int = 1, corrected: int = 0) -> "Total":
        return cls(figure.name, figure.bound(labels), value, corrected)


@dataclass(frozen=True, slots=True)
class Moment:
    """A row: on the journey `key`, this kind of event happened to `thing`, `at`. The first that a thing's stream says.

    `first` of all things of the journey: only these make a duration in the histogram, which therefore never falls.
    What begins a journey says where it is, by which kick-off, and which it `follows`: a place its leader's, a referral
    and a match their place's.
    """

    kind: str
    key: str
    thing: str
    at: datetime
    first: bool = True
    kommune: str | None = None
    kickoff: str | None = None
    follows: str | None = None


async def add_totals(conn: Connection, rows: Sequence[Total]) -> None:
    """One row for each counter and its labels, in sorted order, so that batches side by side don't deadlock."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        total = sums.setdefault((row.counter, orjson.dumps(row.labels).decode()), [0, 0])
        total[0] += row.value
        total[1] += row.corrected
    await conn.execute(
        "INSERT INTO total (counter, labels, value, corrected)"
        " SELECT * FROM unnest($1::text[], $2::jsonb[], $3::bigint[], $4::bigint[])"
        " ON CONFLICT (counter, labels) DO UPDATE"
        " SET value = total.value + excluded.value, corrected = total.corrected + excluded.corrected",
        *columns(((*key, *sums[key]) for key in sorted(sums)), 4),
    )


async def note_moments(conn: Connection, rows: Sequence[Moment]) -> None:
    """What is noted stays as it is: a thing's events come in their order."""
    first: dict[tuple[str, str, str], Moment] = {}
    for row in rows:
        first.setdefault((row.kind, row.key, row.thing), row)
    await conn.execute(
        "INSERT INTO moment (kind, key, thing, at, first, kommune, kickoff, follows)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::boolean[], $6::text[],"
        " $7::text[], $8::text[])"
        " ON CONFLICT (kind, key, thing) DO NOTHING",
        *columns(
            (
                (*key, row.at, row.first, row.kommune, row.kickoff, row.follows)
                for key in sorted(first)
                if (row := first[key])
            ),
            8,
        ),
    )


WRITERS: dict[type, Writer] = {Total: add_totals, Moment: note_moments}
