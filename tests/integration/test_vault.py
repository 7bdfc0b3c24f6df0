"""The vault against a real PostgreSQL: what is written, who read it, and that erasing leaves nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

import shared
from shared.people.vault import Vault, VaultError, readers
from shared.web.access import Principal

MIGRATION = Path(shared.__file__).parent / "migrations" / "people" / "0002_people.sql"
UP, DOWN = MIGRATION.read_text().split("-- migrate:down")
CANARY = "kanariefugl-7f3a91"
VAULT = Vault(b"m" * 32)
READER = Principal("konsulent-1", frozenset({"consultant"}))
ROUTE = "GET /leaders/{id}/status"


def contact(name: str = CANARY) -> dict[str, Any]:
    return {"name": name, "email": f"{name}@example.dk", "phone": "+45 20 12 34 56", "title": "Butikschef"}


@pytest.fixture
async def conn(database: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database)
    await conn.execute(UP)
    yield conn
    await conn.close()


async def on_disk(conn: asyncpg.Connection) -> bytes:
    """Every byte of this database's own tables and indexes, and of the log that is written ahead of them."""
    await conn.execute("CHECKPOINT")
    tables = await conn.fetchval(
        """SELECT string_agg(pg_read_binary_file(pg_relation_filepath(oid)), '') FROM pg_class
           WHERE relkind IN ('r', 'i', 't') AND relnamespace <> 'pg_catalog'::regnamespace AND relfilenode <> 0"""
    )
    wal = await conn.fetchval(
        """SELECT string_agg(pg_read_binary_file('pg_wal/' || name), '') FROM pg_ls_waldir()
           WHERE name ~ '^[0-9A-F]{24}$'"""
    )
    return bytes(tables) + bytes(wal)


async def test_people_are_sealed_and_opened_together(conn: asyncpg.Connection) -> None:
    people = [(uuid4(), contact(f"navn-{n}")) for n in range(50)]
    await VAULT.seal(conn, people)
    assert await VAULT.open_(conn, [id_ for id_, _ in people], READER, ROUTE) == dict(people)


async def test_the_database_holds_no_plaintext_before_or_after_erasing(conn: asyncpg.Connection) -> None:
    person = uuid4()
    await conn.execute("CREATE TABLE planted AS SELECT 'proof-that-the-scan-sees'::text AS words")
    await VAULT.seal(conn, [(person, contact())])
    await VAULT.open_(conn, [person], READER, ROUTE)
    for erased in (False, True):
        assert not erased or await VAULT.erase(conn, person)
        everything = await on_disk(conn)
        assert b"proof-that-the-scan-sees" in everything
        assert b"konsulent-1" in everything
        assert not [word for word in (CANARY, "20123456", "20 12 34 56", "Butikschef") if word.encode() in everything]


async def test_an_erased_person_is_absent_everywhere(conn: asyncpg.Connection) -> None:
    person, colleague = uuid4(), uuid4()
    await VAULT.seal(conn, [(person, contact()), (colleague, contact("kollega"))])
    assert await VAULT.erase(conn, person)
    assert await VAULT.open_(conn, [person, colleague], READER, ROUTE) == {colleague: contact("kollega")}
    assert await VAULT.find_by_hash(conn, "email", contact()["email"]) == []
    for table, column in (("person", "id"), ("person_key", "person_id"), ("person_hash", "person_id")):
        assert await conn.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", person) == 0
    assert not await VAULT.erase(conn, person)


async def test_a_destroyed_key_leaves_the_page_with_the_next_vacuum(conn: asyncpg.Connection) -> None:
    person = uuid4()
    await VAULT.seal(conn, [(person, contact())])
    wrapped = await conn.fetchval("SELECT wrapped FROM person_key")
    pages = "SELECT pg_read_binary_file(pg_relation_filepath('person_key'))"
    await conn.execute("CHECKPOINT")
    assert wrapped in await conn.fetchval(pages)
    await VAULT.erase(conn, person)
    await conn.execute("VACUUM person_key")
    await conn.execute("CHECKPOINT")
    assert wrapped not in await conn.fetchval(pages)


async def test_every_opening_is_logged_and_can_be_asked_for_by_person(conn: asyncpg.Connection) -> None:
    person, other, absent = uuid4(), uuid4(), uuid4()
    await VAULT.seal(conn, [(person, contact()), (other, contact("anden"))])
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        await VAULT.open_(conn, [person, other, absent], READER, ROUTE)
    await VAULT.open_(conn, [person], Principal("k", frozenset({"kommune"}), frozenset({"0101"})), "another")
    await VAULT.erase(conn, person)
    first, second = await readers(conn, person)
    assert (first.reader, first.role, first.route, first.correlation_id) == ("konsulent-1", "consultant", ROUTE, "c-1")
    assert (second.reader, second.role, second.correlation_id) == ("k", "kommune", None)
    assert first.at < second.at
    assert len(await readers(conn, other)) == 1
    assert await readers(conn, absent) == []


async def test_what_was_read_in_a_transaction_is_logged_in_that_transaction(conn: asyncpg.Connection) -> None:
    person = uuid4()
    await VAULT.seal(conn, [(person, contact())])
    transaction = conn.transaction()
    await transaction.start()
    await VAULT.open_(conn, [person], READER, ROUTE)
    await transaction.rollback()
    assert await readers(conn, person) == []


async def test_another_master_key_fails_clearly_and_leaves_no_reading(conn: asyncpg.Connection) -> None:
    person = uuid4()
    await VAULT.seal(conn, [(person, contact())])
    with pytest.raises(VaultError, match="LA_MASTER_KEY"):
        await Vault(b"s" * 32).open_(conn, [person], READER, ROUTE)
    assert await readers(conn, person) == []


async def test_a_row_copied_onto_another_person_does_not_open(conn: asyncpg.Connection) -> None:
    person, other = uuid4(), uuid4()
    await VAULT.seal(conn, [(person, contact()), (other, contact("anden"))])
    await conn.execute(
        "UPDATE person SET sealed = (SELECT sealed FROM person WHERE id = $1) WHERE id = $2", person, other
    )
    await conn.execute(
        "UPDATE person_key SET wrapped = (SELECT wrapped FROM person_key WHERE person_id = $1) WHERE person_id = $2",
        person,
        other,
    )
    with pytest.raises(VaultError, match="altered"):
        await VAULT.open_(conn, [other], READER, ROUTE)


async def test_duplicates_are_found_by_email_and_phone(conn: asyncpg.Connection) -> None:
    first, second = sorted([uuid4(), uuid4()])
    await VAULT.seal(conn, [(second, contact("anden")), (first, contact())])
    assert await VAULT.find_by_hash(conn, "email", f" {CANARY.upper()}@EXAMPLE.dk") == [first]
    assert await VAULT.find_by_hash(conn, "phone", "20123456") == [first, second]
    assert await VAULT.find_by_hash(conn, "phone", "20123457") == []


async def test_sealing_again_replaces_data_key_and_hashes(conn: asyncpg.Connection) -> None:
    person = uuid4()
    await VAULT.seal(conn, [(person, contact())])
    key = await conn.fetchval("SELECT wrapped FROM person_key")
    await VAULT.seal(conn, [(person, contact("gammelt")), (person, {"name": "nyt", "email": "nyt@example.dk"})])
    assert await VAULT.open_(conn, [person], READER, ROUTE) == {person: {"name": "nyt", "email": "nyt@example.dk"}}
    assert await VAULT.find_by_hash(conn, "email", contact()["email"]) == []
    assert await VAULT.find_by_hash(conn, "phone", "20123456") == []
    assert await VAULT.find_by_hash(conn, "email", "nyt@example.dk") == [person]
    assert await conn.fetchval("SELECT wrapped FROM person_key") != key


async def test_nobody_to_seal_or_open_is_no_error(conn: asyncpg.Connection) -> None:
    await VAULT.seal(conn, [])
    assert await VAULT.open_(conn, [], READER, ROUTE) == {}
    assert await VAULT.open_(conn, [UUID(int=0)], READER, ROUTE) == {}


async def test_the_migration_can_be_taken_back(conn: asyncpg.Connection) -> None:
    await conn.execute(DOWN)
    assert await conn.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
