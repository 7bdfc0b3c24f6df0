"""Intake over HTTP, on a real PostgreSQL: leaders and colleagues, found and put right."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from intake.commands.people import Erase
from tests.intake_served import SIGN_UP, colleague, read, said, search, signed_up, token


async def correct(intake: SimpleNamespace, leader_id: str, **fields: Any) -> httpx.Response:
    answer: httpx.Response = await intake.client.patch(
        f"/leaders/{leader_id}", json=fields, headers=token("consultant")
    )
    return answer


async def test_a_double_click_adds_one_colleague_and_another_one_with_that_phone_is_another(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    company = (await read(intake, leader_id))["company_id"]

    async def click(**more: str) -> str:
        body = {"leader_id": leader_id, "name": "Buddy Bo", "phone": "20123457", **more}
        added = await intake.client.post(f"/companies/{company}/people", json=body, headers=token("consultant"))
        person_id: str = added.json()["person_id"]
        return person_id

    ids = await asyncio.gather(click(), click(), click())
    assert len({*ids, await click()}) == 1
    assert await click(name="Buddy Bob") not in ids


async def test_a_kommune_that_a_consultant_sets_right_is_chosen_and_one_that_is_only_moved_asks(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake, postnr="8471", kommune="0710")

    async def chosen() -> tuple[str, bool]:
        row = json.loads(await intake.pool.fetchval("SELECT state FROM aggregate WHERE kind = 'leader'"))
        return row["kommune"], row["kommune_chosen"]

    for told, right in (
        ({"postnr": "8471"}, ("0710", True)),
        ({"postnr": "2970"}, ("0223", False)),
        ({"kommune": "0223"}, ("0223", True)),
    ):
        assert (await correct(intake, leader_id, **told)).status_code == 200
        assert await chosen() == right
    refused = await correct(intake, leader_id, kommune="0101")
    assert (refused.status_code, refused.json()["rule"], refused.json()["field"]) == (422, "kommune-postnr", "kommune")


async def test_a_colleague_is_added_once_per_key_and_only_the_companys_own_can_be_named(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    company = await intake.pool.fetchval("SELECT state->>'company_id' FROM aggregate WHERE kind = 'leader'")
    asked = {"leader_id": leader_id, "name": "En Kollega"}
    keyed = token("consultant") | {"Idempotency-Key": "the-same-key"}
    added = [(await intake.client.post(f"/companies/{company}/people", json=asked, headers=keyed)).json() for _ in "12"]
    assert added[0] == added[1]
    draft = {"leader_id": leader_id, "postnr": "8000", "buddy_id": added[0]["person_id"]}
    place = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    shown = (await intake.client.get(f"/places/{place}", headers=token("consultant"))).json()
    assert shown["kommune"] == "0751", "the place lies where its own postal code says"
    stranger = {"contact_id": "0199ab00-0000-7000-8000-000000000000"}
    refused = await intake.client.patch(f"/places/{place}", json=stranger, headers=token("consultant"))
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, "contact_id", "unknown-id")


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("phone", "20123456"),
        ("phone", "+45 20 12 34 56"),
        ("phone", "0045 2012-3456"),
        ("email", "leder@vagtcentral.example"),
        ("email", " LEDER@Vagtcentral.Example "),
        ("name", "leder"),
        ("name", "Leder, EN"),
    ],
)
async def test_a_leader_is_found_by_name_e_mail_or_phone_however_it_is_written(
    intake: SimpleNamespace, field: str, written: str
) -> None:
    leader_id = await signed_up(intake)
    before = await intake.pool.fetchval("SELECT count(*) FROM access_log")
    state = "SELECT state->>'company_id', state->>'signed_up_on' FROM aggregate WHERE kind = 'leader'"
    company, today = await intake.pool.fetchrow(state)
    assert (await search(intake, **{field: written})).json() == [
        {
            "person_id": leader_id, "leader_id": leader_id, "role": "leader", "company_id": company,
            "company_name": "Vagtcentralen",
            "kommune": "0561", "next_call_on": today,
            "name": "En Leder", "email": "leder@vagtcentral.example", "phone": "+4520123456",
        }
    ]  # fmt: skip
    rows = await intake.pool.fetch("SELECT person_id::text, role, route FROM access_log OFFSET $1", before)
    assert [tuple(row) for row in rows] == [(leader_id, "consultant", "POST /leaders/search")]


async def test_all_who_share_a_phone_are_found_and_nobody_who_was_erased(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    colleague_id = await colleague(intake, leader_id, phone="20 12 34 56")
    leader, other = (await search(intake, phone="20123456")).json()
    assert (leader["person_id"], leader["role"]) == (leader_id, "leader")
    assert (other["person_id"], other["role"], other["name"]) == (colleague_id, "colleague", "En Kollega")
    assert (other["company_id"], other["company_name"]) == (leader["company_id"], "Vagtcentralen")
    assert (other["email"], other["kommune"], other["next_call_on"]) == (None, None, None)
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    assert (await search(intake, phone="20123456")).json() == [other]


@pytest.mark.parametrize(
    "asked", [{"company_name": "vagtCENTRAL"}, {"cvr": "13 58 56 28"}, {"p_number": "10 03 38 83 94"}]
)
async def test_who_is_at_a_company_or_workplace_is_found_by_its_name_and_numbers(
    intake: SimpleNamespace, asked: dict[str, str]
) -> None:
    leader_id = await signed_up(intake)
    colleague_id = await colleague(intake, leader_id)
    found = (await search(intake, **asked)).json()
    assert [one["person_id"] for one in found] == [leader_id] + [colleague_id] * ("p_number" not in asked)
    assert (await search(intake, company_name="100%")).json() == []


async def test_what_a_route_asks_for_is_shown_by_another_and_a_leader_does_not_learn_who_else_has_joined(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    shown = await read(intake, leader_id, leader=leader_id)
    asked = {"leader_id": leader_id, "name": "En Makker", "role": "buddy"}
    path = f"/companies/{shown['company_id']}/people"
    buddy = (await intake.client.post(path, json=asked, headers=token("leader", leader=leader_id))).json()["person_id"]
    await intake.client.post("/leaders", json=SIGN_UP | {"email": "anden@vagtcentral.example", "name": "En Anden"})
    place = await intake.client.post("/places", json={"leader_id": leader_id}, headers=token("consultant"))
    shown = await read(intake, leader_id)
    assert [(one["role"], one["name"]) for one in shown["colleagues"]] == [
        ("buddy", "En Makker"),
        ("leader", "En Anden"),
    ]
    assert [one["place_id"] for one in shown["places"]] == [place.json()["place_id"]]
    own = await read(intake, leader_id, leader=leader_id)
    assert own["colleagues"] == [{"person_id": buddy, "role": "buddy", "name": "En Makker"}]
    assert not own.keys() & {"calls", "changes", "again", "attempts"}
    rows = await intake.pool.fetch("SELECT DISTINCT route FROM access_log WHERE person_id = $1", UUID(buddy))
    assert [row["route"] for row in rows] == ["GET /leaders/{id}"]


async def test_what_was_typed_wrong_of_a_leader_is_put_right_and_who_did_it_is_kept_without_what_stood_there(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    said_before = await said(intake)
    right = {"name": "En Anden Leder", "phone": "20 12 34 99", "email": "ny@vagtcentral.example", "postnr": "8000"}
    assert (await correct(intake, leader_id, **right, company_name="Vagtcentralen A/S")).status_code == 200
    assert (await correct(intake, leader_id, **right)).status_code == 200, "once more, and nothing differs"
    shown = await read(intake, leader_id)
    assert (shown["name"], shown["phone"], shown["email"]) == ("En Anden Leder", "+4520123499", right["email"])
    assert (shown["postnr"], shown["kommune"], shown["company_name"]) == ("8000", "0751", "Vagtcentralen A/S")
    [change] = shown["changes"]
    assert change["by"] == "local-consultant"
    assert set(change["fields"]) == {*right, "kommune", "company_name"}
    assert await said(intake) == said_before
    assert (await search(intake, phone="20123456")).json() == []
    assert len((await search(intake, phone="20123499")).json()) == 1
    await intake.client.post("/leaders", json=SIGN_UP | {"email": right["email"]})
    assert await intake.pool.fetchval("SELECT count(*) FROM aggregate WHERE kind = 'leader'") == 1, "the new address"
    await intake.client.post("/leaders", json=SIGN_UP)
    assert await intake.pool.fetchval("SELECT count(*) FROM aggregate WHERE kind = 'leader'") == 2, (
        "the old one is free"
    )
    for text in await intake.pool.fetch("SELECT state::text AS t FROM aggregate"):
        assert "En Leder" not in text["t"]


async def test_ten_who_correct_at_once_lose_nothing(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    fields = [{"name": "En Anden"}, {"phone": "20123499"}, {"email": "ny@vagtcentral.example"}, {"size_band": "5-9"}]
    answers = await asyncio.gather(*(correct(intake, leader_id, **one) for one in fields))
    assert {answer.status_code for answer in answers} == {200}
    shown = await read(intake, leader_id)
    assert (shown["name"], shown["phone"], shown["email"], shown["size_band"]) == (
        "En Anden", "+4520123499", "ny@vagtcentral.example", "5-9",
    )  # fmt: skip
    assert len(shown["changes"]) == 4


async def test_a_mistyped_cvr_number_is_the_companys_and_one_of_another_company_is_the_leaders(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    before = await read(intake, leader_id)
    assert (await correct(intake, leader_id, cvr="61056416")).status_code == 200
    renumbered = await read(intake, leader_id)
    assert (renumbered["company_id"], renumbered["cvr"]) == (before["company_id"], "61056416")
    other = SIGN_UP | {"email": "anden@vagtcentral.example", "phone": "20123457"}
    await intake.client.post("/leaders", json=other)
    [second] = (await search(intake, phone="20123457")).json()
    assert second["company_id"] != before["company_id"], "the mistyped number is nobody's any more"
    assert (await correct(intake, leader_id, cvr=SIGN_UP["cvr"])).status_code == 200
    assert (await read(intake, leader_id))["company_id"] == second["company_id"]
    assert (await search(intake, cvr="61056416")).json() == [], "its last leader has left"
    await intake.client.post("/places", json={"leader_id": leader_id}, headers=token("consultant"))
    refused = await correct(intake, leader_id, cvr="24256790")
    assert (refused.status_code, refused.json()["rule"], refused.json()["field"]) == (409, "has-places", "cvr")


async def test_an_address_of_another_leader_is_refused_and_the_two_can_be_merged(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    await intake.client.post("/leaders", json=SIGN_UP | {"email": "anden@vagtcentral.example", "phone": "20123457"})
    [double] = (await search(intake, phone="20123457")).json()
    refused = await correct(intake, double["person_id"], email=SIGN_UP["email"])
    assert (refused.status_code, refused.json()["rule"]) == (409, "email-taken")
    for id_ in (leader_id, double["person_id"]):
        await intake.client.post("/places", json={"leader_id": id_}, headers=token("consultant"))

    async def merge(one: str, into: str) -> httpx.Response:
        answer: httpx.Response = await intake.client.post(
            f"/leaders/{one}/merge", json={"into": into}, headers=token("consultant")
        )
        return answer

    assert (await merge(leader_id, leader_id)).json()["field"] == "into"
    for _ in "again":
        merged = await merge(double["person_id"], leader_id)
        assert (merged.status_code, merged.json()) == (200, {"leader_id": leader_id})
    assert (await said(intake)).count("leader.erased") == 1
    gone = await read(intake, double["person_id"])
    assert (gone["merged_into"], gone.get("name"), gone["places"]) == (leader_id, None, [])
    assert len((await read(intake, leader_id))["places"]) == 2
    own = token("leader", leader=double["person_id"])
    status = (await intake.client.get(f"/leaders/{double['person_id']}/status", headers=own)).json()
    assert (status["merged_into"], status["next"].startswith("Du var tilmeldt to gange")) == (leader_id, True)
    assert [call["leader_id"] for call in (await intake.client.get("/calls", headers=token("consultant"))).json()] == [
        leader_id
    ]
    calls = f"/leaders/{double['person_id']}/calls"
    late = await intake.client.post(calls, json={"outcome": "reached"}, headers=token("consultant"))
    assert (late.status_code, late.json()["field"]) == (409, "leader_id")


async def test_what_was_typed_wrong_of_a_colleague_is_put_right(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    person_id = await colleague(intake, leader_id, phone="20123457")
    company = (await read(intake, leader_id))["company_id"]
    path = f"/companies/{company}/people/{person_id}"
    for _ in "again":
        right = {"phone": "20123458", "role": "department-head"}
        assert (await intake.client.patch(path, json=right, headers=token("consultant"))).status_code == 200
    [found] = (await search(intake, phone="20123458")).json()
    assert (found["person_id"], found["name"]) == (person_id, "En Kollega")
    state = json.loads(await intake.pool.fetchval("SELECT state FROM aggregate WHERE kind = 'colleague'"))
    assert [change["fields"] for change in state["changes"]] == [["phone", "role"]]
    elsewhere = await intake.client.patch(
        f"/companies/{leader_id}/people/{person_id}", json=right, headers=token("consultant")
    )
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (404, "person_id")


async def test_nobody_found_is_an_empty_list_and_leaves_no_row(intake: SimpleNamespace) -> None:
    await signed_up(intake)
    before = await intake.pool.fetchval("SELECT count(*) FROM access_log")
    for answer in (await search(intake, phone="20123457"), await search(intake, email="anden@vagtcentral.example")):
        assert (answer.status_code, answer.json()) == (200, [])
    assert await intake.pool.fetchval("SELECT count(*) FROM access_log") == before


async def test_a_search_is_by_exactly_one_thing_and_otherwise_refused_by_field(intake: SimpleNamespace) -> None:
    both = {"email": "leder@vagtcentral.example", "phone": "20123456"}
    for asked, field in (
        ({}, "email"),
        ({"email": None, "phone": None}, "email"),
        (both, "phone"),
        ({"email": "x"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"nickname": "En Leder"}, "body"),
    ):
        answer = await search(intake, **asked)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_only_a_consultant_searches_for_people(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    for other in (token("leader", leader=leader_id), token("kommune", kommune="0561")):
        answer = await intake.client.post("/leaders/search", json={"phone": "20123456"}, headers=other)
        assert answer.status_code == 403
