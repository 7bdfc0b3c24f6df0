"""Contact data of people, encrypted under a key per person; erasing a person destroys that key.

Sealed with AES-256-GCM (the person's id is authenticated with it), the keys wrapped (AES key wrap, RFC 3394) by a key
derived from LA_MASTER_KEY, which lives outside the database. Tables: migrations/people. Every opening is logged.
"""

import hmac
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, Protocol
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

NONCE = 12  # bytes, as NIST SP 800-38D asks of GCM

# The fields of a person by which duplicates are found.
Kind = Literal["email", "phone"]
HASHED: tuple[Kind, ...] = ("email", "phone")


class Reader(Protocol):
    """Who reads: an access token's subject and roles."""

    @property
    def sub(self) -> str: ...

    @property
    def roles(self) -> frozenset[str]: ...


class VaultError(Exception):
    """A person's data does not open: the master key is another one, or the row was altered."""


@dataclass(frozen=True)
class Person:
    """Contact data for `work.write`: sealed in the transaction of the decision that took it in."""

    id: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Erased:
    """For `work.write`: this person's key, hashes and data go, in the transaction that says so."""

    id: str


@dataclass(frozen=True)
class Reading:
    """One line of the access log: who read a person's data, in which role, through which route."""

    reader: str
    role: str
    route: str
    at: datetime
    correlation_id: str | None


class Vault:
    """Seals, opens and erases people's contact data over a connection of the caller's, in its transaction."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key is 32 bytes")
        self._wrapping, self._hashing = (_derived(master_key, use) for use in (b"wrap", b"hash"))

    async def seal(self, conn: asyncpg.Connection, people: Iterable[tuple[UUID, Mapping[str, Any]]]) -> None:
        """Store these people's data, replacing what was there; each sealing has a key of its own."""
        # Sorted: two transactions that seal the same people take the locks in one order.
        rows = [(id_, data, AESGCM.generate_key(256)) for id_, data in sorted(dict(people).items())]
        ids = [id_ for id_, _, _ in rows]
        hashes = [
            (id_, kind, self._hash(kind, data[kind])) for id_, data, _ in rows for kind in HASHED if data.get(kind)
        ]
        async with conn.transaction():
            await conn.execute(
                """INSERT INTO person (id, sealed) SELECT * FROM unnest($1::uuid[], $2::bytea[])
                   ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, sealed_at = now()""",
                ids,
                [_sealed(id_, data, key) for id_, data, key in rows],
            )
            await conn.execute(
                """INSERT INTO person_key (person_id, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[])
                   ON CONFLICT (person_id) DO UPDATE SET wrapped = excluded.wrapped""",
                ids,
                [self._wrapped(key) for _, _, key in rows],
            )
            await conn.execute("DELETE FROM person_hash WHERE person_id = ANY($1::uuid[])", ids)
            await conn.execute(
                """INSERT INTO person_hash (person_id, kind, hash)
                   SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])""",
                *([row[column] for row in hashes] for column in range(3)),
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
            return {row["id"]: self._opened(row["id"], row["sealed"], row["wrapped"]) for row in rows}

    async def erase(self, conn: asyncpg.Connection, person_id: UUID) -> bool:
        """Destroy a person's key, hashes and data (they go with the row); False where there was nobody."""
        return bool(await conn.fetchval("DELETE FROM person WHERE id = $1 RETURNING true", person_id))

    def hash_of(self, kind: Kind, value: str) -> bytes:
        """The keyed hash by which the same e-mail or phone is found again."""
        return self._hash(kind, value)

    async def find_by_hash(self, conn: asyncpg.Connection, kind: Kind, value: str) -> list[UUID]:
        """The people with this e-mail or phone, however it was written; oldest id first."""
        rows = await conn.fetch(
            "SELECT person_id FROM person_hash WHERE kind = $1 AND hash = $2 ORDER BY person_id",
            kind,
            self._hash(kind, value),
        )
        return [row["person_id"] for row in rows]

    def _wrapped(self, key: bytes) -> bytes:
        return aes_key_wrap(self._wrapping, key)

    def _opened(self, person_id: UUID, sealed: bytes, wrapped: bytes) -> dict[str, Any]:
        try:
            key = aes_key_unwrap(self._wrapping, wrapped)
            data: dict[str, Any] = orjson.loads(AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], person_id.bytes))
        except InvalidUnwrap:
            raise VaultError("LA_MASTER_KEY is not the key that these people were sealed with") from None
        except InvalidTag:
            raise VaultError(f"the data of person {person_id} was altered") from None
        return data

    def _hash(self, kind: Kind, value: str) -> bytes:
        normal = _phone(value) if kind == "phone" else unicodedata.normalize("NFKC", value).strip().casefold()
        return hmac.digest(self._hashing, f"{kind}:{normal}".encode(), sha256)


async def readers(conn: asyncpg.Connection, person_id: UUID) -> list[Reading]:
    """Who has read this person's data, oldest first; also after the person was erased."""
    rows = await conn.fetch(
        "SELECT reader, role, route, at, correlation_id FROM access_log WHERE person_id = $1 ORDER BY id", person_id
    )
    return [Reading(**row) for row in rows]


def _derived(master_key: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"lederalliancen people " + use).derive(master_key)


def _sealed(person_id: UUID, data: Mapping[str, Any], key: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, orjson.dumps(data), person_id.bytes)


def _phone(value: str) -> str:
    """E.164, read as Danish where no country is given; what is no phone number counts by its digits."""
    try:
        number = phonenumbers.parse(value, "DK")
    except phonenumbers.NumberParseException:
        return "".join(filter(str.isdigit, value))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
