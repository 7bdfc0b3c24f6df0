"""The gateway on a real PostgreSQL: replies by both ways in, each counted once and answered."""

from collections.abc import AsyncIterator
from uuid import uuid4

import orjson
import pytest
from httpx import AsyncClient

from shared.spine.envelope import Record
from tests.gateway_served import OUT, World, event, served, token
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    PROPOSAL,
    TEST,
    reply_record,
)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


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


async def test_a_nul_in_a_header_stops_nobody(world: World) -> None:
    one_, two = (reply_record(ESBJERG, "nonsense", {}, offset=n) for n in (1, 2))
    named = Record(one_.topic, 0, 1, one_.key, one_.value, [*one_.headers, ("a\0b", b"1")])
    valued = Record(two.topic, 0, 2, two.key, two.value, [*two.headers, ("junk", b"a\0b")])
    await world.reply(named, valued, reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, offset=3))
    assert await world.state() == "accepted"
    assert (await world.said(f"k.{ESBJERG}.referrals.v1")).count("reply.refused") == 2
