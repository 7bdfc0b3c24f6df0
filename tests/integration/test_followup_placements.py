"""Followup on a real PostgreSQL: from the first day to what became of it, and who sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from shared.events.municipality_gateway import CandidateHeard, CandidateWithdrawn
from tests.followup_served import World, begun, clicked_thrice, served
from tests.unit.followup.test_ages import proposed
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


async def test_a_praktik_turns_into_paid_hours_and_into_a_job(world: World) -> None:
    await world.hear((agreed(**praktik()), 1))
    await world.on(START)
    path = f"/placements/{MATCH}"
    await world.post(f"{path}/start", {"on": "2026-11-09"})
    answers = {"kind": "first-day", "answered": True, "answers": ["courage"]}
    assert (await world.post(f"{path}/checkins", answers))["next_checkin"] == "2026-11-16"
    paid = {
        "form": "SMAAJOB",
        "hours": 15,
        "times_of_day": ["day"],
        "tasks": ["social_sundhed-02"],
        "from": "2026-12-07",
    }
    assert not (await world.post(f"{path}/stages", paid))["approval_needed"]
    await world.on(date(2026, 12, 7))
    await world.post(f"{path}/end", {"reason": "goal-reached", "on": "2026-12-07", "gains": ["courage"]})
    job = {"outcome": "O-ORDINARY", "hours": 30, "on": "2026-12-07"}
    assert (await world.post(f"{path}/outcomes", job))["when"] == "0"

    said = [(what, data) for what, data in await world.said() if what != "placement.checkin-due"]
    assert [what for what, _ in said] == [
        "placement.planned",
        "placement.started",
        "placement.checked-in",
        "placement.stage-planned",
        "placement.stage-changed",
        "placement.ended",
        "placement.outcome-recorded",
    ]
    assert said[4][1]["stage"]["from"] == "2026-12-07"
    shown = await world.get(path, role="kommune", kommune="0410")
    assert [stage["form"] for stage in shown["stages"]] == ["VIRKSOMHEDSPRAKTIK", "SMAAJOB"]
    assert shown["outcomes"][0]["outcome"] == "O-ORDINARY"


async def test_a_withdrawal_and_an_agreement_that_cross_end_cancelled_in_either_order(world: World) -> None:
    withdrawn = CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved")
    await world.hear((agreed(), 1))
    await world.hear((withdrawn, 2))
    await world.hear((agreed(match_id=an_id(60)), 1))
    cancelled = [data["placement_id"] for what, data in await world.said() if what == "placement.cancelled"]
    assert cancelled == [MATCH, an_id(60)]


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    await world.hear((agreed(), 1))
    await hide_from_kommuner("followup.aggregate")
    path, at_place = f"/placements/{MATCH}", f"/placements?place_id={PLACE}"
    assert (await world.ask("GET", path, role="kommune", kommune="0410")).status == 404
    assert await world.get(at_place, role="kommune", kommune="0410") == []
    assert (await world.get(path))["placement_id"] == MATCH


async def test_leaders_and_kommuner_see_their_own_and_nobody_elses(world: World) -> None:
    await world.hear((agreed(), 1))
    path, at_place = f"/placements/{MATCH}", f"/placements?place_id={PLACE}"
    for who in ({"role": "leader", "leader": LEADER}, {"role": "kommune", "kommune": "0410"}):
        assert (await world.get(path, **who))["placement_id"] == MATCH
        assert [p["placement_id"] for p in await world.get(at_place, **who)] == [MATCH]
    for who in ({"role": "leader", "leader": an_id(99)}, {"role": "kommune", "kommune": "0607"}):
        assert (await world.ask("GET", path, **who)).status == 404
        assert await world.get(at_place, **who) == []
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PHONE"}
    assert (await world.ask("POST", "/challenges", trouble, role="leader", leader=an_id(99))).status == 404
    assert (await world.ask("POST", f"{path}/start", {"on": "2026-11-09"}, role="leader", leader=LEADER)).status == 403


async def test_the_placements_of_a_place_come_in_order_of_their_agreements(world: World) -> None:
    first, second = an_id(61), an_id(60)
    await world.hear((agreed(match_id=first), 1))
    await world.on(START)
    await world.hear((agreed(match_id=second), 1))
    placements = await world.get(f"/placements?place_id={PLACE}")
    assert [p["placement_id"] for p in placements] == [first, second]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/placements/{an_id(99)}/start", {"on": "2026-11-09"}, 404),
        ("/challenges", {"about": "company", "about_id": an_id(99), "code": "C-PACE"}, 404),
        ("/challenges", {"about": "placement", "about_id": MATCH, "code": "C-DIAGNOSIS"}, 422),
        (f"/placements/{MATCH}/cancel", {"reason": "bad-weather"}, 422),
        (f"/placements/{MATCH}/end", {"reason": "company", "on": "2026-11-09"}, 409),
    ],
)
async def test_what_cannot_be_is_a_problem_and_changes_nothing(
    world: World, path: str, body: dict[str, Any], status: int
) -> None:
    await world.hear((agreed(), 1))
    before = await world.said()
    assert (await world.ask("POST", path, body)).status == status
    assert await world.said() == before


async def test_a_double_click_plans_one_stage(world: World) -> None:
    path = await begun(world)
    stage = {"form": "SMAAJOB", "hours": 20, "times_of_day": ["day"], "tasks": ["social_sundhed-02"]}
    assert len({*await clicked_thrice(world, f"{path}/stages", stage | {"from": "2026-11-23"})}) == 1
    assert [name for name, _ in await world.said()].count("placement.stage-planned") == 1


async def test_the_warnings_of_a_stage_are_in_the_answer_and_a_wrong_one_is_corrected(world: World) -> None:
    path = await begun(world)
    stage = {"form": "SMAAJOB", "hours": 37, "times_of_day": ["day"], "tasks": ["social_sundhed-02"]}
    planned = await world.post(f"{path}/stages", stage | {"from": "2026-11-23"})
    assert [w["rule"] for w in planned["warnings"]] == ["R-HOURS-JUMP"]
    now = stage | {"from": "2026-11-23", "hours": 15}
    correction = {"what": "stage", "stage_id": planned["stage_id"], "now": now}
    await world.post(f"{path}/corrections", correction)
    await world.post(f"{path}/corrections", {"what": "stage", "stage_id": planned["stage_id"]})
    await world.post(f"{path}/outcomes", {"outcome": "O-ONGOING", "on": "2026-11-09"})
    await world.post(f"{path}/corrections", {"what": "outcome", "outcome": "O-ONGOING", "when": "living"})
    await world.on(date(2026, 11, 11))
    await world.post(f"{path}/corrections", {"what": "start", "on": "2026-11-10"})
    await world.post(f"{path}/end", {"reason": "company", "on": "2026-11-11"})
    await world.post(f"{path}/corrections", {"what": "end", "on": "2026-11-11", "reason": "education"})
    shown = await world.get(path)
    assert [(c["what"], c["by"]) for c in shown["corrections"]] == [
        (what, "local-consultant") for what in ("stage", "stage", "outcome", "start", "end")
    ]
    assert (shown["started_on"], shown["how"], shown["outcomes"]) == ("2026-11-10", "as-planned", [])
    said = [data["what"] for what, data in await world.said() if what == "placement.corrected"]
    assert said == ["stage", "outcome", "start", "end"]


async def test_nobody_of_15_to_17_works_at_night_at_a_later_stage(world: World) -> None:
    path = await begun(world)
    await world.hear((proposed("15-17"), 1))
    stage = {"form": "SMAAJOB", "hours": 15, "times_of_day": ["night"], "tasks": ["social_sundhed-02"]}
    refused = await world.ask("POST", f"{path}/stages", stage | {"from": "2026-11-23"})
    assert (refused.status, refused.json["rule"], refused.json["field"]) == (422, "R-U18-2", "times_of_day")


async def test_another_department_is_the_same_placement(world: World) -> None:
    path = await begun(world)
    await world.post(f"{path}/move", {"on": "2026-11-09", "contact_id": an_id(41), "buddy_id": an_id(42)})
    shown = await world.get(path)
    assert (shown["contact_id"], shown["buddy_id"]) == (an_id(41), an_id(42))
    assert [m["contact_id"] for m in shown["moves"]] == [LEADER]


async def test_a_certificate_opens_with_its_code_to_anybody_and_names_nobody(world: World) -> None:
    path = await begun(world)
    progress = {"goals": ["tools"], "progress": [{"code": "tools", "level": "independent"}]}
    await world.post(f"{path}/learning", progress, role="leader", leader=LEADER)
    issued = await world.post(f"{path}/certificates", {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://followup") as anybody:
        shown = await anybody.get(f"/certificates/{issued['code'].lower()}")
        paper = await anybody.get(f"/certificates/{issued['code']}/paper")
        again = await anybody.get(f"/certificates/{issued['code']}/paper")
        for wrong in ("BCDFG-BCDFG-BCDFG-BCDFG", "BCDFG"):
            assert (await anybody.get(f"/certificates/{wrong}")).status_code in (404, 422)
    certificate = shown.json()
    assert [(c["competence"]["da"], c["level"]["da"]) for c in certificate["competences"]] == [
        ("Værktøj", "Kan det selv")
    ]
    text = shown.text + str(paper.headers)
    for whose in (CANDIDATE, LEADER, COMPANY, PLACE, MATCH, "0410", issued["certificate_id"]):
        assert whose not in text
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert paper.content == again.content

    for who in ({"role": "consultant"}, {"role": "kommune", "kommune": "0410"}):
        assert [c["code"] for c in (await world.get(path, **who))["certificates"]] == [issued["code"]]
    assert (await world.get(path, role="leader", leader=LEADER))["certificates"] == []
    await world.post(f"{path}/end", {"reason": "entered-in-error", "on": "2026-11-09"})
    assert (await world.ask("GET", f"/certificates/{issued['code']}")).status == 404


async def test_the_young_persons_voice_is_shown_to_the_consultant_and_the_kommune_and_not_to_the_leader(
    world: World,
) -> None:
    path = await begun(world)
    voice = CandidateHeard(
        candidate_id=CANDIDATE, kommune="0410", placement_id=MATCH, wellbeing=2, learning=("cooperation",)
    )
    await world.hear((voice, 1))
    for who, seen in (
        ({"role": "consultant"}, 1),
        ({"role": "kommune", "kommune": "0410"}, 1),
        ({"role": "leader", "leader": LEADER}, 0),
    ):
        shown = await world.get(path, **who)
        found = shown["learning"]
        assert (len(found["voices"]), len(found["noted"]), len(shown["attention"])) == (seen, seen, seen)


async def test_a_leader_sees_all_their_own_without_naming_a_place_and_nobody_else_does(world: World) -> None:
    others = agreed(match_id=an_id(61), candidate_id=an_id(62), place_id=an_id(63), leader_id=an_id(64))
    await world.hear((agreed(), 1), (others, 1))
    for leader, own in ((LEADER, MATCH), (an_id(64), an_id(61))):
        found = await world.get("/placements", role="leader", leader=leader)
        assert [one["placement_id"] for one in found] == [own]
    assert await world.get("/placements", role="leader", leader=an_id(65)) == []
    for role, claims in (("consultant", {}), ("kommune", {"kommune": "0410"})):
        answer = await world.ask("GET", "/placements", role=role, **claims)
        assert (answer.status, answer.json["field"]) == (422, "query.place_id")
