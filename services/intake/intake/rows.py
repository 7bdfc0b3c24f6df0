"""Rows beside the aggregates, saved in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.db import Connection, columns
from shared.spine.batch import Writer


@dataclass(frozen=True, slots=True)
class LeaderEmail:
    """A row: this address (its keyed hash) belongs to this leader, and to no other. One for each master key."""

    person_id: str
    hash: bytes


async def save_emails(conn: Connection, rows: Sequence[LeaderEmail]) -> None:
    """Raises UniqueViolationError where the address has joined already."""
    await conn.execute(
        "INSERT INTO leader_email (hash, person_id) SELECT * FROM unnest($1::bytea[], $2::uuid[])",
        *columns(((row.hash, row.person_id) for row in rows), 2),
    )


async def renew_emails(conn: Connection, hashes: Mapping[UUID, bytes]) -> None:
    """The master key is another one: these are the hashes of all these people, those of them who are leaders keep one.

    The new ones first: the address is taken at every moment.
    """
    rows = columns(hashes.items(), 2)
    await conn.execute(
        "INSERT INTO leader_email (hash, person_id) SELECT hash, person_id"
        " FROM unnest($1::uuid[], $2::bytea[]) AS n(person_id, hash)"
        " WHERE person_id IN (SELECT person_id FROM leader_email) ON CONFLICT (hash) DO NOTHING",
        *rows,
    )
    await conn.execute(
        "DELETE FROM leader_email l USING unnest($1::uuid[], $2::bytea[]) AS n(person_id, hash)"
        " WHERE l.person_id = n.person_id AND l.hash <> n.hash",
        *rows,
    )


WRITERS: dict[type, Writer] = {LeaderEmail: save_emails}
