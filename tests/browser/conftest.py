"""A browser, and a service that lives: real PostgreSQL, real Kafka, real HTTP."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, async_playwright, expect

from deploy.local.stack import Stack
from shared.catalogue import calendar
from shared.runtime import Runtime
from shared.service import Service, services
from shared.settings import Settings
from shared.web.server import patience
from tests.browser.chromium import options
from tests.browser.visitor import PATIENCE, Visitor, visitor
from tests.conftest import a_stack, free_ports
from tests.waiting import until

KEY = "k" * 40
expect.set_options(timeout=PATIENCE)
MASTER_KEY = base64.b64encode(b"m" * 32).decode()


class Living(NamedTuple):
    """A service in this process: its address, and what it runs on, for what a test says to it by `harness`."""

    base: str
    runtime: Runtime


# Each page's story: on a phone and at a desk, with scripts and without. For its pictures also a desk with scripts.
EVERYBODY = [
    pytest.param("phone", True, id="phone"),
    pytest.param("desk", False, id="desk-without-scripts"),
    *([pytest.param("desk", True, id="desk")] if os.environ.get("LA_SCREENS") else []),
]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    launched = options()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launched)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def stack(home: Path) -> Iterator[Stack]:
    """For each page's story its own: what another service said in another story is nobody's business here."""
    with a_stack(home / uuid4().hex[:8]) as running:
        yield running


@pytest.fixture(scope="module")
def topics(stack: Stack) -> str:
    """Kafka's address, with all topics there."""
    env = os.environ | {"LA_KAFKA_BOOTSTRAP": stack.kafka}
    subprocess.run(
        [Path(sys.executable).with_name("lederalliancen"), "topics"], env=env, check=True, capture_output=True
    )
    return stack.kafka


@asynccontextmanager
async def living(
    service: Service, kafka: str, database: str, *, port: int | None = None, **more: Any
) -> AsyncIterator[Living]:
    """On a port of its own, as its own process would serve it; `more` are settings."""
    await service.migrate(database)
    settings = {
        "kafka_bootstrap": kafka, "database_url": database, "token_key": KEY, "alliance_phone": "20 12 34 56",
    }  # fmt: skip
    if service.people:
        settings["master_key"] = MASTER_KEY
    app = service.app(Settings(**settings | more))
    async with served(app, port) as base:
        runtime: Runtime = app.state.runtime

        async def opens_contact_data() -> bool:
            return not runtime.awaits_erasures

        await until(opens_contact_data)
        yield Living(base, runtime)


@pytest.fixture
async def intake(topics: str, database: str) -> AsyncIterator[str]:
    async with living(services()["intake"], topics, database) as it:
        yield it.base


@pytest.fixture
def address(intake: str) -> str:
    """Where a visitor goes; a module of tests of another service has its own."""
    return intake


@asynccontextmanager
async def served(app: FastAPI, port: int | None = None) -> AsyncIterator[str]:
    port = port or free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, http=patience(())))
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done(), "it stopped while it was starting"
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def visit(browser: Browser, address: str) -> AsyncIterator[Visit]:
    """`await visit("phone", scripts=False)`: somebody who has never been here."""
    came: list[Visitor] = []

    async def come(width: str = "phone", *, scripts: bool = True) -> Visitor:
        came.append(await visitor(browser, address, width, scripts=scripts))
        return came[-1]

    yield come
    for one in came:
        await one.page.context.close()


@pytest.fixture
def today() -> str:
    return calendar.today(datetime.now(UTC)).isoformat()
