"""Connections to PostgreSQL: each service works in its own schema, under its own role, with the rights said here."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

ROLE_PREFIX = "la_"


Connection: TypeAlias = asyncpg.Connection
"""Or one of a pool, which behaves the same."""


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into the arrays that `unnest` takes."""
    turned: list[list[Any]] = [[] for _ in range(width)]
    for row in rows:
        for column, value in zip(turned, row, strict=True):
            column.append(value)
    return turned


def schema_of(service: str) -> str:
    """`municipality-gateway` owns the schema `municipality_gateway`."""
    return service.replace("-", "_")


def role_of(service: str) -> str:
    """As which it logs in."""
    return ROLE_PREFIX + schema_of(service)


def reader_of(service: str) -> str:
    """As which it reads for a kommune: PostgreSQL shows only the rows that are the kommune's own."""
    return f"{role_of(service)}_kommune"


async def connect_pool(url: str, schema: str, *, size: int = 12, idle_timeout: str = "5s") -> asyncpg.Pool:
    """A pool that acts as the service's role in its schema.

    A process that froze in the middle of a transaction must not hold its rows longer than a Kafka session lasts.
    """
    return await asyncpg.create_pool(url, min_size=1, max_size=size, **connection_options(schema, idle_timeout))


def connection_options(schema: str, idle_timeout: str = "5s") -> dict[str, object]:
    return {
        "server_settings": {
            "search_path": schema,
            "role": ROLE_PREFIX + schema.removesuffix(REBUILD),
            "idle_in_transaction_session_timeout": idle_timeout,
            "application_name": f"lederalliancen-{schema}",
        },
        "timeout": 5,
        "command_timeout": 30,
    }


REBUILD = "_rebuild"
"""A projection is rebuilt in a schema with this ending, and swapped in."""


RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
"""What a service may do with its tables."""
OTHER_RIGHTS = {
    # What has happened can be added to, and not changed.
    # Not when it was, nor in which order: that is the database's to say.
    "access_log": "SELECT, INSERT (person_id, reader, role, route, correlation_id)",
    "outbox_failed": "SELECT, INSERT",
    "dead_letter": "SELECT, INSERT, UPDATE",
    # At an erasure the keys of the living are written anew, so that no file holds the destroyed one.
    "person_key": f"{RIGHTS}, TRUNCATE",
    # The administrator's.
    "schema_migrations": "",
}
"""What it may do with these; no migration grants anything."""
POWERS = {
    "rolsuper": "NOSUPERUSER",
    "rolcreatedb": "NOCREATEDB",
    "rolcreaterole": "NOCREATEROLE",
    "rolreplication": "NOREPLICATION",
    "rolbypassrls": "NOBYPASSRLS",
    "rolinherit": "NOINHERIT",
}
"""What none of our roles has, and how it is taken away."""
TOO_STRONG = """
SELECT EXISTS (
  SELECT FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER') AND rolname <> ALL ($1::text[])
     AND (rolsuper OR starts_with(rolname, 'pg_') OR starts_with(rolname, 'la_'))
  OR rolname = session_user AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls))
"""
"""Whether a login may become more than these roles, which are the service's own."""


async def migrate(url: str, service: str, folders: Sequence[Path], *, schema: str | None = None) -> None:
    """Create the schema and the roles where they are missing, bring the tables up to date (dbmate), and say the rights.

    `url` is an administrator's. Needed before the service starts; running it twice changes nothing.
    """
    schema = schema or schema_of(service)
    conn = await asyncpg.connect(url, timeout=10)
    try:
        async with _alone(conn):
            await _make_roles(conn, service)
            await conn.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            await conn.execute(_from_the_start(schema, service, f"GRANT {RIGHTS} ON TABLES TO"))
        await _dbmate(url, schema, folders)
        async with _alone(conn):
            await conn.execute(_from_the_start(schema, service, "REVOKE ALL ON TABLES FROM"))
            await _grant(conn, schema, service)
    finally:
        await conn.close()


@asynccontextmanager
async def _alone(conn: Connection) -> AsyncIterator[None]:
    async with conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(hashtext('lederalliancen-migrate'))")
        yield


async def _make_roles(conn: Connection, service: str) -> None:
    """The service's login, which can become nothing but the role as which it reads for a kommune."""
    login, reader = role_of(service), reader_of(service)
    for role, may in ((login, "LOGIN"), (reader, "NOLOGIN")):
        if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await conn.execute(f'CREATE ROLE "{role}" {may}')
        has = await conn.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", role)
        # Only what it has: an administrator who is no superuser may not even name the others.
        if taken := [word for power, word in POWERS.items() if has[power]]:
            await conn.execute(f'ALTER ROLE "{role}" {" ".join(taken)}')
    await conn.execute(f'GRANT "{reader}" TO "{login}"')
    await conn.execute(f'GRANT "{login}" TO CURRENT_USER')


def _from_the_start(schema: str, service: str, rights: str) -> str:
    """A replica that runs meanwhile writes to a new table at once, where a trigger of the same migration lets it."""
    return f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" {rights} "{role_of(service)}"'


async def _grant(conn: Connection, schema: str, service: str) -> None:
    """Say all rights anew: what an older version gave, or somebody by hand, is gone.

    Tables with row-level security are what a kommune reads from; its reading role sees nothing else.
    """
    login, reader = role_of(service), reader_of(service)
    everybody = f'"{login}", "{reader}", PUBLIC'
    for what in (f'SCHEMA "{schema}"', f'ALL TABLES IN SCHEMA "{schema}"', f'ALL SEQUENCES IN SCHEMA "{schema}"'):
        await conn.execute(f"REVOKE ALL ON {what} FROM {everybody}")
    await conn.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{login}", "{reader}"')
    tables = await conn.fetch(
        "SELECT relname AS name, relrowsecurity AS by_row FROM pg_class"
        " WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'p')",
        f'"{schema}"',
    )
    for name, by_row in tables:
        if rights := OTHER_RIGHTS.get(name, RIGHTS):
            await conn.execute(f'GRANT {rights} ON "{schema}"."{name}" TO "{login}"')
        if by_row:
            await conn.execute(f'GRANT SELECT ON "{schema}"."{name}" TO "{reader}"')
    # Until PostgreSQL 14, and in what was upgraded from there, everybody may create in `public`.
    if await conn.fetchval(
        "SELECT has_schema_privilege($1, oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'", login
    ):
        await conn.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


async def _dbmate(url: str, schema: str, folders: Sequence[Path]) -> None:
    binary = shutil.which("dbmate", path=str(Path(__import__("sys").executable).parent)) or "dbmate"
    flags = [flag for folder in folders for flag in ("--migrations-dir", str(folder))]
    process = await asyncio.create_subprocess_exec(
        binary, "--url", dbmate_url(url, schema), *flags, "--migrations-table", f"{schema}.schema_migrations",
        "--no-dump-schema", "up",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"migrations of {schema} failed:\n{output.decode(errors='replace')}")


def dbmate_url(url: str, schema: str) -> str:
    """The same database as Go's driver names it: no TLS by default, the schema first in the search path."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query.setdefault("sslmode", "disable")
    query["search_path"] = schema
    netloc = parts.netloc
    if not parts.hostname and "host" in query:
        netloc = f"{parts.netloc}localhost" if parts.netloc.endswith("@") or not parts.netloc else parts.netloc
    return urlunsplit(("postgres", netloc, parts.path, urlencode(query, quote_via=quote), ""))
