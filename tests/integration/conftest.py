"""The services that several files of tests ask."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from intake.app import service
from shared.kafka import Topics
from shared.runtime import Runtime
from tests.intake_served import away, served


@pytest.fixture
async def intake(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SimpleNamespace]:
    monkeypatch.setattr(Runtime, "awaits_erasures", False)  # as if Kafka had been there at the start
    monkeypatch.setattr(Topics, "_there", away)  # at once, and not after five seconds
    await service.migrate(database)
    async with served(database) as intake:
        yield intake
