"""The vault against a real PostgreSQL: what is written, who read it, and that erasing leaves nothing."""

import asyncio
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
from tests.waiting import until

FOLDER = Path(shared.__file__).parent / "migrations" / "people"
MIGRATIONS = [file.read_text().split("-- migrate:down") for file in sorted(FOLDER.iterdir())]
CANARY = "kanariefugl-7f3a91"
VAULT = Vault(b"m" * 32)
READER = Principal("konsulent-1", frozenset({"consultant"}))
ROUTE = "GET /leaders/{id}/status"


def contact(name: str = CANARY) -> dict[str, Any]:
    return {"name": name, "email": f"{name}@example.dk", "phone": "+45 20 12 34 56", "title": "Butikschef"}


@pytest.fixture
async def conn(database: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database)
    for up, _ in MIGRATIONS:
        await conn.execute(up)
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
        assert not erased or await VAULT.erase(conn, {person: "test"})
        everything = await on_disk(conn)
        assert b"proof-that-the-scan-sees" in everything
        assert b"konsulent-1" in everything
        assert not [word for word in (CANARY, "20123456", "20 12 34 56", "Butikschef") if word.encode() in everything]


async def test_an_erased_person_is_absent_everywhere(conn: asyncpg.Connection) -> None:
    person, colleague = uuid4(), uuid4()
    await VAULT.seal(conn, [(person, contact()), (colleague, contact("kollega"))])
    assert await VAULT.erase(conn, {person: "test"})
    assert await VAULT.open_(conn, [person, colleague], READER, ROUTE) == {colleague: contact("kollega")}
    assert await VAULT.find_by_hash(conn, "email", contact()["email"]) == []
    for table, column in (("person", "id"), ("person_key", "person_id"), ("person_hash", "person_id")):
        assert await conn.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", person) == 0
    assert not await VAULT.erase(conn, {person: "test"})


async def in_files(conn: asyncpg.Connection, wanted: bytes) -> bool:
    """In any file of this database below the data directory, whatever it belongs to."""
    await conn.execute("CHECKPOINT")
    found = await conn.fetchval(
        """SELECT bool_or(position($1 IN pg_read_binary_file(folder || name, 0, 1 << 29, true)) > 0)
           FROM (SELECT 'base/' || oid || '/' AS folder FROM pg_database WHERE datname = current_database()) f,
           pg_ls_dir(folder) AS name""",
        wanted,
    )
    return bool(found)


async def test_a_destroyed_key_lies_in_no_file_and_the_others_still_open(conn: asyncpg.Connection) -> None:
    people = [(uuid4(), contact(f"navn-{n}")) for n in range(300)]  # several pages
    await VAULT.seal(conn, people)
    gone, living = [people[n][0] for n in (0, 150, 299)], [people[n] for n in (1, 151, 298)]
    keys = await conn.fetch("SELECT person_id, wrapped FROM person_key")
    wrapped = {row["person_id"]: row["wrapped"] for row in keys}
    assert all([await in_files(conn, wrapped[person]) for person in gone])
    assert await VAULT.erase(conn, dict.fromkeys(gone, "test"))
    assert not any([await in_files(conn, wrapped[person]) for person in gone])
    assert all([await in_files(conn, wrapped[person]) for person, _ in living])
    assert await VAULT.open_(conn, [*gone, *(person for person, _ in living)], READER, ROUTE) == dict(living)


async def test_a_dump_that_has_begun_holds_the_living_peoples_keys(conn: asyncpg.Connection, database: str) -> None:
    people = [(uuid4(), contact(f"navn-{n}")) for n in range(3)]
    await VAULT.seal(conn, people)
    dumping = await asyncpg.connect(database)
    async with dumping.transaction(isolation="repeatable_read"):
        await dumping.fetch("SELECT 1 FROM pg_class")  # its view of the database is of now
        await VAULT.erase(conn, {people[0][0]: "test"})
        assert len(await dumping.fetch("SELECT FROM person")) == 3
        dumped = {row["person_id"] for row in await dumping.fetch("SELECT person_id FROM person_key")}
        assert dumped == {person for person, _ in people[1:]}
    await dumping.close()


async def test_while_a_dump_holds_the_table_nobody_is_erased_and_readers_go_on(
    conn: asyncpg.Connection, database: str
) -> None:
    person = uuid4()
    await VAULT.seal(conn, [(person, contact())])
    dumping, reading = await asyncpg.connect(database), await asyncpg.connect(database)
    async with dumping.transaction():
        await dumping.execute("LOCK TABLE person_key IN ACCESS SHARE MODE")
        erasing = asyncio.create_task(VAULT.erase(conn, {person: "test"}))
        await until(lambda: reading.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))
        assert await VAULT.open_(reading, [person], READER, ROUTE) == {person: contact()}
        with pytest.raises(asyncpg.LockNotAvailableError):
            await erasing
    assert await VAULT.erase(conn, {person: "test"}) == [person]
    await dumping.close()
    await reading.close()


async def test_people_are_read_sealed_rotated_and_erased_at_the_same_time(
    conn: asyncpg.Connection, database: str
) -> None:
    """Nobody fails, waits for each other in a circle, or finds an empty table."""
    both = Vault(b"n" * 32, b"m" * 32)
    stays, leaves = [uuid4() for _ in range(40)], [uuid4() for _ in range(40)]
    await VAULT.seal(conn, [(person, contact()) for person in (*stays, *leaves)])
    erased: set[UUID] = set()
    done = asyncio.Event()
    pool = await asyncpg.create_pool(database, min_size=9, max_size=9)

    async def read() -> int:
        seen = 0
        while not done.is_set():
            surely = [person for person in leaves if person in erased]
            async with pool.acquire() as reading:
                found = await both.open_(reading, [*stays, *surely], READER, ROUTE)
            assert found.keys() == set(stays)
            seen += 1
        return seen

    async def seal(n: int) -> int:
        sealed = 0
        while not done.is_set():
            async with pool.acquire() as sealing:
                await both.seal(sealing, [(person, contact()) for person in stays[n::2]])
            sealed += 1
        return sealed

    async def rotate() -> int:
        rotated = 0
        while not done.is_set():
            await both.rotate(pool, batch=7)
            rotated += 1
        return rotated

    async def erase(people: list[UUID]) -> None:
        for person in people:
            async with pool.acquire() as erasing:
                await both.erase(erasing, {person: "test"})
            erased.add(person)

    others = asyncio.gather(read(), read(), seal(0), seal(1), rotate())
    await asyncio.gather(erase(leaves[::2]), erase(leaves[1::2]), erase(leaves[::3]))
    done.set()
    assert all(await others)
    assert await both.rotate(pool) == 0
    assert (await Vault(b"n" * 32).open_(conn, [*stays, *leaves], READER, ROUTE)).keys() == set(stays)
    await pool.close()


async def test_the_master_key_is_changed_while_all_open_and_are_found(conn: asyncpg.Connection, database: str) -> None:
    people = sorted((uuid4(), contact(f"navn-{n}")) for n in range(25))
    await VAULT.seal(conn, people)
    new, both = Vault(b"n" * 32), Vault(b"n" * 32, b"m" * 32)
    ids = [person for person, _ in people]

    async def all_open(vault: Vault) -> bool:
        found = await vault.find_by_hash(conn, "email", people[7][1]["email"])
        return found == [ids[7]] and await vault.open_(conn, ids, READER, ROUTE) == dict(people)

    assert await all_open(both)
    await both.seal(conn, people[:5])
    assert await all_open(both)
    before = await conn.fetch("SELECT * FROM person_key")
    pool = await asyncpg.create_pool(database, min_size=1)
    assert await both.rotate(pool, batch=4) == 20
    assert await all_open(both)
    assert await all_open(new)
    assert await both.rotate(pool, batch=4) == 0
    with pytest.raises(VaultError):
        await VAULT.open_(conn, ids[:1], READER, ROUTE)
    assert await VAULT.find_by_hash(conn, "email", people[7][1]["email"]) == []
    # What a dump from before holds opens with the old key alone.
    await conn.execute("DELETE FROM person_key")
    await conn.copy_records_to_table("person_key", records=before)
    with pytest.raises(VaultError, match="LA_MASTER_KEY"):
        await new.open_(conn, ids, READER, ROUTE)
    await pool.close()


async def test_every_opening_is_logged_and_can_be_asked_for_by_person(conn: asyncpg.Connection) -> None:
    person, other, absent = uuid4(), uuid4(), uuid4()
    await VAULT.seal(conn, [(person, contact()), (other, contact("anden"))])
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        await VAULT.open_(conn, [person, other, absent], READER, ROUTE)
    await VAULT.open_(conn, [person], Principal("k", frozenset({"kommune"}), frozenset({"0101"})), "another")
    await VAULT.erase(conn, {person: "test"})
    first, second, erased = await readers(conn, person)
    assert (first.reader, first.role, first.route, first.correlation_id) == ("konsulent-1", "consultant", ROUTE, "c-1")
    assert (second.reader, second.role, second.correlation_id) == ("k", "kommune", None)
    assert first.at < second.at < erased.at
    assert (erased.reader, erased.route) == ("test", "erase")
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


async def test_a_person_is_found_by_words_of_the_name(conn: asyncpg.Connection) -> None:
    mette, jens = sorted([uuid4(), uuid4()])
    await VAULT.seal(conn, [(mette, {"name": "Mette Krogh-Hansen"}), (jens, {"name": "Jens Hansen Hansen"})])
    assert await VAULT.find_by_hash(conn, "name", "hansen") == [mette, jens]
    assert await VAULT.find_by_hash(conn, "name", "HANSEN, mette") == [mette]
    assert await VAULT.find_by_hash(conn, "name", "Met") == []
    assert await VAULT.find_by_hash(conn, "name", " - ") == []


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
    for _, down in reversed(MIGRATIONS):
        await conn.execute(down)
    assert await conn.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
