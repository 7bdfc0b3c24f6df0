"""Rows beside the aggregates, saved in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection, columns
from shared.spine.batch import Writer


@dataclass(frozen=True, slots=True)
class LeaderEmail:
    """A row: this address (its keyed hash) belongs to this leader, and to no other."""

    person_id: str
    hash: bytes


async def save_emails(conn: Connection, rows: Sequence[LeaderEmail]) -> None:
    """Raises UniqueViolationError where the address has joined already."""
    await conn.execute(
        "INSERT INTO leader_email (hash, person_id) SELECT * FROM unnest($1::bytea[], $2::uuid[])",
        *columns(((row.hash, row.person_id) for row in rows), 2),
    )


WRITERS: dict[type, Writer] = {LeaderEmail: save_emails}
