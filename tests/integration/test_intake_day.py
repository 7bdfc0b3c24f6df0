"""Intake over HTTP, on a real PostgreSQL: whom to call, and a consultant's day."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from types import SimpleNamespace
from typing import Any, get_args
from uuid import uuid4

from intake.queries.due import around, counts, first_lines, judge, lines_of
from intake.queries.turns import Known, turns, yeses
from intake.rules.day import OVER, WORK, is_line, order
from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Past, Place
from intake.state.referrals import Referral
from shared.catalogue.calendar import DENMARK
from shared.events.intake import PlaceState
from shared.events.municipality_gateway import TaskStatus
from shared.spine.work import Aggregate
from tests.intake_served import colleague, read, said, signed_up, token


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


async def test_the_call_list_shows_name_and_phone_and_leaves_a_row_for_every_reading(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert (call["name"], call["phone"], call["kommune"]) == ("En Leder", "+4520123456", "0561")
    rows = await intake.pool.fetch("SELECT person_id::text, route FROM access_log")
    assert [tuple(row) for row in rows] == [(leader_id, "GET /calls")] * 2


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
    everything = all_of([*leaders.values(), *places.values()])
    await finds_exactly(intake, everything, now)
    await finds_exactly(intake, everything, now + timedelta(days=90))


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

    everything = all_of(states)
    assert len({one.turn.what for one in turns(everything, now) if is_line(one.turn, today)}) > 12
    await finds_exactly(intake, everything, now)
    for days in (1, 2, 9, 90):
        await finds_exactly(intake, everything, now + timedelta(days=days))
    later = now + timedelta(days=90)
    # What happens turns what is around it as well: erased, filled, over.
    changed: list[Any] = [
        *(one.changed(erased=not one.erased) for one in everything.leaders.values()),
        *(one.changed(over=not one.over) for one in everything.referrals.values()),
        *(one.changed(state="cancelled") for one in everything.matches),
        *(one.changed(state="filled") for one in [*everything.places.values()][::2]),
    ]
    now_as = {one.id: one for one in changed}
    states = [now_as.get(state.id, state) for state in states]
    for share in (changed[::3], changed[1::3], changed[2::3]):
        await know(intake, *share)
        async with intake.pool.acquire() as conn:
            await judge(conn, later)
    await finds_exactly(intake, all_of(states), later)


async def finds_exactly(intake: SimpleNamespace, everything: Known, now: datetime) -> None:
    """The rows are what the rules say of everything, in their order; read again, so is whom to ring about it."""
    today = now.astimezone(DENMARK).date()
    found = turns(everything, now)
    waiting = yeses(found)
    right = [one for one in found if is_line(one.turn, today) and (one.id not in waiting or waiting[one.id])]
    right.sort(key=lambda one: (order(one.turn, today), one.id))
    async with intake.pool.acquire() as conn:
        await judge(conn, now)
        keys = await first_lines(conn, today, len(found))
        assert keys == [(one.thing, one.id) for one in right]
        works = await counts(conn, today)
        assert works == Counter(WORK[one.turn.what] for one in right)
        assert [*works] == [*dict.fromkeys(WORK[one.turn.what] for one in right)]
        for work, some in (await lines_of(conn, today, [*works], 3, 2)).items():
            assert some == [(one.thing, one.id) for one in right if WORK[one.turn.what] == work][2:5]
        for n in range(0, len(keys), 100):
            part = right[n : n + 100]
            again = {one.id: one for one in turns(await around(conn, keys[n : n + 100]), now)}
            assert [(again[one.id].turn, again[one.id].person_id, again[one.id].contact_id) for one in part] == [
                (one.turn, one.person_id, one.contact_id) for one in part
            ]


def all_of(states: list[Any]) -> Known:
    def of(kind: type[Aggregate]) -> dict[str, Any]:
        return {one.id: one for one in states if isinstance(one, kind)}

    return Known(
        leaders=of(Leader), companies={}, places=of(Place), referrals=of(Referral), matches=[*of(Match).values()],
        placements=of(Placement), challenges=[*of(Challenge).values()],
        of_companies={one.company_id: id_ for id_, one in sorted(of(Leader).items(), reverse=True) if not one.erased},
        gone=frozenset(one.id for one in of(Leader).values() if one.erased),
    )  # fmt: skip


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
