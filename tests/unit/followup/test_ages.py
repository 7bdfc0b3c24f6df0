"""Who is 15 to 17: at every stage, not at the first alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from followup.commands.placements import Move, PlanStage, StageAnswer
from followup.state.candidates import Candidate
from shared.catalogue.tasks import TASKS
from shared.events.base import Profile
from shared.events.followup import PlacementMoved, PlacementStagePlanned
from shared.events.municipality_gateway import CandidateChanged, CandidateProposed, CandidateRegistered
from tests.unit.followup.world import (
    CANDIDATE,
    LEADER,
    MATCH,
    PLACE,
    START,
    World,
    agreed,
    an_id,
    begun,
    refused,
    withdrawn,
)

WHO = f"0410.{CANDIDATE}"
CHECKED = next(task.id for task in TASKS if task.u18_check)


def profile(age_band: str) -> Profile:
    return Profile(age_band=age_band, hours=20, times_of_day=("day",), reach=60, forms=("SMAAJOB",), from_=START)


def proposed(age_band: str) -> CandidateProposed:
    return CandidateProposed(
        candidate_id=CANDIDATE,
        kommune="0410",
        referral_id=an_id(6),
        place_id=PLACE,
        leader_id=LEADER,
        reply_id="r1",
        profile=profile(age_band),
        start=START,
    )


def living(age_band: str | None) -> World:
    world = begun()
    if age_band:
        world.tell(proposed(age_band))
    return world


def plan(world: World, **changes: Any) -> Any:
    given: dict[str, Any] = {"form": "SMAAJOB", "hours": 15, "times_of_day": ("day",), "from_": date(2026, 11, 23)}
    frame: dict[str, Any] = {"tasks": ("social_sundhed-02",), "stage_id": an_id(50), "candidate": WHO}
    return world.tell(PlanStage(placement_id=MATCH, **(given | frame | changes)))


def test_nobody_of_15_to_17_gets_a_night_shift_at_a_later_stage() -> None:
    with refused("R-U18-2", "times_of_day"):
        plan(living("15-17"), times_of_day=("day", "night"))
    assert plan(living("18-24"), times_of_day=("night",)).warnings == ()


def test_whose_age_is_not_known_is_warned_about_at_night() -> None:
    answer: StageAnswer = plan(living(None), times_of_day=("night",))
    (warning,) = answer.warnings
    assert warning.rule == "R-U18-2"
    assert warning.da.startswith("Unge på 15-17 år må ikke arbejde om natten")


def test_who_has_become_18_may() -> None:
    world = living("15-17")
    world.tell(CandidateChanged(candidate_id=CANDIDATE, kommune="0410", profile=profile("18-24"), reply_id="r2"))
    assert plan(world, times_of_day=("night",)).warnings == ()


def test_a_new_task_that_is_to_be_checked_is_looked_at_by_a_consultant() -> None:
    with refused("R-U18-1", "tasks"):
        plan(living("15-17"), tasks=(CHECKED,))
    plan(living("15-17"), tasks=(CHECKED,), u18_tasks_confirmed=True)
    plan(living("18-24"), tasks=(CHECKED,))


def test_another_department_has_tasks_that_are_to_be_checked_too() -> None:
    world = living("15-17")
    move: dict[str, Any] = {"placement_id": MATCH, "on": START, "contact_id": an_id(9), "candidate": WHO}
    with refused("R-U18-1", "tasks"):
        world.tell(Move(**move, tasks=(CHECKED,)))
    world.tell(Move(**move, tasks=(CHECKED,), u18_tasks_confirmed=True))
    assert world.last(PlacementMoved).stage.tasks == (CHECKED,)


def test_of_a_profile_only_the_age_band_is_kept_and_it_is_forgotten_with_a_withdrawal() -> None:
    world = World()
    world.tell(proposed("15-17"))
    kept = world.get(Candidate, WHO).model_dump(exclude_defaults=True)
    assert kept == {"id": WHO, "age_band": "15-17"}
    world.tell(withdrawn())
    assert world.get(Candidate, WHO).age_band is None


@pytest.mark.parametrize("is_agreed", [True, False])
def test_the_age_band_of_who_is_not_placed_is_forgotten_after_30_days(is_agreed: bool) -> None:
    world = World()
    world.tell(proposed("15-17"))
    if is_agreed:
        world.tell(agreed())
    world.until(world.now + timedelta(days=29))
    assert world.get(Candidate, WHO).age_band == "15-17"
    world.until(world.now + timedelta(days=1))
    assert world.get(Candidate, WHO).age_band == ("15-17" if is_agreed else None)


def test_who_was_never_proposed_is_nobody_here() -> None:
    world = World()
    world.tell(CandidateRegistered(candidate_id=CANDIDATE, kommune="0410", profile=profile("18-24"), reply_id="r2"))
    assert world.states == {}


@pytest.mark.parametrize("first", ["proposed", "agreed"])
def test_the_age_is_known_in_whichever_order_proposal_and_agreement_arrive(first: str) -> None:
    world = World()
    for message in (proposed("15-17"), agreed()) if first == "proposed" else (agreed(), proposed("15-17")):
        world.tell(message)
    with refused("R-U18-2", "times_of_day"):
        plan(world, times_of_day=("night",))
    assert world.heard(PlacementStagePlanned) == []
