"""Matching as a test asks it: one replica over HTTP in this process, on a real PostgreSQL, without Kafka."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import orjson
from httpx import ASGITransport, AsyncClient, Response

from matching.app import service
from matching.queries.matches import matches_of
from matching.state.matches import Match
from shared import db
from shared.clock import Clock
from shared.events.base import Event
from shared.settings import OwnSettings, Settings
from shared.spine.aggregates import one
from shared.spine.engine import Spine
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from shared.web.access import mint
from tests.unit.matching.world import (
    NOW,
    PLACE,
    proposed,
)

KEY = "k" * 48


NOWHERE = "00000000-0000-4000-8000-0000000000ff"


class Noon(Clock):
    def now(self) -> datetime:
        return NOW


class World:
    """One replica without Kafka: what it hears is given to it, what it says lies in the outbox."""

    def __init__(self, pool: asyncpg.Pool, url: str) -> None:
        self.pool, self.clock, self.spine = pool, Noon(), Spine(pool, service.book(OwnSettings()), Noon())
        self._offset, self._versions = 0, Counter[tuple[str, str]]()
        app = service.app(Settings(kafka_bootstrap="127.0.0.1:9092", database_url=url, token_key=KEY))
        app.state.runtime = self
        self._transport = ASGITransport(app)

    def record(self, event: Event) -> Record:
        """As the relay of the service that says it would have sent it; the next version of its subject."""
        topic, subject = event.TOPIC.name, event.subject
        self._offset += 1
        self._versions[topic, subject] += 1
        out = Outgoing(topic, event, Work.new_id(), NOW, None, None)
        headers = headers_of(out, self._versions[topic, subject], event.TOPIC.producer)
        pairs = [(name, value.encode()) for name, value in headers.items()]
        value = event.model_dump_json(exclude_none=True).encode()
        return Record(topic, 0, self._offset, event.message_key.encode(), value, pairs)

    async def hear(self, *events: Event) -> None:
        await self.spine.consume([self.record(event) for event in events])
        await self.settle()

    async def settle(self) -> None:
        while await self.spine.fire():
            pass

    async def said(self, topic: str = "matching.v1") -> list[str]:
        rows = await self.pool.fetch(
            "SELECT headers->>'ce_type' AS type FROM outbox WHERE topic = $1 ORDER BY id", topic
        )
        return [row["type"].split(".", 2)[2].removesuffix(".v1") for row in rows]

    async def suggested(self) -> list[tuple[str, str, int]]:
        """(referral, candidate, rank) of each suggestion, in order."""
        rows = await self.pool.fetch(
            "SELECT convert_from(value, 'UTF8')::jsonb AS said FROM outbox WHERE topic = 'matching.suggestions.v1'"
            " AND headers->>'ce_type' LIKE '%.match.suggested.%' ORDER BY id"
        )
        events = [orjson.loads(row["said"]) for row in rows]
        return [(event["referral_id"], event["candidate_id"], event["rank"]) for event in events]

    async def propose(self, candidate: int = 0, **other: Any) -> str:
        before = {match.id for match in await matches_of(self.pool, PLACE)}
        await self.hear(proposed(candidate, **other))
        (new,) = {match.id for match in await matches_of(self.pool, PLACE)} - before
        return new

    async def match(self, match: str) -> Match:
        found = await one(self.pool, Match, match)
        assert found
        return found

    async def ask(self, method: str, path: str, body: Any = None, role: str = "consultant", **claims: Any) -> Response:
        headers = {"Authorization": f"Bearer {mint(role, key=KEY, **claims)}"}
        async with AsyncClient(transport=self._transport, base_url="http://test", headers=headers) as client:
            return await client.request(method, path, json=body)


@asynccontextmanager
async def served(database: str) -> AsyncIterator[World]:
    await service.migrate(database)
    pool = await db.connect_pool(database, "matching")
    yield World(pool, database)
    await pool.close()
