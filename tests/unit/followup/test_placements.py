"""The course of a placement: from the agreement to its end."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.commands.placements import Cancel, CheckIn, Pause, PlanStage, Resume, Start
from followup.rules.stages import next_day
from followup.state.placements import Placement
from shared.events.followup import PlacementCancelled, PlacementEnded, PlacementPlanned, PlacementStarted
from shared.spine.decision import Refused
from tests.unit.followup.world import (
    MATCH,
    START,
    World,
    agreed,
    an_id,
    begun,
    end,
    praktik,
    refused,
    terms,
    withdrawn,
)


def test_the_same_agreement_twice_is_one_placement() -> None:
    world = World()
    world.tell(agreed(warnings=("R-CAP-1",)))
    world.tell(agreed())
    (planned,) = world.heard(PlacementPlanned)
    assert (planned.placement_id, planned.match_id, planned.kommune) == (MATCH, MATCH, "0410")
    assert planned.warnings == ("R-CAP-1",)


def test_the_same_start_twice_is_one_and_another_day_is_refused() -> None:
    world = begun()
    world.tell(Start(placement_id=MATCH, on=START))
    assert len(world.heard(PlacementStarted)) == 1
    with refused("state", "state"):
        world.tell(Start(placement_id=MATCH, on=date(2026, 11, 10)))


@pytest.mark.parametrize("reason", ["goal-reached", "education", "job-elsewhere", "period-over"])
def test_leaving_for_education_or_a_job_is_as_planned(reason: str) -> None:
    assert end(begun(), reason).how == "as-planned"


@pytest.mark.parametrize("reason", ["company", "C-HOURS-TOO-MANY"])
def test_an_early_end_keeps_its_reason_and_what_was_gained(reason: str) -> None:
    ended = end(begun(), reason)
    assert (ended.how, ended.reason, ended.gains) == ("early", reason, ("outgoing", "decisions"))


def test_what_was_entered_in_error_is_no_early_end_and_nobody_asks_afterwards() -> None:
    world = begun()
    assert end(world, "entered-in-error").how == "as-planned"
    assert world.placement.next_checkin is None


def test_the_same_end_twice_is_one_and_another_is_refused() -> None:
    world = begun()
    end(world, "company")
    end(world, "company")
    assert len(world.heard(PlacementEnded)) == 1
    with refused("state", "state"):
        end(world, "education")


def test_an_end_lies_after_the_start() -> None:
    with refused("date-order", "on"):
        end(begun(), "company", on=date(2026, 11, 8))


def test_only_what_has_not_begun_is_cancelled() -> None:
    world = World()
    world.tell(agreed())
    with refused("state", "state"):
        end(world, "company")
    world.tell(Cancel(placement_id=MATCH, reason="did-not-come"))
    assert world.heard(PlacementCancelled)[0].next_checkin is None
    with refused("state", "state"):
        begun().tell(Cancel(placement_id=MATCH, reason="did-not-come"))


def test_a_cancelled_placement_has_no_timers() -> None:
    world = World()
    world.tell(agreed())
    world.tell(Cancel(placement_id=MATCH, reason="changed-mind"))
    assert world.timers == {}


def test_what_a_newer_build_wrote_inside_a_placement_is_kept() -> None:
    stored = begun().placement.model_dump(mode="json")
    for part in (stored, stored["stages"][0], stored["plan"][0]):
        part["of_a_newer_build"] = "kept"
    assert Placement.model_validate(stored).changed(until=None).model_dump(mode="json") == stored


FORMS = ["SMAAJOB", "ORDINAER", "VIRKSOMHEDSPRAKTIK"]
ACTIONS = st.lists(
    st.one_of(
        st.integers(min_value=0, max_value=40).map(lambda days: ("wait", days)),
        st.tuples(st.just("ask"), st.sampled_from(["first-week", "weekly", "monthly", "after-change"]), st.booleans()),
        st.tuples(st.just("stage"), st.sampled_from(FORMS), st.integers(-5, 40)),
        st.just(("pause",)),
        st.just(("resume",)),
        st.just(("withdraw",)),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(actions=ACTIONS, unpaid=st.booleans())
def test_a_living_placement_always_has_a_next_check_in(actions: list[tuple[Any, ...]], unpaid: bool) -> None:
    world = begun(**(praktik() if unpaid else {"terms": terms()}))
    today = START.toordinal()
    for n, (what, *how) in enumerate(actions):
        if what == "wait":
            today += how[0]
            world.on(date.fromordinal(today))
        with suppress(Refused):
            _act(world, what, how, n, today)
        assert world.placement.state in ("active", "paused")
        assert world.placement.next_checkin is not None
        assert (next_day(world.placement) or date.max) > date.fromordinal(today)
        assert all(event.next_checkin for _, event in world.said if hasattr(event, "next_checkin"))


def _act(world: World, what: str, how: list[Any], n: int, today: int) -> None:
    if what == "ask":
        world.tell(CheckIn(placement_id=MATCH, kind=how[0], answered=how[1], by="leader"))
    elif what == "stage":
        stage = {"stage_id": an_id(100 + n), "form": how[0], "from_": date.fromordinal(today + how[1])}
        frame = {"hours": 37, "times_of_day": ("day",), "tasks": ("social_sundhed-02",), "next_step": "ORDINAER"}
        world.tell(PlanStage(placement_id=MATCH, **stage, **frame))
    elif what == "pause":
        world.tell(Pause(placement_id=MATCH))
    elif what == "resume":
        world.tell(Resume(placement_id=MATCH))
    elif what == "withdraw":
        world.tell(withdrawn(), version=n + 2)
