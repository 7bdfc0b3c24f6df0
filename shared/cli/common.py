"""What the groups of commands share: one line for what an operator can mend, a service's pool and spine, tables."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import orjson
import typer
from rich.console import Console
from rich.table import Column, Table

from shared import db
from shared.clock import Clock
from shared.events.topics import SERVICES
from shared.service import Service, services
from shared.settings import DatabaseSettings, OperatorSettings, load
from shared.spine.engine import Spine

T = TypeVar("T")
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 220)
ServiceName = Annotated[str, typer.Option("--service", "-s", help=f"one of {', '.join(SERVICES)}")]
By = Annotated[str, typer.Option(help="who does it, for the record")]
ME = os.environ.get("USER", "operator")


def run(work: Awaitable[T]) -> T:
    """An operator gets one line, not a traceback, for what an operator can mend."""
    try:
        return asyncio.run(_done(work))
    except typer.Exit:  # a RuntimeError, but said already
        raise
    except (OSError, asyncpg.PostgresError, RuntimeError) as error:
        stop(f"{type(error).__name__}: {error}")


async def _done(work: Awaitable[T]) -> T:
    return await work


def stop(line: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(line, style="red", markup=False)
    raise typer.Exit(1)


def service(name: str) -> Service:
    """As it declares itself."""
    if name not in SERVICES:
        stop(f"{name} is no service; services are {', '.join(SERVICES)}")
    return services()[name]


@asynccontextmanager
async def _pool(name: str) -> AsyncIterator[asyncpg.Pool]:
    url = load(DatabaseSettings).database_url.get_secret_value()
    pool = await db.connect_pool(url, service(name).schema, size=2, idle_timeout="60s")
    try:
        yield pool
    finally:
        await pool.close()


async def on_pool(name: str, work: Callable[[asyncpg.Pool], Awaitable[T]]) -> T:
    async with _pool(name) as pool:
        return await work(pool)


async def on_spine(name: str, work: Callable[[Spine], Awaitable[T]]) -> T:
    """Decide in a service's place, with the settings that its decisions need."""
    config, found = load(OperatorSettings), service(name)
    found.require(config)
    async with _pool(name) as pool:
        return await work(Spine(pool, found.book(config), Clock.at(os.environ.get("LA_CLOCK_FILE"))))


def show(rows: Iterable[Mapping[str, Any]], *columns: str) -> None:
    found = list(rows)
    if not found:
        console.print("none")
        return
    # An id that is cut off cannot be used.
    table = Table(*(Column(name, no_wrap=True) if name in ("id", "waits_id") else name for name in columns))
    for row in found:
        table.add_row(*(str(row[name]) if row[name] is not None else "" for name in columns))
    console.print(table)


def as_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """For a program: a list, times in ISO 8601."""
    found = [{**row} for row in rows]
    typer.echo(orjson.dumps(found, default=str, option=orjson.OPT_INDENT_2))
