"""Followup as a test asks it: one replica over HTTP in this process, on a real PostgreSQL, without Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
from fastapi import FastAPI

from followup.app import service
from shared import db
from shared.clock import Clock
from shared.events.base import Event
from shared.events.intake import PlaceOpened
from shared.settings import OwnSettings
from shared.spine.engine import Spine
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from shared.web import access, edge
from tests.contracts.examples.intake import examples as of_intake
from tests.unit.followup.world import (
    COMPANY,
    LEADER,
    MATCH,
    MONDAY,
    PLACE,
    START,
    agreed,
    an_id,
    at,
)

KEY = "a key of thirty-two bytes for tests"


class Hands(Clock):
    """Moved by hand."""

    def __init__(self) -> None:
        self.time = at(MONDAY)

    def now(self) -> datetime:
        return self.time


class World:
    def __init__(self, pool: Any) -> None:
        self.pool, self.clock = pool, Hands()
        self.spine = Spine(pool, service.book(OwnSettings()), self.clock)
        self.offset = 0
        app = FastAPI()
        edge.install(app)
        app.include_router(service.router)
        app.state.verifier = access.LocalKey(KEY)
        app.state.runtime = SimpleNamespace(pool=pool, spine=self.spine, clock=self.clock)
        self.app = app

    async def hear(self, *events: tuple[Event, int]) -> None:
        """A batch as it comes from Kafka, and what it sets off."""
        await self.spine.consume([self._record(event, version) for event, version in events])
        await self.settle()

    async def on(self, day: date) -> None:
        self.clock.time = at(day)
        await self.settle()

    async def settle(self) -> None:
        while await self.spine.fire():
            pass

    async def ask(self, method: str, path: str, body: Any = None, role: str = "consultant", **claims: Any) -> Any:
        token = access.mint(role, key=KEY, **claims)
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://followup") as client:
            answer = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        await self.settle()
        is_json = "json" in answer.headers["content-type"]
        return SimpleNamespace(status=answer.status_code, json=answer.json() if is_json else None, raw=answer.content)

    async def post(self, path: str, body: Any, **who: Any) -> Any:
        answer = await self.ask("POST", path, body, **who)
        assert answer.status in (200, 201), answer.json
        return answer.json

    async def get(self, path: str, **who: Any) -> Any:
        answer = await self.ask("GET", path, **who)
        assert answer.status == 200, answer.json
        return answer.json

    async def said(self) -> list[tuple[str, dict[str, Any]]]:
        rows = await self.pool.fetch("SELECT headers->>'ce_type' AS type, value FROM outbox ORDER BY id")
        return [
            (r["type"].removeprefix("dk.lederalliancen.").removesuffix(".v1"), orjson.loads(r["value"])) for r in rows
        ]

    def _record(self, event: Event, version: int) -> Record:
        self.offset += 1
        out = Outgoing(event.TOPIC.name, event, Work.new_id(), self.clock.now(), None, None)
        headers = [(name, text.encode()) for name, text in headers_of(out, version, "test").items()]
        value = event.model_dump_json(exclude_none=True).encode()
        return Record(out.topic, 0, self.offset, event.message_key.encode(), value, headers)


def place_opened() -> PlaceOpened:
    example = next(event for event in of_intake() if isinstance(event, PlaceOpened))
    return example.changed(place_id=PLACE, leader_id=LEADER, company_id=COMPANY, contact_id=an_id(41))


async def clicked_thrice(world: World, path: str, body: Any, **who: Any) -> list[str]:
    """The ids that were made of it."""
    answers = await asyncio.gather(*(world.ask("POST", path, body, **who) for _ in range(3)))
    assert [answer.status for answer in answers] == [201] * 3
    return [next(iter(answer.json.values())) for answer in answers]


@asynccontextmanager
async def served(database: str) -> AsyncIterator[World]:
    await service.migrate(database)
    pool = await db.connect_pool(database, "followup", size=4)
    yield World(pool)
    await pool.close()


async def begun(world: World, **changes: Any) -> str:
    await world.hear((agreed(**changes), 1))
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    return f"/placements/{MATCH}"
