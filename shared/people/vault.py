"""Contact data of people, encrypted under a key per person; erasing a person destroys that key.

Sealed with AES-256-GCM (the person's id is authenticated with it), the keys wrapped (AES key wrap, RFC 3394) by a key
derived from LA_MASTER_KEY, which lives outside the database. Tables: migrations/people. Every opening is logged.

All take their locks in one order: the table of keys, its rows by id, then the people.
"""

import hmac
import os
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Literal, Protocol, get_args
from uuid import UUID

import asyncpg
import orjson
import phonenumbers
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from shared.db import columns

NONCE = 12  # bytes, as NIST SP 800-38D asks of GCM

# The fields by which a person is found; those that two people seldom share.
Kind = Literal["email", "phone", "name"]
DISTINCT: tuple[Kind, ...] = ("email", "phone")


class Reader(Protocol):
    """Who reads: an access token's subject and roles."""

    @property
    def sub(self) -> str: ...

    @property
    def roles(self) -> frozenset[str]: ...


class VaultError(RuntimeError):
    """A person's data does not open: the master key is another one, or the row was altered."""


Renew = Callable[[asyncpg.Connection, Mapping[UUID, bytes]], Awaitable[None]]
"""What else a service keeps by a hash of people's e-mails: these are the new ones, the old ones go."""


@dataclass(frozen=True)
class Person:
    """Contact data for `work.write`: sealed in the transaction of the decision that took it in."""

    id: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Erased:
    """For `work.write`: this person's key, hashes and data go, in the transaction that says so. `by`: who asked."""

    id: str
    by: str


@dataclass(frozen=True)
class Reading:
    """One line of the access log: who read a person's data, in which role, through which route; or who erased it."""

    reader: str
    role: str
    route: str
    at: datetime
    correlation_id: str | None


class Vault:
    """Seals, opens and erases people's contact data over a connection of the caller's, in its transaction.

    Of several master keys the first one seals; what the others have sealed opens and is found, too.
    """

    def __init__(self, *master_keys: bytes) -> None:
        if any(len(key) != 32 for key in master_keys):
            raise ValueError("the master key is 32 bytes")
        self._wrapping = [_derived(key, b"wrap") for key in master_keys]
        self._hashing = [_derived(key, b"hash") for key in master_keys]

    async def seal(self, conn: asyncpg.Connection, people: Iterable[tuple[UUID, Mapping[str, Any]]]) -> None:
        """Store these people's data, replacing what was there; each sealing has a key of its own."""
        # Sorted: two transactions that seal the same people take the locks in one order.
        rows = [(id_, data, AESGCM.generate_key(256)) for id_, data in sorted(dict(people).items())]
        ids = [id_ for id_, _, _ in rows]
        async with conn.transaction():
            await conn.execute(
                """INSERT INTO person_key (person_id, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[])
                   ON CONFLICT (person_id) DO UPDATE SET wrapped = excluded.wrapped""",
                ids,
                [self._wrapped(key) for _, _, key in rows],
            )
            await conn.execute(
                """INSERT INTO person (id, sealed) SELECT * FROM unnest($1::uuid[], $2::bytea[])
                   ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, sealed_at = now()""",
                ids,
                [_sealed(id_, data, key) for id_, data, key in rows],
            )
            await self._save_hashes(conn, {id_: data for id_, data, _ in rows})

    async def _save_hashes(self, conn: asyncpg.Connection, people: Mapping[UUID, Mapping[str, Any]]) -> None:
        hashes = {
            (id_, kind, self.hashes_of(kind, part)[0])
            for id_, data in people.items()
            for kind in get_args(Kind)
            for part in _parts(kind, data.get(kind) or "")
        }
        await conn.execute("DELETE FROM person_hash WHERE person_id = ANY($1::uuid[])", list(people))
        await conn.execute(
            """INSERT INTO person_hash (person_id, kind, hash)
               SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])""",
            *columns(hashes, 3),
        )

    async def open_(
        self, conn: asyncpg.Connection, ids: Sequence[UUID], reader: Reader, route: str
    ) -> dict[UUID, dict[str, Any]]:
        """These people's data, without those who are erased; logged in the same transaction. Raises VaultError."""
        async with conn.transaction():
            rows = await conn.fetch(
                """SELECT id, sealed, wrapped FROM person JOIN person_key ON person_id = id
                   WHERE id = ANY($1::uuid[]) ORDER BY id""",
                list(ids),
            )
            await conn.execute(
                """INSERT INTO access_log (person_id, reader, role, route, correlation_id)
                   SELECT unnest($1::uuid[]), $2, $3, $4, $5""",
                [row["id"] for row in rows],
                reader.sub,
                ",".join(sorted(reader.roles)),
                route,
                structlog.contextvars.get_contextvars().get("correlation_id"),
            )
            return {row["id"]: self._opened(row["id"], row["wrapped"], row["sealed"]) for row in rows}

    async def erase(self, conn: asyncpg.Connection, people: Mapping[UUID, str]) -> list[UUID]:
        """Destroy these people's keys, hashes and data, and log who asked for it. Returns those who were there.

        The others' keys are written into a new file, so that none holds a destroyed one. They are frozen: a dump that
        has begun sees them as well, and not an empty table. Where a dump holds the table, LockNotAvailableError comes
        before the readers who wait behind have waited long.
        """
        async with conn.transaction():
            await conn.execute("SET LOCAL lock_timeout = '3s'")
            await conn.execute("LOCK TABLE person_key IN ACCESS EXCLUSIVE MODE")
            gone = await conn.fetch("DELETE FROM person WHERE id = ANY($1::uuid[]) RETURNING id", list(people))
            if not gone:
                return []
            living = BytesIO()
            await conn.copy_from_query(
                "SELECT person_id, wrapped FROM person_key JOIN person ON id = person_id",
                output=living,
                format="binary",
            )
            await conn.execute("TRUNCATE person_key")
            living.seek(0)
            await conn.copy_to_table(
                "person_key", source=living, columns=["person_id", "wrapped"], format="binary", freeze=True
            )
            ids = [row["id"] for row in gone]
            await conn.execute(
                """INSERT INTO access_log (person_id, reader, role, route)
                   SELECT person_id, reader, '', 'erase' FROM unnest($1::uuid[], $2::text[]) AS e(person_id, reader)""",
                ids,
                [people[id_] for id_ in ids],
            )
        return ids

    async def rotate(self, pool: asyncpg.Pool, renew: Renew | None = None, *, batch: int = 500) -> int:
        """Wrap all keys and compute all hashes anew with the first master key, while the service goes on.

        Returns how many people were sealed with another one. Can be stopped, and repeated. Raises VaultError.
        """
        anew, after = 0, UUID(int=0)
        while True:
            async with pool.acquire() as conn, conn.transaction():
                rows = await conn.fetch(
                    """SELECT person_id, wrapped, sealed FROM person_key JOIN person ON id = person_id
                       WHERE person_id > $1 ORDER BY person_id LIMIT $2 FOR UPDATE""",
                    after,
                    batch,
                )
                if not rows:
                    return anew
                people = {row["person_id"]: self._opened(*row) for row in rows}
                # Wrapping is deterministic: what the first master key has wrapped stays the same.
                wrapped = {row["person_id"]: self._wrapped(self._key(row["wrapped"])) for row in rows}
                old = {row["person_id"] for row in rows if row["wrapped"] != wrapped[row["person_id"]]}
                await conn.execute(
                    """UPDATE person_key k SET wrapped = n.wrapped
                       FROM unnest($1::uuid[], $2::bytea[]) AS n(person_id, wrapped) WHERE k.person_id = n.person_id""",
                    *columns(((id_, wrapped[id_]) for id_ in sorted(old)), 2),
                )
                await self._save_hashes(conn, people)
                if renew:
                    emails = {id_: data["email"] for id_, data in people.items() if data.get("email")}
                    await renew(conn, {id_: self.hashes_of("email", email)[0] for id_, email in emails.items()})
            anew, after = anew + len(old), rows[-1]["person_id"]

    def hashes_of(self, kind: Kind, part: str) -> list[bytes]:
        """The keyed hashes by which an e-mail, phone or word of a name is found again, one for each master key."""
        normal = _phone(part) if kind == "phone" else _folded(part)
        return [hmac.digest(key, f"{kind}:{normal}".encode(), sha256) for key in self._hashing]

    async def find_by_hash(self, conn: asyncpg.Connection, kind: Kind, value: str) -> list[UUID]:
        """The people with this e-mail or phone, or all these words in their name, however written; oldest id first."""
        found: list[set[UUID]] = []
        for part in _parts(kind, value):
            rows = await conn.fetch(
                "SELECT person_id FROM person_hash WHERE kind = $1 AND hash = ANY($2::bytea[])",
                kind,
                self.hashes_of(kind, part),
            )
            found.append({row["person_id"] for row in rows})
        return sorted(set.intersection(*found)) if found else []

    def _wrapped(self, key: bytes) -> bytes:
        return aes_key_wrap(self._wrapping[0], key)

    def _key(self, wrapped: bytes) -> bytes:
        for wrapping in self._wrapping:
            with suppress(InvalidUnwrap):
                return aes_key_unwrap(wrapping, wrapped)
        raise VaultError("LA_MASTER_KEY is not the key with which people here were sealed: set that one, or both")

    async def check(self, conn: asyncpg.Connection) -> None:
        """Raises VaultError where somebody here was sealed with another master key; nobody is opened."""
        if (wrapped := await conn.fetchval("SELECT wrapped FROM person_key LIMIT 1")) is not None:
            self._key(wrapped)

    def _opened(self, person_id: UUID, wrapped: bytes, sealed: bytes) -> dict[str, Any]:
        try:
            opened = AESGCM(self._key(wrapped)).decrypt(sealed[:NONCE], sealed[NONCE:], person_id.bytes)
        except InvalidTag:
            raise VaultError(f"the data of person {person_id} was altered") from None
        data: dict[str, Any] = orjson.loads(opened)
        return data


async def sealed_before(conn: asyncpg.Connection, erased: Mapping[UUID, datetime]) -> list[UUID]:
    """Of the people who were erased at these instants, those whose data here are older than that."""
    rows = await conn.fetch(
        """SELECT id FROM person JOIN unnest($1::uuid[], $2::timestamptz[]) AS e(id, at) USING (id)
           WHERE sealed_at <= e.at ORDER BY id""",
        *columns(erased.items(), 2),
    )
    return [row["id"] for row in rows]


async def readers(conn: asyncpg.Connection, person_id: UUID) -> list[Reading]:
    """Who has read (or erased) this person's data, oldest first; also after the person was erased."""
    rows = await conn.fetch(
        "SELECT reader, role, route, at, correlation_id FROM access_log WHERE person_id = $1 ORDER BY id", person_id
    )
    return [Reading(**row) for row in rows]


def _derived(master_key: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"lederalliancen people " + use).derive(master_key)


def _sealed(person_id: UUID, data: Mapping[str, Any], key: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, orjson.dumps(data), person_id.bytes)


def _parts(kind: Kind, value: str) -> list[str]:
    """What is looked for as one: a name by its words, in any order."""
    return re.findall(r"\w+", _folded(value)) if kind == "name" else [value] if value else []


def _folded(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def _phone(value: str) -> str:
    """E.164, read as Danish where no country is given; what is no phone number counts by its digits."""
    try:
        number = phonenumbers.parse(value, "DK")
    except phonenumbers.NumberParseException:
        return "".join(filter(str.isdigit, value))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
