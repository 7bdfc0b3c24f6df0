"""What became of a placement, while it lives and after."""

from datetime import date
from typing import Any

import pytest

from followup.commands.placements import RecordOutcome
from shared.events.followup import PlacementAnswerRefused, PlacementOutcomeRecorded
from shared.events.municipality_gateway import PlacementReported
from tests.unit.followup.world import MATCH, PLACE, START, World, begun, end, refused


def outcome(world: World, code: str, on: date, **changes: Any) -> None:
    world.on(on)
    world.tell(RecordOutcome(placement_id=MATCH, outcome=code, on=on, **changes))


def test_two_outcomes_can_hold_at_once_and_the_same_one_is_one() -> None:
    world = begun()
    end(world, "education")
    outcome(world, "O-EDUCATION", START)
    outcome(world, "O-STUDENTJOB", START)
    outcome(world, "O-EDUCATION", START)
    assert [e.outcome for e in world.heard(PlacementOutcomeRecorded)] == ["O-EDUCATION", "O-STUDENTJOB"]


def test_employment_needs_its_hours() -> None:
    with refused("missing-field", "hours"):
        outcome(begun(), "O-ORDINARY", START)


@pytest.mark.parametrize(
    ("on", "when"),
    [
        (date(2026, 11, 9), "0"),
        (date(2027, 2, 8), "0"),
        (date(2027, 2, 9), "3"),
        (date(2027, 8, 1), "6"),
        (date(2029, 1, 1), "12"),
    ],
)
def test_an_outcome_after_the_end_counts_in_whole_months_rounded_down(on: date, when: str) -> None:
    world = begun()
    end(world, "goal-reached")
    outcome(world, "O-ORDINARY", on, hours=30)
    assert world.heard(PlacementOutcomeRecorded)[0].when == when


def test_an_outcome_while_it_lives_is_living_and_can_be_nothing_else() -> None:
    world = begun()
    outcome(world, "O-RETAINED", START)
    assert world.heard(PlacementOutcomeRecorded)[0].when == "living"
    with refused("state", "when"):
        outcome(world, "O-RETAINED", START, when="3")


def test_a_consultant_may_say_that_a_call_some_days_early_is_the_three_months_call() -> None:
    world = begun()
    end(world, "goal-reached")
    outcome(world, "O-ORDINARY", date(2027, 2, 5), hours=30, when="3")
    assert world.heard(PlacementOutcomeRecorded)[0].when == "3"


def report(world: World, **changes: Any) -> None:
    said = {"placement_id": MATCH, "place_id": PLACE, "kommune": "0410", "outcome": "O-SMAAJOB", "on": START}
    world.tell(PlacementReported(**(said | {"reply_id": "r9"} | changes)))


def test_a_kommune_reports_what_became_of_it() -> None:
    world = begun()
    report(world, hours=12)
    (recorded,) = world.heard(PlacementOutcomeRecorded)
    assert (recorded.by, recorded.hours, recorded.when) == ("kommune", 12, "living")


@pytest.mark.parametrize(
    ("changes", "rule"), [({}, "missing-field"), ({"hours": 12, "kommune": "0607"}, "R-XBORDER-1")]
)
def test_a_report_that_does_not_fit_is_told(changes: dict[str, Any], rule: str) -> None:
    world = begun()
    report(world, **changes)
    assert [(e.reply_id, e.rule) for e in world.heard(PlacementAnswerRefused)] == [("r9", rule)]
    assert world.heard(PlacementOutcomeRecorded) == []


@pytest.mark.parametrize(
    ("on", "said", "fits"),
    [
        (START, "0", True),
        (START, "12", False),
        (START, "3", False),
        (START, "living", False),
        (date(2027, 1, 25), "3", False),
        (date(2027, 1, 26), "3", True),
        (date(2027, 1, 26), "0", True),
        (date(2027, 2, 9), "0", False),
        (date(2027, 4, 1), "3", True),
        (date(2027, 6, 1), "3", False),
        (date(2027, 6, 1), "12", False),
        (date(2029, 1, 1), "12", True),
        (date(2029, 1, 1), "6", False),
    ],
)
def test_the_time_that_is_said_fits_the_day(on: date, said: str, fits: bool) -> None:
    world = begun()
    end(world, "goal-reached")
    if fits:
        outcome(world, "O-ORDINARY", on, hours=30, when=said)
        assert world.last(PlacementOutcomeRecorded).when == said
    else:
        with refused("state", "when"):
            outcome(world, "O-ORDINARY", on, hours=30, when=said)


def test_what_held_before_the_end_may_be_said_of_the_end() -> None:
    world = begun()
    world.on(date(2026, 12, 7))
    end(world, "job-elsewhere", date(2026, 12, 7))
    world.tell(RecordOutcome(placement_id=MATCH, outcome="O-ORDINARY", on=START, hours=30, when="0"))
    assert world.last(PlacementOutcomeRecorded).when == "0"
