"""Followup on a real PostgreSQL: what is hard, who helps, and whether it helped."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from shared.events.intake import LeaderSignedUp
from shared.events.municipality_gateway import PlacementSupportAnswered
from tests.followup_served import World, begun, clicked_thrice, place_opened, served
from tests.unit.followup.world import (
    COMPANY,
    LEADER,
    MATCH,
    PLACE,
    agreed,
    an_id,
)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


async def test_a_challenge_about_a_place_or_a_company_says_whom_to_ring(world: World) -> None:
    await world.hear((place_opened(), 1))
    for about, about_id in (("place", PLACE), ("company", COMPANY)):
        await world.post("/challenges", {"about": about, "about_id": about_id, "code": "C-ADMIN"})
    lines = (await world.get("/agenda"))["challenges"]
    assert [(c["about"], c["leader_id"], c["contact_id"], c["company_id"], c["awaits"]) for c in lines] == [
        ("place", LEADER, an_id(41), COMPANY, "help"),
        ("company", LEADER, an_id(41), COMPANY, "help"),
    ]
    for line in lines:
        await world.post(f"/challenges/{line['challenge_id']}/close", None)
    assert (await world.get("/agenda"))["challenges"] == []


async def test_support_that_the_kommune_grants_is_shown_and_the_challenge_waits_for_a_judgement(world: World) -> None:
    path = await begun(world)
    gap = {"about": "placement", "about_id": MATCH, "code": "C-SUPPORT-GAP", "help": "kommune"}
    raised = await world.post("/challenges", gap)
    assert (await world.get("/agenda"))["challenges"][0]["awaits"] == "kommune"
    answer = {"placement_id": MATCH, "place_id": PLACE, "challenge_id": raised["challenge_id"], "kommune": "0410"}
    granted = {"answer": "granted", "support": "mentor-hours", "minutes": 120, "to": date(2027, 2, 9)}
    await world.hear((PlacementSupportAnswered.model_validate(answer | granted), 1))
    assert (await world.get("/agenda"))["challenges"][0]["awaits"] == "judgement"
    shown = await world.get(path)
    assert [(s["support"], s["minutes"], s["to"], s["warnings"]) for s in shown["support"]] == [
        ("mentor-hours", 120, "2027-02-09", [])
    ]
    assert [(i["code"], i["by"]) for i in shown["interventions"]] == [("I-MENTOR-FUNDED", "kommune")]


async def test_a_double_click_is_one_challenge_and_one_intervention_and_later_the_same_is_another(world: World) -> None:
    await world.hear((agreed(), 1))
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PACE"}
    first, *others = await clicked_thrice(world, "/challenges", trouble, role="leader", leader=LEADER)
    assert others == [first] * 2
    tried = {"challenge_id": first, "code": "I-MENTOR", "by": "leader", "minutes": 20}
    assert len({*await clicked_thrice(world, "/interventions", tried)}) == 1
    assert [name for name, _ in await world.said()].count("challenge.raised") == 1
    assert [name for name, _ in await world.said()].count("intervention.tried") == 1
    another = await world.post("/challenges", {**trouble, "code": "C-ADMIN"}, role="leader", leader=LEADER)
    by_somebody_else = await world.post("/challenges", trouble)
    await world.pool.execute("UPDATE idempotency SET at = at - interval '11 seconds'")
    later = await world.post("/challenges", trouble, role="leader", leader=LEADER)
    ids = {first, *(one["challenge_id"] for one in (another, by_somebody_else, later))}
    assert len(ids) == 4


async def test_something_can_be_hard_at_a_company_that_has_only_just_joined(world: World) -> None:
    about = {"about": "company", "about_id": COMPANY, "code": "C-ADMIN"}
    assert (await world.ask("POST", "/challenges", about)).status == 404
    joined = LeaderSignedUp(
        leader_id=LEADER, company_id=COMPANY, first_of_company=True, workplace_id=an_id(7), kommune="0561"
    )
    await world.hear((joined, 1))
    await world.post("/challenges", about)
    (line,) = (await world.get("/agenda"))["challenges"]
    assert (line["about"], line["leader_id"], line["company_id"], line["contact_id"]) == (
        "company", LEADER, COMPANY, None,
    )  # fmt: skip


async def test_what_helped_is_counted_over_all_placements_as_far_as_it_was_judged(world: World) -> None:
    await world.hear((agreed(), 1), (agreed(match_id=an_id(61), candidate_id=an_id(62)), 1))
    for about, results in ((MATCH, ("solved", "too-early")), (an_id(61), ("not-solved", "partly", "solved"))):
        hard = {"about": "placement", "about_id": about, "code": "C-PACE"}
        raised = (await world.post("/challenges", hard))["challenge_id"]
        for n, result in enumerate(results):
            tried = {"challenge_id": raised, "code": "I-PACE", "by": "leader", "minutes": n}
            id_ = (await world.post("/interventions", tried))["intervention_id"]
            await world.post(f"/interventions/{id_}/result", {"result": result})
    counted = {"challenge": "C-PACE", "intervention": "I-PACE", "tried": 4, "solved": 2, "partly": 1}
    assert await world.get("/interventions?challenge=C-PACE") == [counted]
    assert await world.get("/interventions?challenge=C-ABSENCE") == []
