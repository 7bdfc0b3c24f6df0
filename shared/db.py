"""Connections to PostgreSQL: each service works in its own schema, under its own role."""

import asyncio
import shutil
from collections.abc import Iterable, Sequence
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
    return ROLE_PREFIX + schema_of(service)


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


async def migrate(url: str, service: str, folders: Sequence[Path], *, schema: str | None = None) -> None:
    """Create the schema and the role where they are missing, then bring the tables up to date (dbmate).

    `url` is an administrator's. Needed before the service starts; running it twice changes nothing.
    """
    schema, role = schema or schema_of(service), role_of(service)
    conn = await asyncpg.connect(url, timeout=10)
    try:
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(hashtext('lederalliancen-migrate'))")
            if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await conn.execute(f'CREATE ROLE "{role}" LOGIN')
            await conn.execute(f'GRANT "{role}" TO CURRENT_USER')
            await conn.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            await conn.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"')
            for what in ("TABLES", "SEQUENCES"):
                rights = "SELECT, INSERT, UPDATE, DELETE" if what == "TABLES" else "USAGE"
                await conn.execute(
                    f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT {rights} ON {what} TO "{role}"'
                )
    finally:
        await conn.close()
    await _dbmate(url, schema, folders)


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
