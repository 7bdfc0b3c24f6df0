"""Followup on a real PostgreSQL: whom a consultant asks today, each line once."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from followup.app import service
from shared.events.municipality_gateway import CandidateWithdrawn
from shared.settings import OwnSettings
from shared.spine.engine import Spine
from tests.followup_served import World, begun, served
from tests.unit.followup.world import (
    CANDIDATE,
    COMPANY,
    LEADER,
    MATCH,
    PLACE,
    START,
    agreed,
    an_id,
    praktik,
)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


async def test_check_ins_are_said_on_their_days_across_a_restart(world: World) -> None:
    await world.hear((agreed(), 1))
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    world.spine = Spine(world.pool, service.book(OwnSettings()), world.clock)
    await world.on(date(2026, 11, 16))
    due = [(data["kind"], data["on"]) for what, data in await world.said() if what == "placement.checkin-due"]
    assert due == [("first-day", "2026-11-09"), ("first-week", "2026-11-16")]


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
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    await world.on(date(2026, 12, 7))
    agenda = await world.get("/agenda")
    assert [p["placement_id"] for p in agenda["approval_expired"]] == [MATCH]
    refused = await world.ask("POST", f"/placements/{MATCH}/resume")
    assert (refused.status, refused.json["rule"]) == (422, "R-PAY-1")
    await world.on(date(2026, 12, 14))
    agenda = await world.get("/agenda")
    [line] = agenda["approval_expired"]
    assert (line["kind"], [c["kind"] for c in line["due"]]) == ("after-change", ["after-change"])
    assert (agenda["due"], agenda["coming"]) == ([], [])


async def test_the_agenda_has_one_line_for_a_placement_with_all_that_is_due_and_whom_to_ring(world: World) -> None:
    path = await begun(world)
    await world.hear((CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved"), 2))
    await world.on(date(2026, 12, 8))
    [line] = (await world.get("/agenda?days=60"))["due"]
    assert [c["kind"] for c in line["due"]] == [
        "first-day",
        "after-change",
        "first-week",
        "weekly",
        "weekly",
        "weekly",
    ]
    assert (line["kind"], line["on"]) == ("first-day", "2026-11-09")
    assert [a["code"] for a in line["attention"]] == ["candidate-withdrawn"]
    ring = {"leader_id": LEADER, "contact_id": LEADER, "place_id": PLACE, "kommune": "0410"}
    assert {name: line[name] for name in ring} == ring
    await world.post(f"{path}/checkins", {"kind": "weekly", "answered": True})
    agenda = await world.get("/agenda?days=60")
    assert (agenda["due"], [line["kind"] for line in agenda["coming"]], agenda["more"]) == ([], ["monthly"], False)


async def test_what_happened_around_a_time_out_is_due_and_other_time_outs_come_on_their_day(world: World) -> None:
    path = await begun(world)
    await world.post(f"{path}/pause", {"until": "2027-02-01"})
    agenda = await world.get("/agenda?days=7")
    assert (agenda["due"], agenda["coming"]) == ([], [])
    await world.hear((CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved"), 2))
    await world.post(f"{path}/checkins", {"kind": "after-change", "answered": True})
    assert (await world.get("/agenda?days=7"))["due"] == []
    assert [line["on"] for line in (await world.get("/agenda?days=60"))["coming"]] == []
    await world.on(date(2027, 1, 29))
    assert [line["on"] for line in (await world.get("/agenda?days=7"))["coming"]] == ["2027-02-01"]
    await world.hear((CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved"), 3))
    await world.on(date(2027, 1, 30))
    await world.post(f"{path}/resume", None)
    await world.post(f"{path}/pause", {"until": "2027-03-01"})
    assert [a["code"] for line in (await world.get("/agenda?days=7"))["due"] for a in line["attention"]] == [
        "candidate-withdrawn"
    ]


async def test_more_than_find_room_says_so(world: World) -> None:
    for n in range(3):
        await world.hear((agreed(match_id=an_id(100 + n), candidate_id=an_id(200 + n)), 1))
    agenda = await world.get("/agenda?limit=2")
    assert (len(agenda["coming"]), agenda["more"]) == (2, True)
    assert not (await world.get("/agenda?limit=3"))["more"]


async def test_a_days_list_is_ones_own_that_of_whom_one_stands_in_for_and_what_nobody_follows(world: World) -> None:
    for n in range(3):
        await world.hear((agreed(match_id=an_id(100 + n), candidate_id=an_id(200 + n)), 1))
    for n, to in ((0, "local-consultant"), (1, "anne")):
        await world.post("/handovers", {"placement_id": an_id(100 + n), "to": to})
    mine = "/agenda?whose=mine"
    assert [line["consultant"] for line in (await world.get(mine))["coming"]] == ["local-consultant", None]
    absence = {"from": "2026-11-02", "to": "2026-11-03", "substitute": "local-consultant"}
    await world.post("/consultants/anne/absences", absence)
    lines = (await world.get(mine))["coming"]
    assert [(line["consultant"], line["substitute"]) for line in lines] == [
        ("local-consultant", None),
        ("anne", "local-consultant"),
        (None, None),
    ]
    await world.on(date(2026, 11, 4))
    assert len((await world.get(mine))["coming"]) == 2
    handed = await world.post("/handovers", {"from": "anne", "to": "bo"})
    assert handed["placement_ids"] == [an_id(101)]
    followed = {c["consultant"]: c["placements"] for c in await world.get("/consultants")}
    assert followed == {"local-consultant": 1, "bo": 1, None: 1, "anne": 0}
