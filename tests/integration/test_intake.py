"""Intake over HTTP, on a real PostgreSQL: sign-up, the call list, a place, and who may see what."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from asgi_lifespan import LifespanManager
from uuid_utils import uuid7

import intake as intake_package
from intake.app import service
from intake.commands.people import Erase
from intake.state.referrals import Referral
from shared.kafka import Topics
from shared.runtime import Runtime
from shared.settings import Settings
from shared.web.access import mint

KEY = "k" * 40
MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SIGN_UP = {
    "name": "En Leder",
    "email": "leder@vagtcentral.example",
    "phone": "20 12 34 56",
    "company_name": "Vagtcentralen",
    "cvr": "13585628",
    "p_number": "1003388394",
    "postnr": "6700",
    "sector": "business-service",
}


@pytest.fixture
async def intake(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SimpleNamespace]:
    monkeypatch.setattr(Runtime, "awaits_erasures", False)  # as if Kafka had been there at the start
    monkeypatch.setattr(Topics, "_there", away)  # at once, and not after five seconds
    await service.migrate(database)
    async with served(database) as intake:
        yield intake


def away(*_: object) -> None:
    raise TimeoutError


@asynccontextmanager
async def served(database: str, **changed: Any) -> AsyncIterator[SimpleNamespace]:
    keys = {"token_key": KEY, "master_key": MASTER_KEY}
    app = service.app(Settings(kafka_bootstrap="127.0.0.1:1", database_url=database, **keys | changed))
    async with LifespanManager(app, shutdown_timeout=15) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield SimpleNamespace(client=client, pool=app.state.runtime.pool, runtime=app.state.runtime)


def token(role: str, **of: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint(role, key=KEY, **of)}"}


async def signed_up(intake: SimpleNamespace) -> str:
    await intake.client.post("/leaders", json=SIGN_UP)
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    return str(call["leader_id"])


async def said(intake: SimpleNamespace) -> list[str]:
    rows = await intake.pool.fetch("SELECT headers->>'ce_type' AS type FROM outbox ORDER BY id")
    return [row["type"].removeprefix("dk.lederalliancen.").removesuffix(".v1") for row in rows]


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
    for n, name in enumerate(("vildbjerg", "Jens Hansens kickoff", None)):
        body = SIGN_UP | {"email": f"leder{n}@vagtcentral.example", "kickoff": name}
        assert (await intake.client.post("/leaders", json=body)).status_code == 202
    events = [json.loads(row["value"]) for row in await intake.pool.fetch("SELECT value FROM outbox ORDER BY id")]
    assert [event.get("kickoff") for event in events] == ["vildbjerg", None, None]


async def test_the_call_list_shows_name_and_phone_and_leaves_a_row_for_every_reading(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert (call["name"], call["phone"], call["kommune"]) == ("En Leder", "+4520123456", "0561")
    rows = await intake.pool.fetch("SELECT person_id::text, route FROM access_log")
    assert [tuple(row) for row in rows] == [(leader_id, "GET /calls")] * 2


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


async def test_a_place_goes_from_the_call_to_open(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    consultant = token("consultant") | {"Idempotency-Key": "one-and-the-same"}
    draft = {"leader_id": leader_id, "tasks": [{"task_id": "viden_data-07"}]}
    first = await intake.client.post("/places", json=draft, headers=consultant)
    again = await intake.client.post("/places", json=draft, headers=consultant)
    assert first.json() == again.json()
    place_id = first.json()["place_id"]

    refused = await intake.client.post(
        f"/places/{place_id}/open", json={"agreed_at": "2026-11-02"}, headers=token("consultant")
    )
    assert (refused.status_code, refused.json()["rule"]) == (422, "leader-not-reached")
    await intake.client.post(f"/leaders/{leader_id}/calls", json={"outcome": "reached"}, headers=token("consultant"))
    found = {
        "hours_from": 15, "hours_to": 32, "times_of_day": ["night"], "forms": ["VIRKSOMHEDSPRAKTIK", "LAERLING"],
        "purpose": "trial-for-hiring",
    }  # fmt: skip
    await intake.client.patch(f"/places/{place_id}", json=found, headers=token("consultant"))
    opened = await intake.client.post(
        f"/places/{place_id}/open", json={"agreed_at": "2026-11-02"}, headers=token("consultant")
    )
    answer = opened.json()
    assert (answer["state"], answer["warnings"], answer["blocked"]) == ("open", ["R-PLACE-LAERLING-1"], [])
    assert answer["warned"][0]["da"] == "En plads til en lærling kræver, at virksomheden er godkendt som oplæringssted."
    status = await intake.client.get(f"/leaders/{leader_id}/status", headers=token("leader", leader=leader_id))
    assert status.json()["places"][0]["history"][-1]["da"] == "Du har sagt ja, og vi finder den rigtige kommune."
    types = await intake.pool.fetch("SELECT headers->>'ce_type' AS t FROM outbox ORDER BY id")
    assert [row["t"].split(".", 2)[2] for row in types] == [
        "leader.signed-up.v1",
        "place.drafted.v1",
        "leader.called.v1",
        "place.opened.v1",
    ]


async def test_a_postal_code_tells_its_kommuner_and_a_sign_up_and_a_place_say_which(intake: SimpleNamespace) -> None:
    sabro = (await intake.client.get("/postal/8471")).json()
    assert (sabro["town"], sabro["clear"]) == ("Sabro", False)
    assert sabro["kommuner"][1] == {"kommune": "0710", "name": "Favrskov Kommune", "share": 0.443}
    assert (await intake.client.get("/postal/6700")).json()["clear"]
    abroad = await intake.client.get("/postal/0960")
    assert (abroad.status_code, abroad.json()["rule"]) == (422, "postnr-no-address")

    far = await intake.client.post("/leaders", json=SIGN_UP | {"postnr": "8471", "kommune": "0101"})
    assert (far.status_code, far.json()["field"], far.json()["rule"]) == (422, "kommune", "kommune-postnr")
    assert (await intake.client.post("/leaders", json=SIGN_UP | {"postnr": "8471"})).status_code == 202
    other = SIGN_UP | {"email": "anden@vagtcentral.example", "postnr": "8471", "kommune": "0710"}
    assert (await intake.client.post("/leaders", json=other)).status_code == 202
    calls = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert [call["kommune"] for call in calls] == ["0751", "0710"]

    draft = {"leader_id": calls[0]["leader_id"]}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    chosen = await intake.client.patch(f"/places/{place_id}", json={"kommune": "0746"}, headers=token("consultant"))
    assert chosen.status_code == 200
    assert (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()["kommune"] == "0746"


FOUND: dict[str, Any] = {
    "tasks": [{"task_id": "viden_data-07"}], "hours_from": 15, "hours_to": 32, "times_of_day": ["night"],
    "forms": ["SMAAJOB"], "purpose": "trial-for-hiring",
}  # fmt: skip


async def drafted(intake: SimpleNamespace, **found: Any) -> tuple[str, str]:
    """Leader and place; the leader was reached."""
    leader_id = await signed_up(intake)
    await intake.client.post(f"/leaders/{leader_id}/calls", json={"outcome": "reached"}, headers=token("consultant"))
    draft = {"leader_id": leader_id, **found}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    return leader_id, place_id


async def test_a_dry_run_says_what_is_missing_and_what_stops_a_place_and_opening_says_the_same(
    intake: SimpleNamespace,
) -> None:
    leader_id, place_id = await drafted(intake, counts_in_headcount=True)
    own = token("leader", leader=leader_id)
    dry = (await intake.client.get(f"/places/{place_id}/rules", headers=own)).json()
    assert not dry["may_open"]
    assert [(one["rule"], one["severity"]) for one in dry["rules"]] == [
        ("incomplete", "block"),
        ("R-HEADCOUNT", "block"),
    ]
    assert dry["rules"][1]["source"] == "publication-2024"
    await intake.client.patch(f"/places/{place_id}", json=FOUND, headers=token("consultant"))
    agreed = {"agreed_at": "2026-11-02"}
    opened = await intake.client.post(f"/places/{place_id}/open", json=agreed, headers=token("consultant"))
    assert (opened.status_code, opened.json()["state"]) == (200, "additional-assessment-required")
    assert opened.json()["blocked"][0]["field"] == "top_manager_confirms"
    assert (await said(intake))[-1] == "place.blocked"
    confirmed = {"top_manager_confirms": True}
    await intake.client.patch(f"/places/{place_id}", json=confirmed, headers=token("consultant"))
    before = await said(intake)
    assert (await intake.client.get(f"/places/{place_id}/rules", headers=own)).json()["may_open"]
    assert await said(intake) == before, "nothing is told"
    await intake.client.post(f"/places/{place_id}/open", json=agreed, headers=token("consultant"))
    corrected = await intake.client.patch(f"/places/{place_id}", json={"hours_to": 37}, headers=token("consultant"))
    assert corrected.json()["warnings"] == ["R-HOURS-JUMP"]
    assert (await said(intake))[-2:] == ["place.opened", "place.changed"]
    shown = (await intake.client.get(f"/places/{place_id}", headers=own)).json()
    assert shown["history"][-1]["fields"] == ["hours_to"]
    other = token("leader", leader="0199ab00-0000-7000-8000-000000000000")
    assert (await intake.client.get(f"/places/{place_id}/rules", headers=other)).status_code == 404
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    await intake.runtime.spine.fire()
    assert (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()["state"] == "closed"


async def test_a_double_click_begins_one_place_and_a_second_one_at_the_workplace_is_pointed_out(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    draft = {"leader_id": leader_id, **FOUND}
    clicks = await asyncio.gather(
        *(intake.client.post("/places", json=draft, headers=token("consultant")) for _ in range(4))
    )
    assert {click.status_code for click in clicks} == {201}
    [first] = {click.json()["place_id"] for click in clicks}
    assert (await said(intake)).count("place.drafted") == 1
    assert clicks[0].json()["also_here"] == []
    second = await intake.client.post("/places", json=draft | {"hours_to": 20}, headers=token("consultant"))
    assert (second.json()["place_id"] != first, second.json()["also_here"]) == (True, [first])
    rules = f"/places/{first}/rules"
    dry = await intake.client.get(rules, headers=token("consultant"))
    assert dry.json()["also_here"] == [second.json()["place_id"]]
    assert (await intake.client.get(rules, headers=token("leader", leader=leader_id))).json()["also_here"] == []
    elsewhere = await intake.client.post("/places", json=draft | {"postnr": "8000"}, headers=token("consultant"))
    assert elsewhere.json()["also_here"] == []


async def test_places_of_before_close_too_when_their_leader_is_erased(intake: SimpleNamespace) -> None:
    leader_id, place_id = await drafted(intake)
    await intake.pool.execute("UPDATE aggregate SET state = state - 'places' WHERE kind = 'leader'")
    [migration] = (Path(intake_package.__file__).parents[1] / "migrations").glob("0104_*.sql")
    _, _, backfill = migration.read_text().split("-- migrate:down")[0].partition("UPDATE")
    await intake.pool.execute(f"UPDATE{backfill}")
    stored = await intake.pool.fetchval("SELECT state->'places' FROM aggregate WHERE kind = 'leader'")
    assert json.loads(stored) == [place_id]
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    await intake.runtime.spine.fire()
    assert (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()["state"] == "closed"


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
    assert {"code": "trade", "da": "Handel", "en": "Trade", "valid_from": None, "valid_to": None} in codes["codes"]


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


async def colleague(intake: SimpleNamespace, leader_id: str, **contact: str) -> str:
    company = await intake.pool.fetchval("SELECT state->>'company_id' FROM aggregate WHERE kind = 'leader'")
    asked = {"leader_id": leader_id, "name": "En Kollega", **contact}
    added = await intake.client.post(f"/companies/{company}/people", json=asked, headers=token("consultant"))
    return str(added.json()["person_id"])


async def search(intake: SimpleNamespace, **asked: str | None) -> httpx.Response:
    answer: httpx.Response = await intake.client.post("/leaders/search", json=asked, headers=token("consultant"))
    return answer


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("phone", "20123456"),
        ("phone", "+45 20 12 34 56"),
        ("phone", "0045 2012-3456"),
        ("email", "leder@vagtcentral.example"),
        ("email", " LEDER@Vagtcentral.Example "),
    ],
)
async def test_a_leader_is_found_by_e_mail_or_phone_however_it_is_written(
    intake: SimpleNamespace, field: str, written: str
) -> None:
    leader_id = await signed_up(intake)
    before = await intake.pool.fetchval("SELECT count(*) FROM access_log")
    state = "SELECT state->>'company_id', state->>'signed_up_on' FROM aggregate WHERE kind = 'leader'"
    company, today = await intake.pool.fetchrow(state)
    assert (await search(intake, **{field: written})).json() == [
        {
            "person_id": leader_id, "role": "leader", "company_id": company, "company_name": "Vagtcentralen",
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


async def test_nobody_found_is_an_empty_list_and_leaves_no_row(intake: SimpleNamespace) -> None:
    await signed_up(intake)
    before = await intake.pool.fetchval("SELECT count(*) FROM access_log")
    for answer in (await search(intake, phone="20123457"), await search(intake, email="anden@vagtcentral.example")):
        assert (answer.status_code, answer.json()) == (200, [])
    assert await intake.pool.fetchval("SELECT count(*) FROM access_log") == before


async def test_a_search_is_by_exactly_one_of_the_two_and_otherwise_refused_by_field(intake: SimpleNamespace) -> None:
    both = {"email": "leder@vagtcentral.example", "phone": "20123456"}
    for asked, field in (
        ({}, "email"),
        ({"email": None, "phone": None}, "email"),
        (both, "phone"),
        ({"email": "x"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"name": "En Leder"}, "body"),
    ):
        answer = await search(intake, **asked)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_only_a_consultant_searches_for_people(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    for other in (token("leader", leader=leader_id), token("kommune", kommune="0561")):
        answer = await intake.client.post("/leaders/search", json={"phone": "20123456"}, headers=other)
        assert answer.status_code == 403


async def test_a_referral_opens_contact_data_and_the_leaders_words_to_its_kommune(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    buddy_id = await colleague(intake, leader_id, phone="20123457")
    tasks = [{"task_id": "viden_data-07", "hours": 5}, {"task_id": "viden_data-00", "words": "Følge med på skærmene"}]
    draft = {"leader_id": leader_id, "buddy_id": buddy_id, "tasks": tasks}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    shown = (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()
    assert shown["found"] == {"buddy_id": buddy_id, "tasks": tasks}
    assert shown["history"][0].keys() == {"on", "what", "da"}

    async def read(**known: Any) -> httpx.Response:
        referral = Referral(id=buddy_id, place_id=place_id, kommune="0561", **known)
        await intake.pool.execute(
            "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)"
            " ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state",
            referral.id,
            referral.model_dump_json(),
        )
        kommune = token("kommune", kommune="0561")
        answer: httpx.Response = await intake.client.get(f"/referrals/{referral.id}/place", headers=kommune)
        return answer

    early = await read(accepted=True)
    assert (early.status_code, early.headers["retry-after"]) == (409, "5")
    opened = {
        "referral_id": buddy_id, "place_id": place_id, "company_name": "Vagtcentralen",
        "contact": {"name": "En Leder", "email": "leder@vagtcentral.example", "phone": "+4520123456"},
        "buddy": {"name": "En Kollega", "phone": "+4520123457"}, "tasks": tasks,
    }  # fmt: skip
    assert (await read(accepted=True, guided=True)).json() == opened
    for known in ({"over": True, "reason": "no-candidate"}, {"asked_back": True, "reason": "place-paused"}):
        gone = await read(accepted=True, guided=True, **known)
        assert (gone.status_code, gone.json()["rule"]) == (410, "referral-over")
        assert str(known["reason"]) in gone.json()["en"]
    lives: dict[str, Any] = {"accepted": True, "guided": True, "living": frozenset({"a match"})}
    assert (await read(**lives, over=True)).status_code == 200
    closed = await intake.client.post(
        f"/places/{place_id}/close", json={"reason": "changed-mind"}, headers=token("consultant")
    )
    assert closed.status_code == 200
    gone = await read(accepted=True, guided=True)
    assert (gone.status_code, "place-closed" in gone.json()["da"]) == (410, True)
    assert (await read(**lives)).json() == opened
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    assert (await read(**lives)).json() == opened | {"contact": None}


async def test_a_young_id_is_not_yet_for_every_kommune_wherever_it_is_and_an_old_one_is_nowhere(
    intake: SimpleNamespace,
) -> None:
    """Too early cannot be told from another's, so neither is told from what is nowhere."""
    theirs, nowhere = str(uuid7()), str(uuid7())
    referral = Referral(id=theirs, place_id=theirs, kommune="0561", accepted=True, guided=True)
    await intake.pool.execute(
        "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)", theirs, referral.model_dump_json()
    )

    async def asked(id_: str, **who: Any) -> httpx.Response:
        answer: httpx.Response = await intake.client.get(f"/referrals/{id_}/place", headers=token(**who))
        return answer

    answers = [await asked(id_, role="kommune", kommune="0607") for id_ in (theirs, nowhere)]
    assert [(a.status_code, a.headers["retry-after"]) for a in answers] == [(409, "5")] * 2
    first, second = (a.json() for a in answers)
    assert first | {"correlation_id": ""} == second | {"correlation_id": ""}
    hour = 3600 * 1000 << 80  # in the first 48 bits, milliseconds
    for id_ in (str(uuid4()), str(UUID(int=uuid7().int - 2 * hour)), str(UUID(int=uuid7().int + hour))):
        assert (await asked(id_, role="kommune", kommune="0607")).status_code == 404
    assert (await asked(nowhere, role="consultant")).status_code == 404, "who may see all is not kept waiting"


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    intake: SimpleNamespace, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    id_ = str(uuid4())
    referral = Referral(id=id_, place_id=id_, kommune="0561")
    await intake.pool.execute(
        "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)", id_, referral.model_dump_json()
    )
    kommune = token("kommune", kommune="0561")
    assert (await intake.client.get(f"/referrals/{id_}/place", headers=kommune)).status_code == 409, "it is there"
    await hide_from_kommuner("intake.aggregate")
    assert (await intake.client.get(f"/referrals/{id_}/place", headers=kommune)).status_code == 404


@pytest.mark.parametrize("text", ["\u0000", "\ud800"])
async def test_text_that_no_database_takes_is_refused_by_field(intake: SimpleNamespace, text: str) -> None:
    body = json.dumps(SIGN_UP | {"company_name": f"Firma {text}"})
    answer = await intake.client.post("/leaders", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, "company_name")
