"""What crosses on the way, both ways round."""

from datetime import date
from typing import Any

import pytest

from followup.commands.placements import CheckIn, End, Pause, PlanStage, RecordOutcome, Resume, Start
from shared.events.followup import (
    PlacementCancelled,
    PlacementCheckedIn,
    PlacementCheckinDue,
    PlacementEnded,
    PlacementPaused,
    PlacementResumed,
    PlacementStageChanged,
)
from shared.events.intake import PlaceClosed, PlacePaused
from tests.unit.followup.test_places import place
from tests.unit.followup.world import MATCH, START, World, agreed, an_id, begun, praktik, refused, withdrawn

NEXT = date(2026, 12, 7)


def next_stage(from_: date = NEXT, **changes: Any) -> PlanStage:
    frame: dict[str, Any] = {"form": "SMAAJOB", "hours": 15, "times_of_day": ("day",), "tasks": ("kontor-01",)}
    return PlanStage(placement_id=MATCH, from_=from_, **(frame | {"stage_id": an_id(50)} | changes))


def start() -> Start:
    return Start(placement_id=MATCH, on=START)


def test_a_withdrawal_before_the_start_is_recorded_cancels_it_and_the_start_is_refused() -> None:
    world = World()
    world.tell(agreed())
    world.on(START)
    world.tell(withdrawn(), version=2)
    with refused("state", "state"):
        world.tell(start())
    assert world.placement.state == "cancelled"


def test_a_withdrawal_after_the_start_is_recorded_is_on_the_days_list_until_somebody_has_asked() -> None:
    world = World()
    world.tell(agreed())
    world.on(START)
    world.tell(start())
    world.tell(withdrawn(), version=2)
    assert (world.placement.state, [a.code for a in world.placement.attention]) == ("active", ["candidate-withdrawn"])
    assert world.heard(PlacementCheckinDue)[-1].attention == ("candidate-withdrawn",)
    world.tell(CheckIn(placement_id=MATCH, kind="after-change", answered=False, by="consultant"))
    assert world.placement.attention
    world.tell(CheckIn(placement_id=MATCH, kind="after-change", answered=True, by="consultant"))
    assert not world.placement.attention
    assert world.heard(PlacementCheckedIn)[-1].attention == ()


@pytest.mark.parametrize("first", ["close", "start"])
def test_a_workplace_that_closes_down_cancels_what_has_not_begun_and_only_that(first: str) -> None:
    world = World()
    world.tell(agreed())
    world.on(START)
    if first == "start":
        world.tell(start())
    world.tell(place(PlaceClosed, reason="closed-down"))
    if first == "close":
        assert [e.reason for e in world.heard(PlacementCancelled)] == ["place-closed"]
    else:
        assert (world.placement.state, world.placement.attention[0].code) == ("active", "place-closed")


@pytest.mark.parametrize(("kind", "code"), [(PlaceClosed, "place-closed"), (PlacePaused, "place-paused")])
@pytest.mark.parametrize("stop_first", [True, False])
def test_what_is_agreed_says_what_became_of_its_place(kind: type[Any], code: str, stop_first: bool) -> None:
    world = World()
    messages = [place(kind, reason="internal"), agreed()]
    for message in messages if stop_first else reversed(messages):
        world.tell(message)
    assert [a.code for a in world.placement.attention] == [code]


@pytest.mark.parametrize("planned", ["before", "after", "never"])
def test_an_approval_that_runs_out_pauses_unless_a_next_stage_begins(planned: str) -> None:
    world = begun(**praktik())
    if planned == "before":
        world.tell(next_stage())
    world.on(NEXT)
    if planned == "after":
        world.tell(next_stage())
    paused, resumed = len(world.heard(PlacementPaused)), len(world.heard(PlacementResumed))
    states = {"before": ("active", 0, 0), "after": ("active", 1, 1), "never": ("paused", 1, 0)}
    assert (world.placement.state, paused, resumed) == states[planned]


@pytest.mark.parametrize("pause_first", [True, False])
def test_a_pause_on_the_day_of_a_stage_change_ends_in_that_stage_in_either_order(pause_first: bool) -> None:
    """In the first, the pause comes the evening before; in the other, after the stage has begun."""
    world = begun(**praktik())
    world.tell(next_stage(date(2026, 11, 23)))
    world.on(date(2026, 11, 22 if pause_first else 23))
    world.tell(Pause(placement_id=MATCH))
    world.on(date(2026, 11, 24))
    assert len(world.heard(PlacementStageChanged)) == 1
    assert (world.placement.state, world.placement.reason) == ("paused", "time-out")
    world.tell(Resume(placement_id=MATCH))
    assert (world.placement.state, world.placement.stage.hours) == ("active", 15)


def test_an_approval_that_runs_out_during_a_time_out_needs_a_next_stage_before_it_goes_on() -> None:
    world = begun(**praktik())
    world.tell(Pause(placement_id=MATCH))
    world.on(date(2026, 12, 14))
    with refused("R-PAY-1", "stage"):
        world.tell(Resume(placement_id=MATCH))
    world.tell(next_stage(date(2026, 12, 14)))
    world.tell(Resume(placement_id=MATCH))
    assert (world.placement.state, world.placement.stage.form) == ("active", "SMAAJOB")


@pytest.mark.parametrize("end_first", [True, False])
def test_a_check_in_and_the_end_cross_and_the_end_stands_with_both_told(end_first: bool) -> None:
    world = begun()
    world.on(date(2026, 11, 16))
    asked = CheckIn(placement_id=MATCH, kind="first-week", answered=True, by="leader")
    over = End(placement_id=MATCH, reason="C-PACE", on=date(2026, 11, 16))
    for command in (over, asked) if end_first else (asked, over):
        world.tell(command)
    assert (world.placement.state, len(world.heard(PlacementEnded)), len(world.heard(PlacementCheckedIn))) == (
        "finished", 1, 1,
    )  # fmt: skip
    assert {check.kind for check in world.placement.plan} == {"after-3-months", "after-6-months", "after-12-months"}


@pytest.mark.parametrize("end_first", [True, False])
def test_a_stage_that_crosses_the_end_never_begins(end_first: bool) -> None:
    world = begun()
    world.on(date(2026, 11, 16))
    over = End(placement_id=MATCH, reason="C-PACE", on=date(2026, 11, 16))
    if end_first:
        world.tell(over)
        with refused("state", "state"):
            world.tell(next_stage())
    else:
        world.tell(next_stage())
        world.tell(over)
    world.on(date(2026, 12, 14))
    assert (world.placement.state, world.placement.ahead, world.heard(PlacementStageChanged)) == ("finished", (), [])


@pytest.mark.parametrize("error_first", [True, False])
def test_an_outcome_counts_when_it_comes_before_an_end_in_error_and_is_refused_after_it(error_first: bool) -> None:
    world = begun()
    became = RecordOutcome(placement_id=MATCH, outcome="O-EDUCATION", hours=None, on=START, when=None)
    error = End(placement_id=MATCH, reason="entered-in-error", on=START)
    if error_first:
        world.tell(error)
        with refused("state", "state"):
            world.tell(became)
    else:
        world.tell(became)
        world.tell(error)
    assert (world.placement.reason, len(world.placement.outcomes)) == ("entered-in-error", not error_first)
    assert world.placement.plan == ()
