"""Intake over HTTP, on a real PostgreSQL: signing up, and what is refused at the edge."""

import asyncio
import base64
import json
import re
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from intake.app import service
from intake.commands.people import Erase
from shared.catalogue.codes import LISTS
from tests.intake_served import MASTER_KEY, SIGN_UP, said, search, served, signed_up, token


async def test_signing_up_gives_nothing_away_and_a_double_click_is_one_leader(intake: SimpleNamespace) -> None:
    first = await intake.client.post("/leaders", json=SIGN_UP)
    again = await intake.client.post("/leaders", json=SIGN_UP)
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert call["again"] is None, "the same was said"
    written = await intake.client.post("/leaders", json=SIGN_UP | {"email": "LEDER@vagtcentral.example "})
    assert {answer.status_code for answer in (first, again, written)} == {202}
    assert first.content == again.content == written.content
    assert await said(intake) == ["leader.signed-up", "leader.signed-up-again", "leader.signed-up-again"]


async def test_who_signs_up_again_with_other_data_is_called_and_both_are_shown(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    await intake.client.post("/leaders", json=SIGN_UP | {"phone": "20123458", "postnr": "8000"})
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert (call["leader_id"], call["phone"], call["postnr"]) == (leader_id, "+4520123456", "6700")
    assert (call["again"]["phone"], call["again"]["postnr"]) == ("+4520123458", "8000")
    found = await intake.client.post("/leaders/search", json={"phone": "20123458"}, headers=token("consultant"))
    assert [person["person_id"] for person in found.json()] == [leader_id]
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    assert await intake.pool.fetchval("SELECT count(*) FROM person") == 0


@pytest.mark.parametrize("other", ["leder@vagtcentral.example", "kollega@vagtcentral.example"])
async def test_no_key_tells_whether_an_address_has_joined(intake: SimpleNamespace, other: str) -> None:
    await intake.client.post("/leaders", json=SIGN_UP)
    key = {"Idempotency-Key": "a-strangers-key"}
    own = SIGN_UP | {"email": "stranger@elsewhere.example"}
    answers = [
        await intake.client.post("/leaders", json=body, headers=key) for body in (own, SIGN_UP | {"email": other}, own)
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1


async def test_many_of_one_new_company_at_once_are_one_company_whose_id_tells_nothing(intake: SimpleNamespace) -> None:
    bodies = [SIGN_UP | {"email": f"leder{n}@vagtcentral.example"} for n in range(8)]
    answers = await asyncio.gather(*(intake.client.post("/leaders", json=body) for body in bodies))
    assert {answer.status_code for answer in answers} == {202}
    events = [json.loads(row["value"]) for row in await intake.pool.fetch("SELECT value FROM outbox")]
    assert len(events) == 8
    assert sum(event["first_of_company"] for event in events) == 1
    for name in ("company_id", "workplace_id"):
        [id_] = {event[name] for event in events}
        assert UUID(id_).version == 7, "random: no hash of a number"


async def test_only_a_kickoff_of_the_list_is_told_of(intake: SimpleNamespace) -> None:
    kickoff = {"id": "vildbjerg", "name": "Vildbjerg", "kommune": "0657", "held_on": "2023-02-01"}
    assert (await intake.client.post("/kickoffs", json=kickoff, headers=token("consultant"))).status_code == 201
    assert (await intake.client.get("/kickoffs")).json() == [kickoff]
    other = await intake.client.post("/kickoffs", json=kickoff | {"name": "B"}, headers=token("consultant"))
    assert (other.status_code, other.json()["rule"]) == (409, "id-taken")
    right = await intake.client.patch("/kickoffs/vildbjerg", json={"kommune": "0661"}, headers=token("consultant"))
    assert right.status_code == 200
    assert (await intake.client.get("/kickoffs")).json() == [kickoff | {"kommune": "0661"}]
    for n, name in enumerate(("vildbjerg", "Jens Hansens kickoff", None)):
        body = SIGN_UP | {"email": f"leder{n}@vagtcentral.example", "kickoff": name}
        assert (await intake.client.post("/leaders", json=body)).status_code == 202
    events = [json.loads(row["value"]) for row in await intake.pool.fetch("SELECT value FROM outbox ORDER BY id")]
    assert [event.get("kickoff") for event in events] == ["vildbjerg", None, None]


async def test_no_personal_data_lies_in_the_clear_outside_the_vault(intake: SimpleNamespace) -> None:
    await signed_up(intake)
    for table in ("aggregate", "outbox", "person", "person_key", "person_hash", "access_log", "idempotency"):
        text = await intake.pool.fetchval(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
        for secret in ("En Leder", "leder@", "20123456"):
            assert secret not in text
            assert secret.encode().hex() not in text


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("cvr", "13585629", "cvr"),
        ("phone", "12", "phone"),
        ("postnr", "0001", "postnr"),
        ("email", "x", "email"),
        ("sector", "no-such", "unknown-code"),
        ("company_name", "Firma 010190-1234", "personal-data"),
    ],
)
async def test_bad_input_is_refused_by_field_rule_and_way_out(
    intake: SimpleNamespace, field: str, value: str, rule: str
) -> None:
    answer = await intake.client.post("/leaders", json=SIGN_UP | {field: value})
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["field"].split(".")[-1] == field
    assert problem["rule"] == rule
    assert problem["da"] != problem["en"]
    assert value not in answer.text or len(value) < 3 or rule == "unknown-code"


async def test_an_unknown_field_is_refused_with_those_that_are_known(intake: SimpleNamespace) -> None:
    problem = (await intake.client.post("/leaders", json=SIGN_UP | {"nickname": "x"})).json()
    assert (problem["field"], problem["rule"]) == ("body", "unknown-field")
    assert "nickname" not in str(problem)
    assert "p_number" in problem["errors"][0]["da"]


async def test_a_leader_sees_only_what_is_theirs(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    other = token("leader", leader="0199ab00-0000-7000-8000-000000000000")
    assert (await intake.client.get(f"/leaders/{leader_id}/status", headers=other)).status_code == 404
    assert (await intake.client.get("/calls", headers=other)).status_code == 403


async def test_what_does_not_exist_is_a_404_and_code_lists_are_open(intake: SimpleNamespace) -> None:
    nobody = "0199ab00-0000-7000-8000-000000000000"
    for path in (f"/places/{nobody}", f"/referrals/{nobody}/place"):
        answer = await intake.client.get(path, headers=token("consultant"))
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:lederalliancen:problem:not-found")
    codes: Any = (await intake.client.get("/codes/sectors")).json()
    [trade] = [code for code in codes["codes"] if code["code"] == "trade"]
    assert (trade["da"], trade["en"], trade["valid_from"], trade["valid_to"]) == ("Handel", "Trade", None, None)


async def test_all_lists_tasks_and_rules_are_open_in_both_languages_with_their_sources(intake: SimpleNamespace) -> None:
    lists: Any = (await intake.client.get("/codes")).json()
    assert [one["list"] for one in lists] == [*LISTS]
    assert lists[0] == (await intake.client.get(f"/codes/{LISTS[0]}")).json()
    found: Any = (await intake.client.get("/tasks")).json()
    assert {task["category"] for task in found["tasks"]} == {one["category"] for one in found["categories"]}
    assert len(found["tasks"]) == 65 + 12, "and one in own words for each category"
    rules: Any = (await intake.client.get("/rules")).json()
    by_id = {rule["rule"]: rule for rule in rules}
    assert by_id["R-PAY-1"]["severity"] == "block"
    said = [*(code for one in lists for code in one["codes"]), *found["tasks"], *rules]
    assert all(one["da"] and one["en"] for one in said)
    assert all(one["source"] for one in rules)


async def test_without_kafka_since_the_start_sign_ups_are_taken_and_nobodys_contact_data_are_opened(
    database: str,
) -> None:
    """Kafka may hold that somebody in this database was erased since."""
    await service.migrate(database)
    async with served(database) as intake:
        ready = await intake.client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["reasons"]["people"].startswith("contact data stay closed")
        assert (await intake.client.post("/leaders", json=SIGN_UP)).status_code == 202
        shut = await intake.client.get("/calls", headers=token("consultant"))
        assert (shut.status_code, shut.headers["retry-after"]) == (503, "5")
        assert (await search(intake, phone="20123456")).status_code == 503
        leader_id = await intake.pool.fetchval("SELECT id FROM person")
        own = token("leader", leader=str(leader_id))
        assert (await intake.client.get(f"/leaders/{leader_id}/status", headers=own)).status_code == 200
        assert await intake.pool.fetchval("SELECT count(*) FROM access_log") == 0


async def test_who_joins_twice_is_one_leader_before_during_and_after_a_change_of_the_master_key(
    intake: SimpleNamespace, database: str
) -> None:
    await signed_up(intake)
    new = base64.b64encode(b"n" * 32).decode()
    another = SIGN_UP | {"email": "anden@vagtcentral.example"}

    async def joined() -> list[str]:
        return [
            row["id"] for row in await intake.pool.fetch("SELECT id FROM aggregate WHERE kind = 'leader' ORDER BY id")
        ]

    [first] = await joined()
    async with served(database, master_key=new, old_master_key=MASTER_KEY) as during:
        await during.client.post("/leaders", json=SIGN_UP)
        assert await joined() == [first]
        await during.client.post("/leaders", json=another)
        _, second = await joined()
        await intake.client.post("/leaders", json=another)  # a replica that knows the old key alone
        assert await joined() == [first, second]
        both = during.runtime.vault
        assert await both.rotate(during.pool, service.renew, batch=1) == 2
        await during.client.post("/leaders", json=SIGN_UP)
    async with served(database, master_key=new) as after:
        for asked in (SIGN_UP, another):
            await after.client.post("/leaders", json=asked)
        assert await joined() == [first, second]
        [found] = (await search(after, email="LEDER@vagtcentral.example")).json()
        assert (found["person_id"], found["name"]) == (first, "En Leder")
        assert await both.rotate(after.pool, service.renew, batch=1) == 0, "once more, as the runbook says"
        hashes = [(row["person_id"], row["hash"]) for row in await after.pool.fetch("SELECT * FROM leader_email")]
        emails = {first: SIGN_UP["email"], second: another["email"]}
        renewed = [(UUID(person), *after.runtime.vault.hashes_of("email", email)) for person, email in emails.items()]
        assert sorted(hashes) == sorted(renewed), "nothing of the old key is left"


async def test_the_same_address_eight_times_at_once_is_one_leader(intake: SimpleNamespace) -> None:
    answers = await asyncio.gather(*(intake.client.post("/leaders", json=SIGN_UP) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert await said(intake) == ["leader.signed-up"] + ["leader.signed-up-again"] * 7
    assert len((await intake.client.get("/calls", headers=token("consultant"))).json()) == 1


async def test_a_name_of_spaces_is_no_name(intake: SimpleNamespace) -> None:
    refused = await intake.client.post("/leaders", json=SIGN_UP | {"name": "   "})
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, "name", "too-short")
    assert refused.json()["errors"][0]["da"] == "Her skal stå noget."


@pytest.mark.parametrize("text", ["\u0000", "\ud800"])
async def test_text_that_no_database_takes_is_refused_by_field(intake: SimpleNamespace, text: str) -> None:
    body = json.dumps(SIGN_UP | {"company_name": f"Firma {text}"})
    answer = await intake.client.post("/leaders", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, "company_name")


# -- in which kommune, and whom a line is about ------------------------------------------------------------------------

FROM_A_PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}


async def test_who_signs_up_is_asked_for_the_kommune_where_the_postal_code_lies_in_several(
    intake: SimpleNamespace,
) -> None:
    async def sent(**more: str) -> httpx.Response:
        typed = SIGN_UP | {"postnr": "7442"} | more
        answer: httpx.Response = await intake.client.post("/tilmeld", data=typed, headers=FROM_A_PAGE)
        return answer

    for more in ({}, {"kommune": "0101"}):  # nothing was said, or of another postal code
        asked = await sent(**more)
        assert asked.status_code == 422
        assert re.findall(r'type="radio" name="kommune" value="([\w-]+)"', asked.text) == ["0756", "0740", "ved-ikke"]
        assert "Postnummeret ligger i flere kommuner." in asked.text
        for typed in (SIGN_UP | {"postnr": "7442"}).values():
            assert f'"{typed}"' in asked.text, "nothing is lost"
    assert (await sent(kommune="0740")).status_code == 303
    kommune = "SELECT state->>'kommune' AS kommune, state->>'kommune_chosen' AS chosen FROM aggregate WHERE id = $1"
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert [*await intake.pool.fetchrow(kommune, call["leader_id"])] == ["0740", "true"]
    assert (await sent(postnr="6700", kommune="0740", email="a@b.example")).status_code == 303, "another question"
    part = await intake.client.get("/tilmeld?postnr=8471", headers={"accept": "*/*", "hx-request": "true"})
    assert "Favrskov Kommune" in part.text


async def test_a_guess_at_the_kommune_says_that_it_is_one_until_it_is_put_right(intake: SimpleNamespace) -> None:
    consultant = {"accept": "text/html"} | token("consultant")
    typed = SIGN_UP | {"postnr": "7442", "kommune": "ved-ikke"}
    assert (await intake.client.post("/tilmeld", data=typed, headers=FROM_A_PAGE)).status_code == 303
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    leader_id = call["leader_id"]
    draft = await intake.client.post("/places", json={"leader_id": leader_id}, headers=token("consultant"))
    place = f"/pladser/{draft.json()['place_id']}"
    guess = "Kommunen er gættet ud fra postnummeret: Ikast-Brande Kommune (53 %)."
    for path in (f"/ledere/{leader_id}", place):
        shown = (await intake.client.get(path, headers=consultant)).text
        assert guess in shown
        assert f'href="{path}/ret#felt-kommune"' in shown
    wrong = (await intake.client.get(f"/ledere/{leader_id}/ret", headers=consultant)).text
    assert "Gættet ud fra postnummeret: Ikast-Brande Kommune (53 %)." in wrong
    leader = {"accept": "text/html"} | token("leader", leader=leader_id)
    assert "Sig det til konsulenten, hvis den er forkert." in (await intake.client.get(place, headers=leader)).text
    assert "Ikast-Brande Kommune (gættet)" in (await intake.client.get("/min-side", headers=leader)).text
    for path in (f"/leaders/{leader_id}", f"/places/{place.removeprefix('/pladser/')}"):
        asked = await intake.client.patch(path, json={"kommune": "0756"}, headers=token("consultant"))
        assert asked.status_code == 200
    for path in (f"/ledere/{leader_id}", place, f"/ledere/{leader_id}/ret"):
        assert "gættet" not in (await intake.client.get(path, headers=consultant)).text.lower()


async def test_a_line_elsewhere_says_whom_it_is_about_and_the_reading_is_logged(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    draft = {"leader_id": leader_id, "postnr": "6720"}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    part = {"accept": "text/html", "hx-request": "true"} | token("consultant")
    for path, town in ((f"/pladser/{place_id}/hvem", "Fanø"), (f"/ledere/{leader_id}/hvem", "Esbjerg")):
        shown = await intake.client.get(path, headers=part)
        assert (shown.status_code, f"<strong>Vagtcentralen</strong>, {town} · " in shown.text) == (200, True)
        ring = f'<a href="/ledere/{leader_id}">En Leder</a>, <a href="tel:+45-20-12-34-56">20 12 34 56</a>'
        assert ring in shown.text
        logged = "SELECT count(*) FROM access_log WHERE person_id = $1::uuid AND route = $2"
        route = path.replace(place_id, "{id}").replace(leader_id, "{id}")
        assert await intake.pool.fetchval(logged, leader_id, f"GET {route}") == 1
    assert (await intake.client.get(f"/pladser/{uuid4()}/hvem", headers=part)).status_code == 404
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    shown = await intake.client.get(f"/pladser/{place_id}/hvem", headers=part)
    assert ("En Leder" in shown.text, "lederen er slettet" in shown.text) == (False, True)
    assert "tel:" not in shown.text
