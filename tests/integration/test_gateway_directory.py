"""The gateway on a real PostgreSQL: who answers for a kommune, and where a place would go."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from tests.gateway_served import World, served, token
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    FANOE,
    LEADER,
)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


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
