"""Intake over HTTP, on a real PostgreSQL: sign-up, the call list, a place, and who may see what."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from asgi_lifespan import LifespanManager
from uuid_utils import uuid7

import intake as intake_package
from intake.app import service
from intake.commands.people import Erase
from intake.queries.turns import Known, may_be_due, turns
from intake.rules.day import OVER, is_line
from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Past, Place
from intake.state.referrals import Referral
from shared.catalogue.calendar import DENMARK
from shared.catalogue.codes import LISTS
from shared.events.intake import PlaceState
from shared.events.municipality_gateway import TaskStatus
from shared.kafka import Topics
from shared.runtime import Runtime
from shared.settings import Settings
from shared.spine.work import Aggregate
from shared.web.access import mint
from shared.web.pages.sessions import Sessions

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


async def signed_up(intake: SimpleNamespace, **more: str) -> str:
    await intake.client.post("/leaders", json=SIGN_UP | more)
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

    for said, right in (
        ({"postnr": "8471"}, ("0710", True)),
        ({"postnr": "2970"}, ("0223", False)),
        ({"kommune": "0223"}, ("0223", True)),
    ):
        assert (await correct(intake, leader_id, **said)).status_code == 200
        assert await chosen() == right
    refused = await correct(intake, leader_id, kommune="0101")
    assert (refused.status_code, refused.json()["rule"], refused.json()["field"]) == (422, "kommune-postnr", "kommune")


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


async def test_the_call_list_shows_name_and_phone_and_leaves_a_row_for_every_reading(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert (call["name"], call["phone"], call["kommune"]) == ("En Leder", "+4520123456", "0561")
    rows = await intake.pool.fetch("SELECT person_id::text, route FROM access_log")
    assert [tuple(row) for row in rows] == [(leader_id, "GET /calls")] * 2


async def know(intake: SimpleNamespace, *states: Aggregate) -> None:
    """As if it had been heard."""
    await intake.pool.executemany(
        "INSERT INTO aggregate (kind, id, state) VALUES ($1, $2, $3::jsonb)"
        " ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state",
        [(state.KIND, state.id, state.model_dump_json()) for state in states],
    )


async def days_work(intake: SimpleNamespace) -> list[dict[str, Any]]:
    answer = await intake.client.get("/day", headers=token("consultant"))
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()["lines"]
    return lines


async def test_the_day_follows_a_leader_from_the_first_call_to_the_place(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    calls = f"/leaders/{leader_id}/calls"
    [line] = await days_work(intake)
    assert (line["what"], line["where"], line["leader_id"]) == ("call", f"POST {calls}", leader_id)
    ring = line["ring"]
    assert (ring["name"], ring["phone"], ring["company_name"]) == ("En Leder", "+4520123456", "Vagtcentralen")
    later = (datetime.now(DENMARK).date() + timedelta(days=90)).isoformat()
    await intake.client.post(calls, json={"outcome": "later", "next_call_on": later}, headers=token("consultant"))
    assert await days_work(intake) == []
    coming = await intake.client.get("/calls", params={"days": 91}, headers=token("consultant"))
    assert [call["next_call_on"] for call in coming.json()] == [later]
    await intake.client.post(calls, json={"outcome": "reached"}, headers=token("consultant"))
    assert [line["what"] for line in await days_work(intake)] == ["find-tasks"]
    draft = {"leader_id": leader_id}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    [line] = await days_work(intake)
    assert (line["what"], line["place_id"], line["where"]) == ("draft", place_id, f"PATCH /places/{place_id}")
    close = {"reason": "changed-mind"}
    await intake.client.post(f"/places/{place_id}/close", json=close, headers=token("consultant"))
    assert await days_work(intake) == []


async def test_all_that_is_due_is_on_the_day_with_whom_to_ring_and_each_reading_is_logged_once(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    buddy_id = await colleague(intake, leader_id, phone="20123457")
    await intake.client.post(f"/leaders/{leader_id}/calls", json={"outcome": "reached"}, headers=token("consultant"))
    draft = {"leader_id": leader_id}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    row = await intake.pool.fetchrow("SELECT state FROM aggregate WHERE kind = 'place'")
    place = Place.model_validate_json(row["state"])
    today, contact = datetime.now(DENMARK).date(), "0199ab00-0000-7000-8000-00000000000c"
    ids = {"place_id": place_id, "leader_id": leader_id, "kommune": "0561"}
    of_company = {**ids, "company_id": place.company_id}
    long_ago = today - timedelta(days=10)
    asked = Asked(
        state="requested", leader_id=leader_id, company_id=place.company_id, since=long_ago,
        by=today + timedelta(days=20), contact_id=contact, turned_at=datetime.now(UTC),
    )  # fmt: skip
    await know(
        intake,
        place.changed(state="open"),
        Referral(id="r", place_id=place_id, kommune="0561", guided=True, asked=asked),
        Match(
            id="m", referral_id="another", missing=frozenset({"leader"}), answer_by=today + timedelta(days=14),
            proposed_on=today, **ids,
        ),
        Placement(
            id="p", referral_id="r", contact_id=buddy_id, since=long_ago, next_checkin=today, **of_company
        ),
        Challenge(
            id="c", code="C-PACE", about="company", about_id=place.company_id, raised_on=today
        ),
    )  # fmt: skip
    before = await intake.pool.fetchval("SELECT count(*) FROM access_log")
    lines = await days_work(intake)
    assert [line["what"] for line in lines] == ["help", "leader-yes", "check-in", "silent"]
    hard, yes, ask, silent = lines
    assert hard["da"] == "Noget er svært. Ring, og hjælp. Det handler om »Tempo og mængde«."
    assert (hard["challenge_id"], hard["ring"]["name"], hard["company_id"]) == ("c", "En Leder", place.company_id)
    assert (yes["match_id"], yes["by"], yes["ring"]["phone"]) == (
        "m",
        (today + timedelta(14)).isoformat(),
        "+4520123456",
    )
    assert (ask["placement_id"], ask["ring"]["name"], ask["ring"]["phone"]) == ("p", "En Kollega", "+4520123457")
    assert ask["where"] == "POST /placements/p/checkins"
    assert silent["ring"] == {"kommune": "0561", "contact_id": contact, "look_up": "GET /referrals/r"}
    rows = await intake.pool.fetch("SELECT person_id::text, route FROM access_log OFFSET $1", before)
    assert sorted(map(tuple, rows)) == sorted([(leader_id, "GET /day"), (buddy_id, "GET /day")])

    own = token("leader", leader=leader_id)
    status = (await intake.client.get(f"/leaders/{leader_id}/status", headers=own)).json()
    [shown] = status["places"]
    assert [(step["what"], step["who"]) for step in shown["steps"]] == [
        ("leader-yes", "leader"), ("check-in", "consultant"), ("silent", "kommune"),
    ]  # fmt: skip
    assert status["next"] == shown["next"] == shown["steps"][0]["da"]
    assert shown["next"].startswith("En ung er foreslået og venter på dit svar.")
    limited = (await intake.client.get("/day", params={"limit": 1}, headers=token("consultant"))).json()
    assert (len(limited["lines"]), limited["more"]) == (1, 3)


async def test_the_day_finds_in_the_database_exactly_what_is_due_of_all_that_there_is(intake: SimpleNamespace) -> None:
    """Every leader with every pair of places: what is not read would be on nobody's list."""
    now = datetime.now(UTC)
    today = now.astimezone(DENMARK).date()
    then = today - timedelta(days=40)
    leaders: dict[str, Leader] = {}
    places: dict[str, Place] = {}
    states = [(), *product(get_args(PlaceState), repeat=1), *combinations(get_args(PlaceState), 2)]
    gone: list[dict[str, Any]] = [{}, {"erased": True}, {"merged_into": "another"}, {"mail_refused_on": then}]
    days = (None, today, today + timedelta(days=90))
    for outcome, day, ending, held in product((None, "later", "reached", "not-now"), days, gone, states):
        if "mail_refused_on" in ending and len(held) > 1:
            continue
        facts = {"workplace_id": "w", "company_name": "", "postnr": "6700", "kommune": "0561", "company_id": "c"}
        one = Leader(
            id=str(uuid4()), signed_up_on=then, outcome=outcome, next_call_on=day, attempts=1, **facts | ending
        )
        leaders[one.id] = one
        for state in held:
            history = (Past(on=then, what="paused" if state == "paused" else "opened"),)
            place = Place(
                id=str(uuid4()), leader_id=one.id, company_id="c", workplace_id="w", kommune="0561", postnr="6700",
                state=state, history=history,
            )  # fmt: skip
            places[place.id] = place
    for state, day in product((None, *get_args(PlaceState)), (None, today, today + timedelta(days=90))):
        one = next(iter(leaders.values())).changed(
            id=str(uuid4()), outcome="reached", next_call_on=day, mail_refused_on=then, erased=False, merged_into=None
        )
        leaders[one.id] = one
        if state:
            place = next(iter(places.values())).changed(id=str(uuid4()), leader_id=one.id, state=state)
            places[place.id] = place
    await know(intake, *leaders.values(), *places.values())
    everything = Known(
        leaders=leaders, companies={}, places=places, referrals={}, matches=[], placements={}, challenges=[],
        of_companies={},
    )  # fmt: skip
    expected = {(one.id, one.turn.what) for one in turns(everything, now) if is_line(one.turn, today)}
    due = [one for one in turns(await may_be_due(intake.pool, today), now) if is_line(one.turn, today)]
    found = [(one.id, one.turn.what) for one in due]
    assert len(found) == len(set(found))
    assert set(found) == expected


async def test_the_day_finds_in_the_database_what_is_due_of_the_others_work_too(intake: SimpleNamespace) -> None:
    """Referrals, placements, matches and what is hard, in every state and at every age."""
    now = datetime.now(UTC)
    today = now.astimezone(DENMARK).date()
    then, states = today - timedelta(days=40), list[Any]()
    facts: dict[str, Any] = {"workplace_id": "w", "postnr": "6700", "kommune": "0561"}
    own: dict[str, Any]

    def at_work(state: PlaceState, **leaders: Any) -> dict[str, str]:
        ids = {"leader_id": str(uuid4()), "company_id": str(uuid4())}
        called = {"signed_up_on": then, "outcome": "reached", "next_call_on": None, "attempts": 1}
        leader = Leader(id=ids["leader_id"], company_name="", company_id=ids["company_id"], **facts | called | leaders)
        history = (Past(on=then, what="paused" if state == "paused" else "opened"),)
        states.extend([leader, place := Place(id=str(uuid4()), state=state, history=history, **facts | ids)])
        return {**ids, "place_id": place.id, "kommune": "0561"}

    ages = [today - timedelta(days=days) for days in (0, 1, 2, 3, 4, 5, 9, 30)]
    told = [(True, "c"), (True, None), (True, "another"), (False, None)]
    for since, state, (guided, guided_to), back in product(ages, get_args(TaskStatus), told, (False, True)):
        ids = at_work("open")
        asked = Asked(
            state=state, since=since, contact_id="c", guided_to=guided_to, asked_back=back, turned_at=now,
            leader_id=ids["leader_id"], company_id=ids["company_id"],
        )  # fmt: skip
        own = {"place_id": ids["place_id"], "kommune": "0561", "over": state in OVER}
        states.append(Referral(id=str(uuid4()), guided=guided, asked=asked, **own))
    next_days = (None, today, today - timedelta(days=1), today + timedelta(days=1))
    gone: list[dict[str, Any]] = [{}, {"erased": True}, {"merged_into": "another"}]
    for state, day, reason, left in product(
        ("planned", "active", "paused", "finished", "cancelled"), next_days, (None, "approval-expired"), gone
    ):
        ids = at_work("filled", **left)
        own = {"state": state, "next_checkin": day, "reason": reason}
        states.append(one := Placement(id=str(uuid4()), referral_id="r", since=then, **own, **ids))
        for closed, help_ in product((False, True), (False, True)):
            about = {"about": "placement", "about_id": one.id, "placement_id": one.id, "place_id": one.place_id}
            hard: dict[str, Any] = {"code": "C-PACE", "raised_on": today, "closed": closed, "help": help_, **about}
            states.append(Challenge(id=str(uuid4()), **hard))
        freed = {"state": "paused", "freed_by": one.id, "leader_id": ids["leader_id"], "company_id": "c"}
        states.append(Place(id=str(uuid4()), **freed, **facts))
    for missing in ({"leader"}, {"kommune"}, {"kommune", "leader"}, set[str]()):
        ids = at_work("open")
        del ids["company_id"]
        own = {"missing": frozenset(missing), "answer_by": today, "proposed_on": then}
        states.append(Match(id=str(uuid4()), referral_id="r", **own, **ids))
    await know(intake, *states)

    def of(kind: type[Aggregate]) -> dict[str, Any]:
        return {one.id: one for one in states if isinstance(one, kind)}

    everything = Known(
        leaders=of(Leader), companies={}, places=of(Place), referrals=of(Referral), matches=[*of(Match).values()],
        placements=of(Placement), challenges=[*of(Challenge).values()],
        of_companies={one.company_id: one.id for one in of(Leader).values() if not one.erased},
        gone=frozenset(one.id for one in of(Leader).values() if one.erased),
    )  # fmt: skip
    due = [one for one in turns(everything, now) if is_line(one.turn, today)]
    found = [one for one in turns(await may_be_due(intake.pool, today), now) if is_line(one.turn, today)]
    assert len({one.turn.what for one in due}) > 12
    assert {(one.id, one.turn, one.person_id, one.contact_id) for one in found} == {
        (one.id, one.turn, one.person_id, one.contact_id) for one in due
    }


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
    keyed = [token("consultant") | {"Idempotency-Key": key} for key in ("one-request", "another-request")]
    apart = [await intake.client.post("/places", json=draft | {"postnr": "9000"}, headers=key) for key in keyed]
    assert len({answer.json()["place_id"] for answer in apart}) == 2, "two keys are two requests"
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
    [migration] = (Path(intake_package.__file__).parent / "migrations").glob("0104_*.sql")
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


async def read(intake: SimpleNamespace, leader_id: str, **who: str) -> dict[str, Any]:
    as_whom = token("leader", **who) if who else token("consultant")
    answer = await intake.client.get(f"/leaders/{leader_id}", headers=as_whom)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


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


async def correct(intake: SimpleNamespace, leader_id: str, **fields: Any) -> httpx.Response:
    answer: httpx.Response = await intake.client.patch(
        f"/leaders/{leader_id}", json=fields, headers=token("consultant")
    )
    return answer


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


async def test_a_name_of_spaces_is_no_name(intake: SimpleNamespace) -> None:
    refused = await intake.client.post("/leaders", json=SIGN_UP | {"name": "   "})
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, "name", "too-short")


async def test_two_clicks_on_a_call_are_one_and_it_can_be_corrected(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    path, made = f"/leaders/{leader_id}/calls", {"outcome": "reached"}
    clicks = await asyncio.gather(*(intake.client.post(path, json=made, headers=token("consultant")) for _ in range(2)))
    assert [click.json()["attempt"] for click in clicks] == [1, 1]
    right = await intake.client.put(f"{path}/1", json={"outcome": "no-answer"}, headers=token("consultant"))
    assert right.status_code == 200
    shown = await read(intake, leader_id)
    assert (shown["attempts"], shown["outcome"], len(shown["calls"])) == (1, "no-answer", 1)
    assert await said(intake) == ["leader.signed-up", "leader.called", "leader.call-corrected"]


async def test_a_leader_notes_what_was_learned(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    path, learned = f"/leaders/{leader_id}/development", {"codes": ["patience"], "confidence": 4}
    own = token("leader", leader=leader_id)
    assert (await intake.client.post(path, json=learned, headers=own)).status_code == 200
    wrong = await intake.client.post(path, json={"codes": ["no-such"]}, headers=own)
    assert (wrong.status_code, wrong.json()["rule"]) == (422, "unknown-code")
    event = json.loads(await intake.pool.fetchval("SELECT value FROM outbox ORDER BY id DESC LIMIT 1"))
    assert event == {"leader_id": leader_id, "kommune": "0561", "codes": ["patience"], "confidence": 4}


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
    assert (await read(**lives)).json() == opened | {"contact": opened["buddy"]}, "nobody who is gone is named"


async def test_whom_to_call_is_shown_to_the_kommune_and_to_who_was_sealed_in_by_the_gateway(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    draft = {"leader_id": leader_id, "tasks": [{"task_id": "viden_data-00", "words": "Følge med på skærmene"}]}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    referral = Referral(id=str(uuid4()), place_id=place_id, kommune="0561", accepted=True)
    known = {"sub": f"link:x/{referral.id}", "referral_id": referral.id, "kommune": "0561"}
    sessions = Sessions.by(Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key=KEY))
    by_link = f"/pladser/ved-link/{sessions.seal('place', known)}"
    by_login = f"/pladser/hos/{referral.id}"
    page = {"accept": "text/html"}

    async def shown(guided: bool) -> list[str]:
        await intake.pool.execute(
            "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)"
            " ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state",
            referral.id,
            referral.changed(guided=guided).model_dump_json(),
        )
        answers = [
            await intake.client.get(by_link, headers=page),
            await intake.client.get(by_login, headers=page | token("kommune", kommune="0561")),
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        return [answer.text for answer in answers]

    for early in await shown(guided=False):
        assert "Så får I navn og nummer her." in early
        assert "Vagtcentralen" not in early
    for whole in await shown(guided=True):
        for said_ in ("Vagtcentralen", "En Leder", "20 12 34 56", "Følge med på skærmene"):
            assert said_ in whole
    other = Sessions(b"another key")
    for wrong in (other.seal("place", known), sessions.seal("session", known), "x" * 40):
        assert (await intake.client.get(f"/pladser/ved-link/{wrong}", headers=page)).status_code == 404
    stranger = page | token("kommune", kommune="0101")
    assert (await intake.client.get(by_login, headers=stranger)).status_code == 404


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
