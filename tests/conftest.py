"""What tests of several kinds share: the real Kafka and PostgreSQL, started by the first test that asks for them."""

import os
import random
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
import structlog

from deploy.local.stack import Stack, StackError
from shared.log import console

LOCAL = Path(__file__).parents[1] / ".local" / "test"
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], console()])


def free_ports(n: int) -> int:
    """The first of so many neighbours, below what the system hands out by itself; each worker has its part."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    while True:
        first = random.randrange(20_000, 26_000) + worker % 2 * 6_000
        try:
            for port in range(first, first + n):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


def two_free_ports() -> int:
    return free_ports(2)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A folder of this test run alone: runs, and a demo, can go side by side."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=LOCAL))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(home: Path) -> Iterator[Stack]:
    with a_stack(home) as running:
        yield running


@contextmanager
def a_stack(home: Path) -> Iterator[Stack]:
    with ExitStack() as exit_stack:
        try:
            running = exit_stack.enter_context(Stack(home, two_free_ports()))
        except StackError as error:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(error))
        yield running


@pytest.fixture
def kafka(stack: Stack) -> str:
    """The bootstrap address."""
    return stack.kafka


@pytest.fixture
def topic_prefix() -> str:
    """For topics that no other test sees."""
    return f"t{uuid4().hex[:12]}."


@pytest.fixture
async def database(stack: Stack) -> AsyncIterator[str]:
    """The URL of an empty database, dropped after the test."""
    name = f"t{uuid4().hex[:12]}"
    await _as_admin(stack, f"CREATE DATABASE {name}")
    yield urlsplit(stack.database)._replace(path=f"/{name}").geturl()
    await _as_admin(stack, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def hide_from_kommuner(database: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Row-level security of that table shows kommuner nothing any more: does a route still?"""
    connection = await asyncpg.connect(database)

    async def hide(table: str) -> None:
        await connection.execute(f"ALTER POLICY kommune ON {table} USING (false)")

    yield hide
    await connection.close()


async def _as_admin(stack: Stack, command: str) -> None:
    connection = await asyncpg.connect(stack.database)
    try:
        await connection.execute(command)
    finally:
        await connection.close()
