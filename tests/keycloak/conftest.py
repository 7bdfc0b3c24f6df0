"""Keycloak, and a service whose pages ask it who somebody is, at an address that it knows."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.service import services
from tests.browser.conftest import MASTER_KEY, Living, browser, living, topics, visit
from tests.conftest import free_ports
from tests.keycloak.server import SECRET, Keycloak

__all__ = ["browser", "topics", "visit"]


@pytest.fixture(scope="session")
def port() -> int:
    """Of the pages."""
    return free_ports(1)


@pytest.fixture(scope="session")
def keycloak(home: Path, port: int) -> Iterator[Keycloak]:
    running = Keycloak(home / "keycloak", free_ports(1), f"http://127.0.0.1:{port}")
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def service(request: pytest.FixtureRequest) -> str:
    """Whose pages they are; a test may name another one."""
    return str(getattr(request, "param", "metrics"))


@pytest.fixture
async def site(service: str, keycloak: Keycloak, port: int, topics: str, database: str) -> AsyncIterator[Living]:
    config: dict[str, Any] = {
        "token_key": None, "oidc_issuer": keycloak.issuer, "oidc_audience": "lederalliancen", "oidc_client": "pages",
        "oidc_client_secret": SECRET, "session_key": MASTER_KEY, "public_url": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    async with living(services()[service], topics, database, port=port, **config) as it:
        yield it


@pytest.fixture
def address(site: Living) -> str:
    return site.base
