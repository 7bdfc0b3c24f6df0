"""What a service's login may do on a real PostgreSQL, and what a kommune is shown there, whatever is asked."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest
import structlog

from deploy.local.postgres import login
from shared import db
from shared.events.topics import SERVICES
from shared.runtime import Runtime, hopeless
from shared.service import MIGRATIONS, services
from shared.settings import Settings
from shared.web.access import Principal, access_of_routes
from shared.web.dependencies import seen_by
from tests.waiting import until

KEY = "k" * 48
OTHER = dict(zip(SERVICES, [*SERVICES[1:], SERVICES[0]], strict=True))
"""Each service's victim."""
VISIBLE = {
    "intake": {"referral"},
    "municipality-gateway": {"referral", "kommune"},
    "matching": {"match", "referral"},
    "followup": {"placement"},
}
"""What a kommune may see of its own, and nothing of others."""
OWN, FOREIGN = "0561", "0573"


@pytest.fixture
async def migrated(database: str) -> str:
    for service in services().values():
        await service.migrate(database)
    return database


@pytest.fixture
async def admin(migrated: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(migrated)
    yield conn
    await conn.close()


def config(url: str) -> Settings:
    needed: dict[str, Any] = {"master_key": b"m" * 32, "public_url_intake": "http://intake.test"}
    return Settings(kafka_bootstrap="127.0.0.1:1", database_url=url, token_key=KEY, **needed)


async def test_no_login_of_a_service_has_a_right_beyond_its_own_tables(admin: asyncpg.Connection) -> None:
    """Over all roles x all schemas x all tables, as the catalogue says."""
    roles = [role for name in SERVICES for role in (db.role_of(name), db.reader_of(name))]
    powers = await admin.fetch(f"SELECT {', '.join(db.POWERS)} FROM pg_roles WHERE rolname = ANY($1)", roles)
    assert [any(row) for row in powers] == [False] * len(roles)
    assert await admin.fetch("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY($1)", roles) == []
    members = await admin.fetch(
        "SELECT a.rolname, b.rolname FROM pg_roles a, pg_roles b WHERE a.rolname = ANY($1) AND a.oid <> b.oid"
        " AND pg_has_role(a.oid, b.oid, 'MEMBER')",
        roles,
    )
    assert {tuple(row) for row in members} == {(db.role_of(name), db.reader_of(name)) for name in SERVICES}
    create = "has_schema_privilege(role, n.oid, 'CREATE')"
    enter = "has_schema_privilege(role, n.oid, 'USAGE')"
    of_others = "role NOT IN ('la_' || nspname, 'la_' || nspname || '_kommune')"
    ours = "nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')"
    for wrong in (create, f"{enter} AND {of_others} AND {ours}"):
        query = f"SELECT role, nspname FROM unnest($1::text[]) role, pg_namespace n WHERE {wrong}"
        assert await admin.fetch(query, roles) == []
    tables = await admin.fetch(
        "SELECT role, nspname, relname, relrowsecurity, array_agg(word ORDER BY word) FROM unnest($1::text[]) role,"
        " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) word,"
        " pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^(pg_|information_schema)'"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(role, c.oid, word) GROUP BY 1, 2, 3, 4",
        roles,
    )
    assert {row["role"] for row in tables if row["role"].endswith("_kommune")} == {db.reader_of(n) for n in VISIBLE}
    for role, schema, table, by_row, rights in tables:
        if role == f"la_{schema}_kommune":
            assert (rights, by_row) == (["SELECT"], True), table
        else:
            assert role == f"la_{schema}"
            whole = re.sub(r", \w+ \(.*?\)", "", db.OTHER_RIGHTS.get(table, db.RIGHTS))  # and not of some columns
            assert rights == sorted(whole.split(", ")), table
    assert {table for _, _, table, _, rights in tables if "DELETE" not in rights} >= {"access_log", "dead_letter"}


ATTACKS = (
    "SELECT * FROM {other}.aggregate",
    "DELETE FROM {other}.outbox",
    "SET ROLE la_{other}",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "CREATE TABLE {own}.x ()",
    "CREATE TABLE public.x ()",
    "CREATE SCHEMA x",
    "CREATE FUNCTION {own}.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE aggregate DISABLE ROW LEVEL SECURITY",
    "DROP TABLE outbox",
    "TRUNCATE outbox",
    "INSERT INTO schema_migrations VALUES ('9999')",
    "SELECT * FROM schema_migrations",
    "DELETE FROM dead_letter",
    "UPDATE outbox_failed SET error = ''",
    "ALTER ROLE la_{own} SUPERUSER",
    "ALTER ROLE la_{own} BYPASSRLS",
    "ALTER ROLE la_{own} CREATEROLE",
    "ALTER ROLE la_{other} PASSWORD 'x'",
    "GRANT la_{other} TO la_{own}",
    "CREATE ROLE x",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "COPY aggregate TO PROGRAM 'true'",
    "COPY aggregate TO '/tmp/x'",
    "COPY aggregate FROM '/etc/passwd'",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET session_replication_role = 'replica'",
    "SELECT pg_terminate_backend({admin})",
)
ON_PEOPLE = (
    "UPDATE access_log SET reader = 'nobody'",
    "DELETE FROM access_log",
    "TRUNCATE access_log",
    "INSERT INTO access_log (person_id, reader, role, route, at) VALUES (gen_random_uuid(), '', '', '', '2020-01-01')",
    "INSERT INTO access_log (id, person_id, reader, role, route) OVERRIDING SYSTEM VALUE SELECT 9, NULL, '', '', ''",
    "DROP TABLE access_log",
    "ALTER TABLE access_log OWNER TO la_{own}",
    "CREATE TRIGGER x BEFORE INSERT ON access_log EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE x AS ON INSERT TO access_log DO INSTEAD NOTHING",
)


@pytest.mark.parametrize("name", SERVICES)
async def test_whoever_has_a_services_login_gets_no_further(
    admin: asyncpg.Connection, migrated: str, name: str
) -> None:
    found = services()[name]
    words = {"own": found.schema, "other": db.schema_of(OTHER[name]), "admin": admin.get_server_pid()}
    own = await asyncpg.connect(login(migrated, db.role_of(name)), **db.connection_options(found.schema))
    got_through = []
    for attack in (*ATTACKS, *(ON_PEOPLE if found.people else ())):
        with suppress(asyncpg.InsufficientPrivilegeError):
            await own.execute(attack.format(**words))
            got_through.append(attack)
    assert got_through == []
    for back in ("RESET ROLE", "SET ROLE NONE", "RESET SESSION AUTHORIZATION"):
        await own.execute(back)
        assert await own.fetchval("SELECT current_user") == db.role_of(name)
    if found.people:
        await own.execute("INSERT INTO access_log (person_id, reader, role, route) VALUES ($1, '', '', '')", uuid4())
        assert await own.fetchval("SELECT count(*) FROM access_log") == 1
    await own.close()


async def test_migrating_takes_back_what_an_older_version_or_somebody_by_hand_gave(
    admin: asyncpg.Connection, migrated: str
) -> None:
    await admin.execute(
        "ALTER ROLE la_intake INHERIT CREATEDB; GRANT ALL ON ALL TABLES IN SCHEMA intake TO la_intake, PUBLIC;"
        " GRANT ALL ON SCHEMA intake TO la_intake, la_intake_kommune; GRANT CREATE ON SCHEMA public TO PUBLIC"
    )
    await services()["intake"].migrate(migrated)
    await test_no_login_of_a_service_has_a_right_beyond_its_own_tables(admin)


async def test_an_administrator_need_not_be_a_superuser(database: str) -> None:
    name, boss = f"t{uuid4().hex[:8]}", f"b{uuid4().hex[:8]}"
    root = await asyncpg.connect(database)
    await root.execute(f"CREATE ROLE {boss} LOGIN CREATEROLE")
    await root.execute(f'GRANT CREATE ON DATABASE "{await root.fetchval("SELECT current_database()")}" TO {boss}')
    try:
        for _ in range(2):
            await db.migrate(login(database, boss), name, [MIGRATIONS / "spine"])
        pool = await db.connect_pool(login(database, boss), name, size=1)
        assert await pool.fetchval("SELECT current_user") == db.role_of(name)
        async with seen_by(a_runtime(pool, name), a_kommune(OWN)) as conn:
            assert await conn.fetchval("SELECT current_user") == db.reader_of(name)
        await pool.close()
    finally:
        for role in (db.role_of(name), db.reader_of(name), boss):
            await root.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")
        await root.close()


async def test_a_replica_that_runs_while_a_table_is_added_writes_to_it_from_the_start(
    admin: asyncpg.Connection, migrated: str, tmp_path: Path
) -> None:
    """A trigger on an old table may want to: it acts as the replica that has set it off."""
    added = "CREATE TABLE intake.added (id bigint GENERATED ALWAYS AS IDENTITY); SET ROLE la_intake;"
    written = "INSERT INTO intake.added DEFAULT VALUES; RESET ROLE;"
    (tmp_path / "0900_added.sql").write_text(f"-- migrate:up\n{added} {written}\n-- migrate:down\n")
    await db.migrate(migrated, "intake", [tmp_path])
    assert await admin.fetchval("SELECT count(*) FROM pg_default_acl") == 0


@pytest.mark.parametrize("strong", [True, False])
async def test_a_login_that_could_do_more_than_the_service_is_named_once(migrated: str, *, strong: bool) -> None:
    url = migrated if strong else login(migrated, "la_intake")
    assert await hopeless(url, "intake") is None
    with structlog.testing.capture_logs() as lines:
        async with services()["intake"].runtime(config(url)) as runtime:
            await until(lambda: asyncio.sleep(0, runtime.consumer))
    said = [line["way_out"] for line in lines if line["event"] == "login_too_strong"]
    assert said == ["log in as la_intake in LA_DATABASE_URL"] * strong


async def test_another_services_login_is_refused_with_the_way_out(migrated: str) -> None:
    runtime = services()["intake"].runtime(config(login(migrated, "la_matching")))
    async with runtime:
        await until(lambda: asyncio.sleep(0, runtime.waits.startswith("lacks a right")))
    assert "LA_DATABASE_URL" in runtime.waits


# -- what a kommune is shown --------------------------------------------------------------------------------------


def a_kommune(*codes: str) -> Principal:
    return Principal("k", frozenset({"kommune"}), frozenset(codes))


def a_runtime(pool: asyncpg.Pool, name: str) -> Runtime:
    return cast("Runtime", SimpleNamespace(pool=pool, spine=SimpleNamespace(book=SimpleNamespace(service=name))))


@pytest.fixture
async def pools(migrated: str) -> AsyncIterator[dict[str, asyncpg.Pool]]:
    """Each service's pool, of one connection; two kommuner have something of every kind."""
    found = {}
    for name in VISIBLE:
        found[name] = pool = await db.connect_pool(login(migrated, db.role_of(name)), db.schema_of(name), size=1)
        kinds = ("kommune", "referral", "match", "placement", "place", "leader", "candidate", "contact")
        rows = [
            (kind, code if kind == "kommune" else f"{kind}-{code}", code) for kind in kinds for code in (OWN, FOREIGN)
        ]
        await pool.executemany(
            "INSERT INTO aggregate (kind, id, state) VALUES ($1, $2, jsonb_build_object('kommune', $3::text))", rows
        )
    await found["municipality-gateway"].execute(
        f"INSERT INTO reply (kommune, source, id, state) VALUES ('{OWN}', '/', '1', 'taken'),"
        f" ('{FOREIGN}', '/', '2', 'taken')"
    )
    yield found
    for pool in found.values():
        await pool.close()


async def test_a_query_without_its_where_shows_a_kommune_its_own_rows_alone(pools: dict[str, asyncpg.Pool]) -> None:
    everything = "SELECT kind, coalesce(state->>'kommune', id) AS kommune FROM aggregate"
    for name, pool in pools.items():
        async with seen_by(a_runtime(pool, name), a_kommune(OWN)) as conn:
            assert {tuple(row) for row in await conn.fetch(everything)} == {(kind, OWN) for kind in VISIBLE[name]}
        async with seen_by(a_runtime(pool, name), a_kommune(OWN, FOREIGN)) as conn:
            assert len(await conn.fetch(everything)) == 2 * len(VISIBLE[name])
        consultant = Principal("c", frozenset({"consultant"}))
        async with seen_by(a_runtime(pool, name), consultant) as conn:
            assert len(await conn.fetch(everything)) == 16
    gateway = a_runtime(pools["municipality-gateway"], "municipality-gateway")
    async with seen_by(gateway, a_kommune(OWN)) as conn:
        assert [row["kommune"] for row in await conn.fetch("SELECT kommune FROM reply")] == [OWN]


async def test_without_a_kommune_there_is_nothing(pools: dict[str, asyncpg.Pool]) -> None:
    for name, pool in pools.items():
        async with seen_by(a_runtime(pool, name), a_kommune()) as conn:
            assert await conn.fetch("SELECT FROM aggregate") == []
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(f"SET LOCAL ROLE {db.reader_of(name)}")
            assert await conn.fetch("SELECT FROM aggregate") == []


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO aggregate (kind, id) VALUES ('x', 'x')",
        "UPDATE reply SET state = 'refused'",
        "SELECT FROM person",
        "SELECT FROM access_log",
        "SELECT FROM outbox",
        "CREATE TEMP TABLE x ()",
        "SET row_security = off; SELECT FROM aggregate",
    ],
)
async def test_reading_for_a_kommune_changes_nothing_and_sees_no_other_table(
    pools: dict[str, asyncpg.Pool], attempt: str
) -> None:
    name = "municipality-gateway"
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)):
        async with seen_by(a_runtime(pools[name], name), a_kommune(OWN)) as conn:
            await conn.execute(attempt)
    await _is_clean(pools[name], name)


async def test_the_connection_goes_back_to_the_pool_clean(pools: dict[str, asyncpg.Pool]) -> None:
    for name, pool in pools.items():
        async with seen_by(a_runtime(pool, name), a_kommune(OWN)) as conn:
            await conn.fetch("SELECT FROM aggregate")
        await _is_clean(pool, name)
        with pytest.raises(ZeroDivisionError):
            async with seen_by(a_runtime(pool, name), a_kommune(OWN)):
                raise ZeroDivisionError
        await _is_clean(pool, name)


async def _is_clean(pool: asyncpg.Pool, name: str) -> None:
    state = await pool.fetchrow(
        "SELECT current_user::text, coalesce(current_setting('lederalliancen.kommuner', true), ''),"
        " current_setting('transaction_read_only'), (SELECT count(*) FROM aggregate)"
    )
    assert tuple(state) == (db.role_of(name), "", "off", 16)


async def test_each_service_with_a_route_for_kommuner_has_row_level_security(admin: asyncpg.Connection) -> None:
    """Except metrics: it shows everybody the same figures of the whole country."""
    rows = await admin.fetch("SELECT relnamespace::regnamespace::text AS of FROM pg_class WHERE relrowsecurity")
    asking: set[str] = set()
    for name, service in services().items():
        routes: Any = access_of_routes(service.app(config("postgresql://127.0.0.1/x")))
        asking |= {db.schema_of(name) for _, roles in routes if roles and "kommune" in roles}
    assert {row["of"] for row in rows} == asking - {"metrics"}
