"""Rows beside the aggregates, saved in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.db import Connection, columns
from shared.spine.batch import Writer
from shared.spine.decision import Outdated


@dataclass(frozen=True, slots=True)
class LeaderEmail:
    """This address (its keyed hash) belongs to this leader, and to no other. One for each master key."""

    person_id: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class OnlyEmails:
    """Of this leader's addresses, only these stay; what was sent to another one opens nothing any more."""

    person_id: str
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """This number (`cvr:...`, `workplace:...`) belongs to this company or workplace, and to no other."""

    number: str
    id: str
    company_id: str


@dataclass(frozen=True, slots=True)
class Mistyped:
    """This number is not that company's after all."""

    number: str
    company_id: str


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The numbers of a company and its workplaces are gone."""

    company_id: str


async def save_emails(conn: Connection, rows: Sequence[LeaderEmail]) -> None:
    """Raises Outdated where another leader has the address."""
    saved = await conn.fetch(
        "INSERT INTO leader_email (hash, person_id) SELECT * FROM unnest($1::bytea[], $2::uuid[]) ORDER BY 1"
        " ON CONFLICT (hash) DO UPDATE SET person_id = excluded.person_id"
        " WHERE leader_email.person_id = excluded.person_id RETURNING hash",
        *columns(((row.hash, row.person_id) for row in rows), 2),
    )
    _check_all(saved, rows)


async def save_only_emails(conn: Connection, rows: Sequence[OnlyEmails]) -> None:
    for row in rows:
        await conn.execute(
            "DELETE FROM leader_email WHERE person_id = $1::uuid AND hash <> ALL ($2::bytea[])",
            row.person_id,
            list(row.hashes),
        )
        await conn.execute("DELETE FROM link WHERE leader_id = $1::uuid", row.person_id)


async def renew_emails(conn: Connection, hashes: Mapping[UUID, bytes]) -> None:
    """The master key is another one: these are the hashes of all these people; who of them are leaders keep one.

    All are locked first, in the order of `save_emails`; the new ones come first, so that an address is always taken.
    """
    kept = await conn.fetch(
        "SELECT person_id FROM leader_email WHERE person_id = ANY($1::uuid[]) ORDER BY hash FOR UPDATE", list(hashes)
    )
    leaders = columns(((id_, hashes[id_]) for id_ in {row["person_id"] for row in kept}), 2)
    await conn.execute(
        "INSERT INTO leader_email (person_id, hash) SELECT * FROM unnest($1::uuid[], $2::bytea[])"
        " ON CONFLICT (hash) DO NOTHING",
        *leaders,
    )
    await conn.execute(
        "DELETE FROM leader_email l USING unnest($1::uuid[], $2::bytea[]) AS n(person_id, hash)"
        " WHERE l.person_id = n.person_id AND l.hash <> n.hash",
        *leaders,
    )


async def save_registered(conn: Connection, rows: Sequence[Registered]) -> None:
    """Raises Outdated where a number belongs to another one."""
    saved = await conn.fetch(
        "INSERT INTO register (number, id, company_id) SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[])"
        " ORDER BY 1 ON CONFLICT (number) DO UPDATE SET id = excluded.id WHERE register.id = excluded.id"
        " RETURNING number",
        *columns(((row.number, row.id, row.company_id) for row in rows), 3),
    )
    _check_all(saved, rows)


async def save_mistyped(conn: Connection, rows: Sequence[Mistyped]) -> None:
    await conn.execute(
        "DELETE FROM register r USING unnest($1::text[], $2::uuid[]) AS m(number, company_id)"
        " WHERE r.number = m.number AND r.company_id = m.company_id",
        *columns(((row.number, row.company_id) for row in rows), 2),
    )


async def save_unregistered(conn: Connection, rows: Sequence[Unregistered]) -> None:
    await conn.execute("DELETE FROM register WHERE company_id = ANY($1::uuid[])", [row.company_id for row in rows])


def _check_all(saved: Sequence[object], rows: Iterable[object]) -> None:
    if len(saved) < len(list(rows)):
        raise Outdated


WRITERS: dict[type, Writer] = {
    LeaderEmail: save_emails,
    OnlyEmails: save_only_emails,
    Mistyped: save_mistyped,
    Registered: save_registered,
    Unregistered: save_unregistered,
}
