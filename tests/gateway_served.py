"""The gateway as a test asks it: one replica over HTTP in this process, on a real PostgreSQL, without Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
from aiokafka import TopicPartition
from httpx import ASGITransport, AsyncClient, Response

from municipality_gateway.app import service
from municipality_gateway.deadline_guard import may_fire
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from shared import db
from shared.clock import Clock
from shared.events.base import Event
from shared.events.topics import REPLIES
from shared.people.vault import Vault
from shared.settings import Settings
from shared.spine.aggregates import one
from shared.spine.dead_letters import Due
from shared.spine.engine import Spine
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from shared.web.access import mint
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    MONDAY,
    PLACE,
    opened,
)

KEY = "k" * 48


class Day(Clock):
    """A clock that the test moves."""

    now_: datetime = MONDAY

    def now(self) -> datetime:
        return self.now_


class Broker:
    """Stands in for the consumer: where the logs end, or that nobody can say."""

    failure: str | None = None

    def __init__(self) -> None:
        self.ends: dict[str, int] = {}

    async def end_offsets(self, topics: list[str]) -> dict[TopicPartition, int]:
        return {TopicPartition(topic, 0): self.ends.get(topic, 0) for topic in topics}


class World:
    """One replica without Kafka: what it hears is given to it, what it says lies in the outbox."""

    def __init__(self, pool: asyncpg.Pool, url: str, **more: Any) -> None:
        key = b"m" * 32
        self.pool, self.clock, self.consumer = pool, Day(), Broker()
        self.vault, self.awaits_erasures = Vault(key), False
        config = Settings(
            kafka_bootstrap="127.0.0.1:9092",
            database_url=url,
            token_key=KEY,
            master_key=key,
            public_url_intake="http://intake.test",
            **more,
        )
        self.config = config
        self.spine = Spine(pool, service.book(config), self.clock, may_fire=self._may_fire)
        app = service.app(config)
        app.state.runtime = self
        self.app = app
        self.transport = ASGITransport(app)
        self._offset = 0
        self.referral = ""

    async def _may_fire(self, rows: list[Due]) -> list[Due]:
        return await may_fire(self, rows)  # type: ignore[arg-type]

    async def hear(self, event: Event, version: int = 1) -> None:
        self._offset += 1
        out = Outgoing(event.TOPIC.name, event, Work.new_id(), self.clock.now(), None, None)
        headers = [(k, v.encode()) for k, v in headers_of(out, version, event.TOPIC.producer).items()]
        value = event.model_dump_json(exclude_none=True).encode()
        await self.spine.consume([Record(event.TOPIC.name, 0, self._offset, None, value, headers)])
        await self.settle()

    async def reply(self, *records: Record) -> None:
        await self.spine.consume(records)
        await self.settle()

    async def settle(self) -> None:
        while await self.spine.fire():
            pass

    async def said(self, topic: str) -> list[str]:
        rows = await self.pool.fetch(
            "SELECT headers->>'ce_type' AS type FROM outbox WHERE topic = $1 ORDER BY id", topic
        )
        return [row["type"].split(".", 2)[2].removesuffix(".v1") for row in rows]

    async def state(self) -> str:
        found = await one(self.pool, Referral, self.referral)
        assert found
        return found.state

    async def relay(self) -> list[Record]:
        """What lies on the kommune's own replies topic, as its next records."""
        rows = await self.pool.fetch(
            "DELETE FROM outbox WHERE topic LIKE 'k.%.replies.v1' RETURNING topic, key, value, headers"
        )
        headers = [[(k, v.encode()) for k, v in orjson.loads(row["headers"]).items()] for row in rows]
        return [
            Record(row["topic"], 0, n, row["key"].encode(), row["value"], pairs)
            for n, (row, pairs) in enumerate(zip(rows, headers, strict=True))
        ]

    async def http(self, method: str, path: str, token: str, **more: Any) -> Response:
        async with AsyncClient(transport=self.transport, base_url="http://gateway") as client:
            return await client.request(method, path, headers={"authorization": f"Bearer {token}"}, **more)


@asynccontextmanager
async def served(database: str) -> AsyncIterator[World]:
    """A place is opened, and its kommune asked."""
    await service.migrate(database)
    pool = await db.connect_pool(database, service.schema)
    made = World(pool, database)
    await made.hear(opened())
    place = await one(pool, Place, PLACE)
    assert place
    (made.referral,) = place.referrals
    yield made
    await pool.close()


def token(role: str, **whose: str) -> str:
    return mint(role, key=KEY, **whose)  # type: ignore[arg-type]


def event(what: str, data: dict[str, Any], **attributes: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/esbjerg/fagsystem",
        "type": f"dk.lederalliancen.reply.{what}.v1",
        "time": "2026-11-24T09:00:00+01:00",
        **attributes,
        "data": data,
    }


OUT = f"k.{ESBJERG}.referrals.v1"


IN = REPLIES.of(ESBJERG)


TUESDAY_AFTER = datetime(2026, 12, 1, 8, tzinfo=UTC)  # the morning after the answer was due
