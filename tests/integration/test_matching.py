"""Matching on a real PostgreSQL: events in any order, people over HTTP, and two who want the last seat."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncpg
import pytest
import structlog
from httpx import ASGITransport, AsyncClient, Response

from matching.app import service
from matching.commands import AnswerGate, LeaderAnswers
from matching.queries.matches import matches_of
from matching.state.matches import Match
from matching.state.places import Place
from shared import db
from shared.clock import Clock
from shared.events.base import Event
from shared.events.intake import PlaceFilled, PlaceReopened
from shared.settings import OwnSettings, Settings
from shared.spine.aggregates import one
from shared.spine.decision import Refused
from shared.spine.engine import Spine
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from shared.web.access import mint
from tests.unit.matching.world import (
    ESBJERG,
    LEADER,
    NOW,
    PLACE,
    PLACEMENT,
    VARDE,
    about_place,
    answer,
    ended,
    opened,
    proposed,
    sent,
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


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    await service.migrate(database)
    pool = await db.connect_pool(database, "matching")
    yield World(pool, database)
    await pool.close()


async def test_from_proposal_to_agreement_over_http(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()

    cleared = await world.ask("POST", f"/matches/{match}/gate", {"answers": {"met-each-other": True}})
    assert cleared.status_code == 200
    assert "met-each-other" not in cleared.json()["gate_missing"]
    rest = dict.fromkeys(cleared.json()["gate_missing"], True)
    await world.ask("POST", f"/matches/{match}/gate", {"answers": rest})

    yes = await world.ask("POST", f"/matches/{match}/approvals", {"answer": "yes"}, role="leader", leader=LEADER)
    assert (yes.json()["missing"], yes.json()["held_until"]) == (["young-person"], "2026-12-07")
    await world.hear(answer(match, "young-person", "yes"))

    shown = (await world.ask("GET", f"/matches/{match}", role="leader", leader=LEADER)).json()
    assert (shown["state"], shown["missing"], shown["gate_missing"]) == ("agreed", [], [])
    assert shown["next"] == "Det er aftalt. Første dag er 14.12.2026. I kan altid ringe."
    assert await world.said() == ["match.proposed", "match.approved", "match.approved", "match.agreed"]


async def test_what_comes_in_the_wrong_order_ends_the_same(world: World) -> None:
    place, referral, proposal = (world.record(event) for event in (opened(), sent(), proposed()))
    for record in (proposal, referral, place, proposal, referral):
        await world.spine.consume([record])
    assert await world.said() == ["match.proposed"]
    (match,) = await matches_of(world.pool, PLACE)
    found = await one(world.pool, Place, PLACE)
    assert found
    assert set(found.spots) == {match.id}
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_a_reopened_place_is_parked_until_its_placement_has_ended(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()
    answers = dict.fromkeys((await world.match(match)).gate, True)
    await world.spine.execute(AnswerGate(match_id=match, answers=answers), by="consultant")
    await world.hear(answer(match, "young-person", "yes"))
    await world.spine.execute(LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None), by="leader")
    await world.settle()
    reopened = PlaceReopened(**about_place("open"), agreed_at=NOW.date(), placement_id=PLACEMENT)
    await world.hear(PlaceFilled(**about_place("filled")), reopened)
    assert await world.pool.fetchval("SELECT waits_kind || ' ' || waits_id FROM parked") == f"place {PLACE}"
    await world.hear(ended(match))
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 0
    await world.propose(1)
    assert (await world.said())[-2:] == ["match.agreed", "match.proposed"]


async def test_of_two_who_say_yes_at_once_to_the_last_seat_one_gets_it(world: World) -> None:
    await world.hear(opened(), sent())
    matches = [await world.propose(n) for n in range(4)]
    yes = [LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None) for match in matches]
    answers = await asyncio.gather(*(world.spine.execute(asked, by="leader") for asked in yes), return_exceptions=True)
    assert [no.rule for no in answers if isinstance(no, Refused)] == ["no-seat"] * 3
    assert (await world.said()).count("match.approved") == 1


async def test_everybody_sees_their_own_matches_only(world: World) -> None:
    await world.hear(opened(), sent())
    own, other = await world.propose(0), await world.propose(1, kommune=VARDE)
    listed = f"/matches?place_id={PLACE}"

    async def ids(**who: Any) -> set[str]:
        return {match["match_id"] for match in (await world.ask("GET", listed, **who)).json()}

    assert await ids() == await ids(role="leader", leader=LEADER) == {own, other}
    assert await ids(role="kommune", kommune=ESBJERG) == {own}
    assert (await world.ask("GET", f"/matches/{other}", role="kommune", kommune=ESBJERG)).status_code == 404
    assert (await world.ask("GET", listed, role="leader", leader=NOWHERE)).status_code == 404
    assert (await world.ask("GET", f"/matches/{own}", role="leader", leader=NOWHERE)).status_code == 404
    approvals = f"/matches/{own}/approvals"
    assert (await world.ask("POST", approvals, {"answer": "yes"}, role="leader", leader=NOWHERE)).status_code == 404
    assert (await world.ask("POST", approvals, {"answer": "yes"}, role="kommune", kommune=ESBJERG)).status_code == 403
    gate = f"/matches/{own}/gate"
    assert (await world.ask("POST", gate, {"answers": {}}, role="leader", leader=LEADER)).status_code == 403
    assert await world.said() == ["match.proposed", "match.proposed"]


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    await world.hear(opened(), sent())
    match, kommune = await world.propose(0), {"role": "kommune", "kommune": ESBJERG}
    await hide_from_kommuner("matching.aggregate")
    assert (await world.ask("GET", f"/matches/{match}", **kommune)).status_code == 404
    assert (await world.ask("GET", f"/matches?place_id={PLACE}", **kommune)).json() == []
    assert (await world.ask("GET", f"/matches/{match}")).status_code == 200


async def test_a_place_that_is_nowhere_and_one_without_its_own_matches_look_alike_to_a_kommune(world: World) -> None:
    await world.hear(opened())
    for place in (PLACE, NOWHERE):
        answer = await world.ask("GET", f"/matches?place_id={place}", role="kommune", kommune=VARDE)
        assert (answer.status_code, answer.json()) == (200, [])


async def test_what_is_another_ones_answers_as_what_is_nowhere(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose(0)
    strangers = [{"role": "kommune", "kommune": VARDE}, {"role": "leader", "leader": NOWHERE}]
    for who in strangers:
        with structlog.testing.capture_logs() as lines:
            answers = [await world.ask("GET", f"/matches/{id_}", **who) for id_ in (match, NOWHERE)]
        assert [line["sub"] for line in lines if line["event"] == "not_own"] == ["-".join(["local", *who.values()])] * 2
        foreign, unknown = ({**a.json(), "instance": "", "correlation_id": ""} for a in answers)
        assert foreign == unknown
        assert [a.status_code for a in answers] == [404, 404]


async def test_what_cannot_be_used_is_refused_with_field_and_rule(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()
    gate, approvals = f"/matches/{match}/gate", f"/matches/{match}/approvals"
    cases: list[tuple[str, Any, int, str, str]] = [
        (gate, {"answers": {"is-it-nice": True}}, 422, "answers.is-it-nice.[key]", "unknown-code"),
        (gate, {"answers": {"next-step-planned": True}}, 422, "answers.next-step-planned", "unknown-code"),
        (gate, {"answers": {}}, 422, "answers", "too-few"),
        (approvals, {"answer": "none"}, 422, "answer", "unknown-code"),
        (approvals, {"answer": "no", "reason": "dull"}, 422, "reason", "unknown-code"),
    ]
    for path, body, status, field, rule in cases:
        problem = await world.ask("POST", path, body)
        said = problem.json()
        assert (problem.status_code, said["field"], said["rule"]) == (status, field, rule), body
    await world.ask("POST", approvals, {"answer": "no", "reason": "tasks"})
    late = await world.ask("POST", approvals, {"answer": "yes"})
    assert (late.status_code, late.json()["rule"]) == (409, "state")
    for path in (f"/matches/{PLACE}", f"/matches?place_id={PLACEMENT}"):
        assert (await world.ask("GET", path)).status_code == 404
