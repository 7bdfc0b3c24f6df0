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
    def of(cls, figure: Figure, *labels: str) -> "Total":
        return cls(figure.name, labels)


@dataclass(frozen=True, slots=True)
class Moment:
    """A row: on the journey `key`, this kind of event happened `at`; the earliest stays."""

    kind: str
    key: str
    thing: str
    at: datetime


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
    """The earliest of each stays, whichever came first."""
    first: dict[tuple[str, str, str], datetime] = {}
    for row in rows:
        key = row.kind, row.key, row.thing
        first[key] = min(first.get(key, row.at), row.at)
    await conn.execute(
        "INSERT INTO moment (kind, key, thing, at)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])"
        " ON CONFLICT (kind, key, thing) DO UPDATE SET at = least(moment.at, excluded.at)",
        *columns(((*key, first[key]) for key in sorted(first)), 4),
    )


WRITERS: dict[type, Writer] = {Total: add_totals, Moment: note_moments}
