"""Follow-up with a real PostgreSQL: events in through the spine, commands over HTTP, and what comes out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from followup.app import service
from shared import db
from shared.clock import Clock
from shared.events.base import Event
from shared.events.municipality_gateway import CandidateWithdrawn
from shared.settings import OwnSettings
from shared.spine.engine import Spine
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from shared.web import access, edge
from tests.unit.followup.world import (
    CANDIDATE,
    COMPANY,
    LEADER,
    MATCH,
    MONDAY,
    PLACE,
    START,
    agreed,
    an_id,
    at,
    praktik,
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
        return SimpleNamespace(status=answer.status_code, json=answer.json())

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


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    await service.migrate(database)
    pool = await db.connect_pool(database, "followup", size=4)
    yield World(pool)
    await pool.close()


async def test_a_praktik_turns_into_paid_hours_and_into_a_job(world: World) -> None:
    await world.hear((agreed(**praktik()), 1))
    await world.on(START)
    path = f"/placements/{MATCH}"
    await world.post(f"{path}/start", {"on": "2026-11-09"})
    answers = {"kind": "first-day", "answered": True, "answers": ["courage"]}
    assert (await world.post(f"{path}/checkins", answers))["next_checkin"] == "2026-11-16"
    paid = {
        "form": "SMAAJOB",
        "hours": 15,
        "times_of_day": ["day"],
        "tasks": ["social_sundhed-02"],
        "from": "2026-12-07",
    }
    assert not (await world.post(f"{path}/stages", paid))["approval_needed"]
    await world.on(date(2026, 12, 7))
    await world.post(f"{path}/end", {"reason": "goal-reached", "on": "2026-12-07", "gains": ["courage"]})
    job = {"outcome": "O-ORDINARY", "hours": 30, "on": "2026-12-07"}
    assert (await world.post(f"{path}/outcomes", job))["when"] == "0"

    said = [(what, data) for what, data in await world.said() if what != "placement.checkin-due"]
    assert [what for what, _ in said] == [
        "placement.planned",
        "placement.started",
        "placement.checked-in",
        "placement.stage-planned",
        "placement.stage-changed",
        "placement.ended",
        "placement.outcome-recorded",
    ]
    assert said[4][1]["stage"]["from"] == "2026-12-07"
    shown = await world.get(path, role="kommune", kommune="0410")
    assert [stage["form"] for stage in shown["stages"]] == ["VIRKSOMHEDSPRAKTIK", "SMAAJOB"]
    assert shown["outcomes"][0]["outcome"] == "O-ORDINARY"


async def test_check_ins_are_said_on_their_days_across_a_restart(world: World) -> None:
    await world.hear((agreed(), 1))
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    world.spine = Spine(world.pool, service.book(OwnSettings()), world.clock)
    await world.on(date(2026, 11, 16))
    due = [(data["kind"], data["on"]) for what, data in await world.said() if what == "placement.checkin-due"]
    assert due == [("first-day", "2026-11-09"), ("first-week", "2026-11-16")]


async def test_a_withdrawal_and_an_agreement_that_cross_end_cancelled_in_either_order(world: World) -> None:
    withdrawn = CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved")
    await world.hear((agreed(), 1))
    await world.hear((withdrawn, 2))
    await world.hear((agreed(match_id=an_id(60)), 1))
    cancelled = [data["placement_id"] for what, data in await world.said() if what == "placement.cancelled"]
    assert cancelled == [MATCH, an_id(60)]


async def test_a_leaders_call_for_help_is_on_top_of_the_agenda_until_somebody_helps(world: World) -> None:
    await world.hear((agreed(), 1))
    company = {"about": "company", "about_id": COMPANY, "code": "C-ADMIN-FRIKORT"}
    first = await world.post("/challenges", company)
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PHONE"}
    second = await world.post("/challenges", trouble, role="leader", leader=LEADER)
    assert second["phone_promise"]["da"] == "I kan altid ringe."
    on_top = [c["challenge_id"] for c in (await world.get("/agenda"))["challenges"]]
    assert on_top == [second["challenge_id"], first["challenge_id"]]

    help_ = {"challenge_id": second["challenge_id"], "code": "I-TASK-CHANGE", "by": "leader", "minutes": 20}
    tried = await world.post("/interventions", help_)
    on_top = [c["challenge_id"] for c in (await world.get("/agenda"))["challenges"]]
    assert on_top == [first["challenge_id"], second["challenge_id"]]

    await world.post(f"/interventions/{tried['intervention_id']}/result", {"result": "solved"})
    assert [c["challenge_id"] for c in (await world.get("/agenda"))["challenges"]] == [first["challenge_id"]]
    shown = await world.get(f"/placements/{MATCH}", role="leader", leader=LEADER)
    assert (shown["challenges"][0]["closed"], shown["interventions"][0]["result"]) == (True, "solved")


async def test_the_agenda_shows_what_is_due_what_comes_and_what_stands_still(world: World) -> None:
    await world.hear((agreed(**praktik()), 1))
    assert (await world.get("/agenda?days=7"))["coming"][0]["kind"] == "first-day"
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    await world.on(date(2026, 12, 7))
    agenda = await world.get("/agenda")
    assert [p["placement_id"] for p in agenda["approval_expired"]] == [MATCH]
    refused = await world.ask("POST", f"/placements/{MATCH}/resume")
    assert (refused.status, refused.json["rule"]) == (422, "R-PAY-1")
    await world.on(date(2026, 12, 14))
    assert [c["kind"] for c in (await world.get("/agenda"))["due"]] == ["after-change"]


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    await world.hear((agreed(), 1))
    await hide_from_kommuner("followup.aggregate")
    path, at_place = f"/placements/{MATCH}", f"/placements?place_id={PLACE}"
    assert (await world.ask("GET", path, role="kommune", kommune="0410")).status == 404
    assert await world.get(at_place, role="kommune", kommune="0410") == []
    assert (await world.get(path))["placement_id"] == MATCH


async def test_leaders_and_kommuner_see_their_own_and_nobody_elses(world: World) -> None:
    await world.hear((agreed(), 1))
    path, at_place = f"/placements/{MATCH}", f"/placements?place_id={PLACE}"
    for who in ({"role": "leader", "leader": LEADER}, {"role": "kommune", "kommune": "0410"}):
        assert (await world.get(path, **who))["placement_id"] == MATCH
        assert [p["placement_id"] for p in await world.get(at_place, **who)] == [MATCH]
    for who in ({"role": "leader", "leader": an_id(99)}, {"role": "kommune", "kommune": "0607"}):
        assert (await world.ask("GET", path, **who)).status == 404
        assert await world.get(at_place, **who) == []
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PHONE"}
    assert (await world.ask("POST", "/challenges", trouble, role="leader", leader=an_id(99))).status == 404
    assert (await world.ask("POST", f"{path}/start", {"on": "2026-11-09"}, role="leader", leader=LEADER)).status == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/placements/{an_id(99)}/start", {"on": "2026-11-09"}, 404),
        ("/challenges", {"about": "company", "about_id": an_id(99), "code": "C-PACE"}, 404),
        ("/challenges", {"about": "placement", "about_id": MATCH, "code": "C-DIAGNOSIS"}, 422),
        (f"/placements/{MATCH}/cancel", {"reason": "bad-weather"}, 422),
        (f"/placements/{MATCH}/end", {"reason": "company", "on": "2026-11-09"}, 409),
    ],
)
async def test_what_cannot_be_is_a_problem_and_changes_nothing(
    world: World, path: str, body: dict[str, Any], status: int
) -> None:
    await world.hear((agreed(), 1))
    before = await world.said()
    assert (await world.ask("POST", path, body)).status == status
    assert await world.said() == before
