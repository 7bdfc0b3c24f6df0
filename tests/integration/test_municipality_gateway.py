"""The gateway on a real PostgreSQL: replies by both ways in, the gate before a deadline, and who may see what."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from aiokafka import TopicPartition
from httpx import ASGITransport, AsyncClient, Response

from municipality_gateway.app import service
from municipality_gateway.collect import collect
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
from shared.spine.redrive import redrive
from shared.spine.work import Outgoing, Work
from shared.web.access import mint
from tests.unit.municipality_gateway.world import (
    CONTACT,
    ESBJERG,
    FANOE,
    LEADER,
    MONDAY,
    PLACE,
    PROPOSAL,
    TEST,
    opened,
    reply_record,
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


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
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


async def test_a_reply_delivered_twice_counts_once_and_its_id_cannot_be_used_for_another(world: World) -> None:
    yes = reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, id="svar", offset=0)
    again = Record(yes.topic, 0, 1, yes.key, yes.value, yes.headers)
    other = reply_record(ESBJERG, "rejected", {"referral_id": world.referral, "reason": "hours"}, id="svar", offset=2)
    await world.reply(yes, again)
    await world.reply(other)
    assert (await world.said(OUT))[1:] == ["referral.accepted", "reply.taken", "reply.refused"]
    assert await world.state() == "accepted"
    answer = await world.http("GET", f"/kommuner/{ESBJERG}/replies/svar", token("kommune", kommune=ESBJERG))
    assert answer.json()["state"] == "taken"


async def test_a_refused_reply_is_a_dead_letter_with_its_reason_and_an_unreadable_one_does_not_stop_the_next(
    world: World,
) -> None:
    broken = reply_record(ESBJERG, "seen", {}, headers=[("ce_id", None)], offset=0)
    personal = reply_record(ESBJERG, "seen", {"referral_id": "010203-1234"}, offset=1)
    named = reply_record(ESBJERG, "seen", {"referral_id": world.referral, "name": "Anders And"}, offset=3)
    await world.reply(broken, personal, named, reply_record(ESBJERG, "seen", {"referral_id": world.referral}, offset=2))
    assert sorted((await world.said(OUT))[1:]) == ["reply.refused"] * 3 + ["reply.taken"]
    dead = await world.pool.fetch('SELECT * FROM dead_letter ORDER BY "offset"')
    assert {row["status"] for row in dead} == {"refused"}
    assert [row["error"] for row in dead] == ["wrong-type", "personal-data", "unknown-field"]
    assert not any(row["key"] or row["value"] or row["headers"] for row in dead)


async def test_a_tombstone_on_a_kommunes_topic_is_answered_and_holds_nothing_up(world: World) -> None:
    bare = Record(reply_record(ESBJERG, "seen", {}).topic, 0, 0, world.referral.encode(), None, ())
    named = reply_record(ESBJERG, "seen", {}, id="tom", offset=1)
    named = Record(named.topic, 0, 1, named.key, None, named.headers)
    await world.reply(bare, named, reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, offset=2))
    assert (await world.said(OUT))[1:] == ["reply.refused", "reply.refused", "referral.accepted", "reply.taken"]
    assert await world.state() == "accepted"
    answer = await world.http("GET", f"/kommuner/{ESBJERG}/replies/tom", token("kommune", kommune=ESBJERG))
    assert (answer.json()["state"], answer.json()["rule"]) == ("refused", "missing-field")


async def test_a_reply_over_http_takes_the_way_through_the_kommunes_own_topic(world: World) -> None:
    mine = token("kommune", kommune=ESBJERG)
    body = event("candidate-proposed", {"referral_id": world.referral, **PROPOSAL})
    given = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    assert given.status_code == 202
    assert (await world.http("GET", given.headers["location"], mine)).json()["state"] == "pending"
    assert await world.state() == "requested"
    await world.reply(*await world.relay())
    assert (await world.http("GET", given.headers["location"], mine)).json()["state"] == "taken"
    assert await world.state() == "in-progress"


async def test_who_gave_a_reply_on_a_kommunes_behalf_stands_beside_it(world: World) -> None:
    body = event("candidate-proposed", {"referral_id": world.referral, **PROPOSAL})
    given = await world.http("POST", f"/kommuner/{ESBJERG}/replies", token("consultant"), json=body)
    assert given.status_code == 202
    assert await world.pool.fetchval("SELECT given_by FROM reply") == "local-consultant"


async def test_over_http_a_refusal_names_field_rule_and_the_way_out(world: World) -> None:
    mine = token("kommune", kommune=ESBJERG)
    body = event("rejected", {"referral_id": world.referral, "reason": "træt"})
    given = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    await world.reply(*await world.relay())
    answer = (await world.http("GET", given.headers["location"], mine)).json()
    assert (answer["state"], answer["field"], answer["rule"]) == ("refused", "reason", "unknown-code")
    assert answer["da"]
    assert answer["en"]


async def test_the_same_reply_over_http_again_is_sent_once_and_another_one_under_its_id_is_refused(
    world: World,
) -> None:
    mine = token("kommune", kommune=ESBJERG)
    body = event("accepted", {"referral_id": world.referral})
    for _ in range(2):
        assert (await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)).status_code == 202
    other = {**body, "data": {"referral_id": world.referral, "company_known": True}}
    refused = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=other)
    assert (refused.status_code, refused.json()["rule"]) == (409, "id-reused")
    assert len(await world.relay()) == 1


@pytest.mark.parametrize("missing", ["id", "source"])
async def test_what_could_not_be_told_apart_is_refused_at_once(world: World, missing: str) -> None:
    body = {k: v for k, v in event("seen", {"referral_id": world.referral}).items() if k != missing}
    refused = await world.http("POST", f"/kommuner/{ESBJERG}/replies", token("consultant"), json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, missing)
    assert await world.relay() == []


async def test_the_test_kommune_is_answered(world: World) -> None:
    body = event("accepted", {"referral_id": world.referral})
    given = await world.http("POST", f"/kommuner/{TEST}/replies", token("kommune", kommune=TEST), json=body)
    await world.reply(*await world.relay())
    assert given.status_code == 202
    assert await world.said(f"k.{TEST}.referrals.v1") == ["reply.taken"]
    assert await world.state() == "requested"


async def test_silence_takes_the_place_to_the_next_kommune(world: World) -> None:
    world.clock.now_ = TUESDAY_AFTER
    await world.settle()
    assert await world.state() == "failed"
    assert await world.said("municipality-gateway.v1") == [
        "referral.sent",
        "referral.reminded",
        "referral.expired",
        "referral.sent",
    ]
    assert await world.said(f"k.{FANOE}.referrals.v1") == ["referral.sent"]


async def test_nobody_is_late_while_kafka_is_away_or_its_replies_are_unread(world: World) -> None:
    world.clock.now_ = TUESDAY_AFTER
    world.consumer.failure = "KafkaConnectionError"
    await world.settle()
    assert await world.state() == "requested"
    world.consumer.failure, world.consumer.ends = None, {IN: 1}
    await world.settle()
    assert await world.state() == "requested"
    await world.reply(reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, offset=0))
    assert await world.state() == "accepted"
    assert "referral.expired" not in await world.said(OUT)


async def test_nobody_is_late_while_a_reply_over_http_is_on_its_way(world: World) -> None:
    body = event("accepted", {"referral_id": world.referral})
    await world.http("POST", f"/kommuner/{ESBJERG}/replies", token("consultant"), json=body)
    world.clock.now_ = TUESDAY_AFTER
    await world.settle()
    assert await world.state() == "requested"
    await world.reply(*await world.relay())
    assert await world.state() == "accepted"


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    mine, card = token("kommune", kommune=ESBJERG), {"mentor": "ring", "confirmed_on": "2026-11-01"}
    await world.http("PUT", f"/kommuner/{ESBJERG}/card", token("consultant"), json=card)
    body = event("seen", {"referral_id": world.referral})
    given = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    paths = (
        f"/kommuner/{ESBJERG}",
        "/kommuner",
        "/referrals",
        f"/referrals/{world.referral}",
        given.headers["location"],
    )
    before = [await world.http("GET", path, mine) for path in paths]
    assert [a.status_code for a in before] == [200] * 5
    for table in ("aggregate", "reply"):
        await hide_from_kommuner(f"municipality_gateway.{table}")
    whole, known, listed, one_, reply = [await world.http("GET", path, mine) for path in paths]
    assert (whole.json()["card"].get("confirmed_on"), known.json()[0]["card_version"], listed.json()) == (None, 0, [])
    assert (one_.status_code, reply.status_code) == (404, 404)


async def test_a_kommune_sees_its_own_and_a_leader_sees_who_will_call(world: World) -> None:
    person = {"name": "Kontakt Person", "phone": "76161616", "role": "entrance", "valid_from": "2026-01-01"}
    found = await world.http("GET", f"/referrals/{world.referral}", token("consultant"))
    contact = found.json()["contact_id"]
    put = await world.http("PUT", f"/kommuner/{ESBJERG}/contacts/{contact}", token("consultant"), json=person)
    assert put.status_code == 200
    stranger, leader = token("kommune", kommune=FANOE), token("leader", leader=LEADER)
    for path in (f"/referrals/{world.referral}", f"/kommuner/{ESBJERG}", f"/kommuner/{ESBJERG}/replies/x"):
        assert (await world.http("GET", path, stranger)).status_code == 404
    assert (await world.http("GET", "/referrals", stranger)).json() == []
    assert [k["kommune"] for k in (await world.http("GET", "/kommuner", stranger)).json()] == [FANOE]
    assert (await world.http("GET", f"/referrals/{world.referral}", token("leader", leader=CONTACT))).status_code == 404
    seen = (await world.http("GET", f"/referrals/{world.referral}", leader)).json()
    assert seen["contact"] == {"name": "Kontakt Person", "phone": "+4576161616"}
    assert await world.pool.fetchval("SELECT count(*) FROM access_log WHERE reader LIKE '%leader%'") == 1


async def test_nobody_is_shown_or_registered_before_it_is_known_who_was_erased(world: World) -> None:
    contact = f"/kommuner/{ESBJERG}/contacts/{uuid4()}"
    person = {"role": "youth-unit", "name": "En Person", "valid_from": "2026-11-01"}
    world.awaits_erasures = True
    for method, path, body in (("GET", f"/kommuner/{ESBJERG}", None), ("PUT", contact, person)):
        answer = await world.http(method, path, token("consultant"), json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await world.http("GET", "/referrals", token("consultant"))).status_code == 200
    world.awaits_erasures = False
    assert (await world.http("PUT", contact, token("consultant"), json=person)).status_code == 200


async def test_the_directory_says_where_a_place_would_go_and_in_which_words(world: World) -> None:
    consultant = token("consultant")
    card = {"praktik_approval": "Virksomhedskonsulenten", "confirmed_on": "2026-11-20"}
    for _ in range(2):
        put = await world.http("PUT", f"/kommuner/{ESBJERG}/card", consultant, json=card)
        assert put.json()["card_version"] == 1
    words = {"terms": [{"concept": "youth-unit", "term": "Ungehuset"}]}
    assert (await world.http("PUT", f"/kommuner/{ESBJERG}/terms", consultant, json=words)).status_code == 200
    shown = (await world.http("GET", f"/kommuner/{ESBJERG}", consultant)).json()
    own = {"concept": "youth-unit", "term": "Ungehuset", "of": "own"}
    confirmed = {"confirmed_on": "2026-11-23", "confirmed_by": "local-consultant"}
    assert own | confirmed in shown["terms"]
    assert {"concept": "company-entrance", "term": "erhvervsplaymaker", "of": "map"} in shown["terms"]
    assert {"concept": "support-person", "term": "mentor", "of": "general"} in shown["terms"]
    assert shown["card"]["praktik_approval"] == "Virksomhedskonsulenten"
    assert (shown["card"]["confirmed_by"], shown["card"]["confirmed_on"]) == ("local-consultant", "2026-11-20")
    assert "mentor" in shown["card"]["general"]
    assert shown["card"]["mentor"].startswith("Kommunen kan bevillige en mentor")
    leaders = (await world.http("GET", f"/referrals/{world.referral}", token("leader", leader=LEADER))).json()["card"]
    assert (leaders["praktik_approval"], leaders.get("confirmed_by")) == ("Virksomhedskonsulenten", None)
    route = (await world.http("GET", "/route?postnr=6700", consultant)).json()
    assert [(to["kommune"], to["why"]) for to in route][:2] == [(ESBJERG, "own"), (FANOE, "joint")]
    assert route[0]["reason"] == "Pladsen ligger i Esbjerg Kommune."
    elsewhere = (await world.http("GET", "/route?postnr=6700&kommune=0573", consultant)).json()
    assert (elsewhere[0]["kommune"], elsewhere[0]["why"]) == ("0573", "own")
    assert (await world.http("GET", "/route?postnr=0001", consultant)).status_code == 422
    assert (await world.http("GET", "/kommuner/0000", consultant)).status_code == 404


async def test_the_list_says_when_nobody_is_left_to_ask(world: World) -> None:
    for _ in range(2):
        world.clock.now_ += timedelta(days=14)
        await world.settle()
    listed = (await world.http("GET", f"/referrals?place_id={PLACE}", token("consultant"))).json()
    assert {(row["kommune"], row["state"], row["nobody_left"]) for row in listed} == {
        (ESBJERG, "failed", True),
        (FANOE, "failed", True),
    }
    assert listed[0]["sent_on"] > date(2026, 11, 23).isoformat()


async def test_another_reply_under_a_used_id_is_refused_also_where_only_its_type_differs(world: World) -> None:
    id_ = str(uuid4())
    about = {"referral_id": world.referral}
    await world.reply(reply_record(ESBJERG, "seen", about, offset=1, id=id_))
    await world.reply(reply_record(ESBJERG, "accepted", about, offset=2, id=id_))
    told = await world.said(f"k.{ESBJERG}.referrals.v1")
    assert told[-2:] == ["reply.taken", "reply.refused"]
    assert await world.state() == "requested"


async def test_over_http_an_id_that_was_used_over_kafka_is_refused(world: World) -> None:
    body = event("accepted", {"referral_id": world.referral})
    await world.reply(reply_record(ESBJERG, "seen", body["data"], id=body["id"], source=body["source"]))
    mine = token("kommune", kommune=ESBJERG)
    refused = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "id-reused")


async def test_the_same_content_is_the_same_reply_however_it_came(world: World) -> None:
    """Binary, then structured in another order, then over HTTP; and the other way round."""
    data = {"referral_id": world.referral, "company_known": True}
    body = event("accepted", data)
    mine = token("kommune", kommune=ESBJERG)
    turned = orjson.dumps({**dict(reversed(body.items())), "data": dict(reversed(data.items()))})
    structured = [("content-type", b"application/cloudevents+json")]
    binary = reply_record(ESBJERG, "accepted", data, id=body["id"], source=body["source"], offset=1)
    await world.reply(binary)
    await world.reply(reply_record(ESBJERG, "", {}, value=turned, headers=structured, offset=2))
    given = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    assert (given.status_code, given.json()["state"]) == (202, "taken")
    assert await world.relay() == []
    assert (await world.said(OUT)).count("reply.taken") == 1
    first = {**body, "id": "den-anden-vej"}
    await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=first)
    await world.reply(*await world.relay())
    again = reply_record(ESBJERG, "accepted", data, id=first["id"], source=body["source"], offset=9)
    await world.reply(again)
    assert (await world.said(OUT)).count("reply.taken") == 2
    assert "reply.refused" not in await world.said(OUT)


@pytest.mark.parametrize(
    "hours",
    [b'"hours":NaN', b'"hours":1e999', b'"hours":-Infinity', b'"hours":12,"hours":13'],
    ids=["NaN", "1e999", "-Infinity", "a member twice"],
)
async def test_over_http_what_is_no_json_on_kafka_is_none_either(world: World, hours: bytes) -> None:
    body = event("candidate-proposed", {"referral_id": world.referral, **PROPOSAL, "hours": 77})
    raw = orjson.dumps(body).replace(b'"hours":77', hours)
    assert hours in raw
    mine = {"authorization": f"Bearer {token('kommune', kommune=ESBJERG)}", "content-type": "application/json"}
    async with AsyncClient(transport=world.transport, base_url="http://gateway") as client:
        refused = await client.post(f"/kommuner/{ESBJERG}/replies", content=raw, headers=mine)
    assert refused.status_code == 422
    assert await world.relay() == []


async def test_an_id_of_our_own_form_is_ours(world: World) -> None:
    mine, body = token("kommune", kommune=ESBJERG), event("seen", {"referral_id": world.referral}) | {"id": "offset-7"}
    refused = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, "id")


async def test_an_error_of_ours_is_told_kept_open_and_holds_no_deadline_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = service.handlers.routes
    seen = next(kind for kind in handlers if kind.__name__ == "Seen")
    broken = type(handlers[seen])(lambda work, message: 1 / 0, handlers[seen].keys)
    monkeypatch.setitem(handlers, seen, broken)
    mine, body = token("kommune", kommune=ESBJERG), event("seen", {"referral_id": world.referral})
    await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    await world.reply(*await world.relay())
    answer = await world.http("GET", f"/kommuner/{ESBJERG}/replies/{body['id']}", mine)
    assert (answer.json()["state"], answer.json()["rule"]) == ("refused", "internal")
    assert await world.pool.fetchval("SELECT status FROM dead_letter") == "open"


async def test_a_nul_in_a_header_stops_nobody(world: World) -> None:
    one_, two = (reply_record(ESBJERG, "nonsense", {}, offset=n) for n in (1, 2))
    named = Record(one_.topic, 0, 1, one_.key, one_.value, [*one_.headers, ("a\0b", b"1")])
    valued = Record(two.topic, 0, 2, two.key, two.value, [*two.headers, ("junk", b"a\0b")])
    await world.reply(named, valued, reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, offset=3))
    assert await world.state() == "accepted"
    assert (await world.said(f"k.{ESBJERG}.referrals.v1")).count("reply.refused") == 2


async def test_what_was_said_in_time_counts_also_when_an_error_of_ours_is_mended_days_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = service.handlers.routes
    held = next(kind for kind in handlers if kind.__name__ == "Held")
    with monkeypatch.context() as broken:
        broken.setitem(handlers, held, type(handlers[held])(lambda work, message: 1 / 0, handlers[held].keys))
        data = {"referral_id": world.referral, "reason": "wait-candidate", "until": "2026-11-24"}
        await world.reply(reply_record(ESBJERG, "held", data, at=MONDAY))
    world.consumer.failure = "KafkaConnectionError"  # nobody is late meanwhile
    world.clock.now_ = MONDAY + timedelta(days=3)
    letter = await world.pool.fetchval("SELECT id FROM dead_letter")
    assert await redrive(world.spine, letter, by="operator") == "applied"
    assert await world.state() == "on-hold"


async def test_a_consultant_takes_back_and_asks_whom_she_will(world: World) -> None:
    consultant = token("consultant")
    ask = await world.http("POST", f"/places/{PLACE}/ask", consultant, json={"kommune": "0851"})
    assert (ask.status_code, ask.json()["kommune"]) == (200, "0851")
    back = await world.http(
        "POST", f"/referrals/{world.referral}/recall", consultant, json={"reason": "match-elsewhere"}
    )
    assert back.json()["state"] == "cancelled"
    await world.settle()
    listed = (await world.http("GET", f"/referrals?place_id={PLACE}", consultant)).json()
    assert {(row["kommune"], row["state"]) for row in listed} == {(ESBJERG, "cancelled"), ("0851", "requested")}
    twice = await world.http("POST", f"/places/{PLACE}/ask", consultant, json={"kommune": "0851"})
    assert (twice.status_code, twice.json()) == (200, ask.json()), "a second click"
    unknown = await world.http("POST", f"/places/{uuid4()}/ask", consultant, json={"kommune": "0851"})
    assert unknown.status_code == 404


async def test_who_leaves_is_off_the_list_and_two_entries_become_one(world: World) -> None:
    consultant = token("consultant")
    one_, two, three = (str(uuid4()) for _ in range(3))
    person = {"name": "Kontakt Person", "phone": "76161616", "role": "youth-unit", "valid_from": "2026-01-01"}
    path = f"/kommuner/{ESBJERG}/contacts"
    for id_ in (one_, two, three):
        assert (await world.http("PUT", f"{path}/{id_}", consultant, json=person)).status_code == 200
    gone = await world.http("DELETE", f"{path}/{one_}", consultant)
    merged = await world.http("POST", f"{path}/{two}/merge", consultant, json={"into": three})
    assert (gone.status_code, merged.json()["contact_id"]) == (200, three)
    shown = (await world.http("GET", f"/kommuner/{ESBJERG}", consultant)).json()["contacts"]
    assert [(contact["contact_id"], contact["confirmed_on"]) for contact in shown] == [(three, "2026-11-23")]
    assert await world.pool.fetchval("SELECT count(*) FROM person") == 1


async def test_a_kommune_writes_its_own_directory_and_nobody_elses(world: World) -> None:
    own, others = token("kommune", kommune=ESBJERG), token("kommune", kommune="0851")
    person = {"name": "Kontakt Person", "phone": "76161616", "role": "youth-unit", "valid_from": "2026-01-01"}
    path = f"/kommuner/{ESBJERG}"
    twice = [await world.http("POST", f"{path}/contacts", own, json=person) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [201, 201]
    assert twice[0].json() == twice[1].json(), "a double click"
    hers = f"{path}/contacts/{twice[0].json()['contact_id']}"
    right = await world.http("PUT", hers, own, json=person | {"phone": "76161617"})
    assert right.status_code == 200
    assert (
        await world.http("PUT", f"{path}/card", own, json={"entrance": "Ring til os.", "confirmed_on": "2026-11-23"})
    ).status_code == 200
    assert (await world.http("PUT", f"{path}/terms", own, json={"terms": []})).status_code == 200
    (shown,) = (await world.http("GET", path, own)).json()["contacts"]
    assert (shown["phone"], shown["confirmed_on"]) == ("+4576161617", "2026-11-23")
    nowhere = f"/kommuner/0851/contacts/{uuid4()}"
    for method, body in (("PUT", person), ("DELETE", None)):
        for where, who in ((hers, others), (hers.replace(ESBJERG, "0851"), others), (nowhere, others)):
            assert (await world.http(method, where, who, json=body)).status_code == 404, (method, where)
    assert (await world.http("POST", f"{path}/contacts", others, json=person)).status_code == 404
    assert (await world.http("DELETE", hers, own)).status_code == 200
    assert (await world.http("GET", path, own)).json()["contacts"] == []


async def test_the_desk_says_whom_to_ring_about_what_and_each_reading_is_logged(world: World) -> None:
    consultant = token("consultant")
    (line,) = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert (line["kind"], line["due"], line["kommune"]) == ("no-contact", "2026-11-23", ESBJERG)
    assert (line["referral_id"], line["place_id"], line["leader_id"]) == (world.referral, PLACE, LEADER)
    assert "contact" not in line
    assert await waiting(world) == {(ESBJERG, "no-contact"): 1}
    world.clock.now_ = datetime(2026, 11, 24, 8, tzinfo=UTC)
    await world.settle()
    (line,) = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert (line["due"], line["since"]) == ("2026-11-24", "2026-11-23")
    person = {"name": "Kontakt Person", "phone": "76161616", "role": "youth-unit", "valid_from": "2026-01-01"}
    contact = str(uuid4())
    await world.http("PUT", f"/kommuner/{ESBJERG}/contacts/{contact}", consultant, json=person)
    await world.settle()
    assert (await world.http("GET", "/desk", consultant)).json()["lines"] == []
    world.clock.now_ = datetime(2026, 11, 27, 8, tzinfo=UTC)
    await world.settle()
    (line,) = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert (line["kind"], line["due"]) == ("silent", "2026-11-30")
    assert await waiting(world) == {(ESBJERG, "silent"): 1}
    assert line["da"] == "Esbjerg Kommune har ikke svaret endnu. Ring til kontaktpersonen."
    for month in (6, 7):  # one kommune after the other is silent
        world.clock.now_ = datetime(2027, month, 1, 8, tzinfo=UTC)
        await world.settle()
    desk = (await world.http("GET", "/desk?limit=1", consultant)).json()
    assert (len(desk["lines"]), desk["more"]) == (1, 1)
    lines = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert {line["kind"] for line in lines} == {"nobody-left", "stale-contact"}
    (stale,) = [line for line in lines if line["kind"] == "stale-contact"]
    assert stale["contact"] == {"name": "Kontakt Person", "phone": "+4576161616"}
    assert await world.pool.fetchval("SELECT count(*) FROM access_log WHERE route = 'GET /desk'") >= 1


async def waiting(world: World) -> dict[tuple[str, str], float]:
    """What Prometheus is told of the desk, of every kommune, without the zeros."""
    [family] = await collect(world)  # type: ignore[arg-type]
    assert len(family.samples) == 98 * 5
    return {(s.labels["kommune"], s.labels["what"]): s.value for s in family.samples if s.value}


async def test_the_list_of_referrals_holds_all_that_was_sent_and_leads_to_its_next_page(world: World) -> None:
    for n in range(1, 5):
        await world.hear(opened(place_id=f"10000000-0000-4000-8000-00000000100{n}"))
    mine = token("kommune", kommune=ESBJERG)
    seen: list[str] = []
    path: str | None = "/referrals?limit=2&state=requested"
    pages = 0
    while path:
        answer = await world.http("GET", path, mine)
        seen += [row["referral_id"] for row in answer.json()]
        path = answer.links.get("next", {}).get("url")
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (3, 5, 5)
    whole = (await world.http("GET", f"/referrals?place_id={PLACE}", mine)).json()[0]
    row = await world.pool.fetchval("SELECT value FROM outbox WHERE topic = $1 ORDER BY id LIMIT 1", OUT)
    sent = orjson.loads(row)
    assert sent["place_url"] == f"http://intake.test/referrals/{world.referral}/place"
    assert {name: whole.get(name) for name in sent} == sent


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("state=accepted", 200, 0),
        (f"kommune={FANOE}", 200, 0),
        (f"kommune={ESBJERG}", 200, 1),
        ("state=waiting", 422, None),
        ("stat=requested", 422, None),
        ("after=x", 422, None),
    ],
)
async def test_a_filter_works_or_is_refused(world: World, query: str, status: int, found: int | None) -> None:
    answer = await world.http("GET", f"/referrals?{query}", token("kommune", kommune=ESBJERG))
    assert answer.status_code == status
    assert found is None or len(answer.json()) == found


async def test_a_directory_goes_out_and_in_again_and_a_wrong_line_lets_nothing_in(world: World) -> None:
    consultant = token("consultant")
    rows = [
        "kommune;role;valid_from;name;phone;email",
        f"{ESBJERG};youth-unit;2026-01-01;Una Ungesen;76 16 16 16;una@esbjerg.dk",
        f"{FANOE};entrance;2026-01-01;Ida Indgang;;ida@fanoe.dk",
    ]

    async def bring(text: str, *, dry_run: bool) -> dict[str, Any]:
        answer = await world.http("POST", "/directory", consultant, json={"csv": text, "dry_run": dry_run})
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    text = "\n".join(rows)
    assert await bring(text, dry_run=True) == {"dry_run": True, "done": False, "new": 2, "known": 0, "wrong": []}
    wrong = await bring(f"{text}\n{ESBJERG};chef;2026-01-01;Nina;;", dry_run=False)
    assert (wrong["done"], [(one["line"], one["field"]) for one in wrong["wrong"]]) == (False, [(4, "role")])
    assert await world.pool.fetchval("SELECT count(*) FROM person") == 0
    assert (await bring(text, dry_run=False))["done"]
    out = await world.http("GET", "/directory", consultant)
    assert out.headers["content-type"].startswith("text/csv")
    assert "Una Ungesen" in out.text
    again = await bring(text, dry_run=False)
    assert (again["new"], again["known"]) == (0, 2)  # known by e-mail or phone
    back = await bring(out.text, dry_run=False)
    assert (back["new"], back["known"], back["wrong"]) == (0, 2, [])
    assert await world.pool.fetchval("SELECT count(*) FROM person") == 2
    assert await world.pool.fetchval("SELECT count(*) FROM access_log WHERE route = 'GET /directory'") == 2
    (una,) = [row.split(",")[1] for row in out.text.splitlines() if "Una Ungesen" in row]
    assert (await world.http("DELETE", f"/kommuner/{ESBJERG}/contacts/{una}", consultant)).status_code == 200
    old = await bring(out.text, dry_run=False)
    assert (old["done"], [(one["line"], one["field"]) for one in old["wrong"]]) == (False, [(2, "contact_id")])
    contact = {"role": "youth-unit", "name": "Una Ungesen", "valid_from": "2026-01-01"}
    put = await world.http("PUT", f"/kommuner/{ESBJERG}/contacts/{una}", consultant, json=contact)
    assert (put.status_code, put.json()["rule"]) == (409, "contact-gone")
    assert (await bring(text, dry_run=False))["new"] == 1  # as somebody new
