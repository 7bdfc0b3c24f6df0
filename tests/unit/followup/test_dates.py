"""A typed year: what has happened is not to come, and what is to come is within sight."""

from datetime import date
from typing import Any

import pytest

from followup.commands.placements import End, Move, OfPlacement, Pause, PlanStage, RecordOutcome, Start
from shared.events.followup import PlacementAnswerRefused, PlacementOutcomeRecorded
from shared.events.municipality_gateway import PlacementReported
from tests.unit.followup.world import LEADER, MATCH, MONDAY, PLACE, START, World, agreed, an_id, at, begun, refused

LATE = date(2027, 10, 9)
STAGE = {"stage_id": an_id(50), "form": "SMAAJOB", "hours": 15, "times_of_day": ("day",), "tasks": ("kontor-01",)}


def asked(kind: type[Any], **facts: Any) -> Any:
    return kind(placement_id=MATCH, **facts)


@pytest.mark.parametrize(
    ("command", "rule", "field"),
    [
        (asked(End, reason="company", on=LATE), "date-future", "on"),
        (asked(End, reason="company", on=date(2026, 11, 8)), "date-order", "on"),
        (asked(RecordOutcome, outcome="O-RETAINED", on=date(2028, 11, 9)), "date-future", "on"),
        (asked(RecordOutcome, outcome="O-RETAINED", on=date(2026, 11, 8)), "date-order", "on"),
        (asked(Move, on=LATE, contact_id=LEADER, buddy_id=an_id(9)), "date-future", "on"),
        (asked(Move, on=date(2026, 11, 8), contact_id=LEADER, buddy_id=an_id(9)), "date-order", "on"),
        (asked(Pause, until=date(2028, 11, 20)), "date-far", "until"),
        (asked(PlanStage, **STAGE, from_=date(2062, 12, 4)), "date-far", "from"),
        (asked(PlanStage, **STAGE, from_=date(2026, 12, 4), to=date(2100, 1, 1)), "date-far", "to"),
    ],
)
def test_a_day_that_cannot_be_is_refused_on_its_field(command: OfPlacement, rule: str, field: str) -> None:
    world = begun()
    before = world.placement
    with refused(rule, field):
        world.tell(command)
    assert world.placement == before


@pytest.mark.parametrize(("on", "rule"), [(date(2026, 11, 10), "date-future"), (date(2026, 11, 1), "date-order")])
def test_a_first_day_is_neither_to_come_nor_before_the_agreement(on: date, rule: str) -> None:
    world = World()
    world.tell(agreed())
    world.on(START)
    with refused(rule, "on"):
        world.tell(Start(placement_id=MATCH, on=on))
    world.tell(Start(placement_id=MATCH, on=MONDAY))
    assert world.placement.started_on == MONDAY


def test_an_agreement_that_we_read_days_late_was_made_when_it_was_said() -> None:
    world = World()
    said = at(MONDAY)
    world.on(date(2026, 11, 20))
    world.tell(agreed(), time=said)
    world.tell(Start(placement_id=MATCH, on=START))
    assert world.placement.started_on == START


def test_the_last_days_that_can_be_are_taken() -> None:
    world = begun()
    world.tell(Pause(placement_id=MATCH, until=date(2027, 11, 9)))
    world.tell(RecordOutcome(placement_id=MATCH, outcome="O-RETAINED", on=START))
    world.tell(End(placement_id=MATCH, reason="company", on=START))
    assert world.placement.state == "finished"


def test_a_kommunes_outcome_of_2100_is_told_back_with_its_field_and_rule() -> None:
    world = begun()
    facts = {"placement_id": MATCH, "place_id": PLACE, "kommune": "0410", "outcome": "O-SMAAJOB", "hours": 12}
    world.tell(PlacementReported(**facts, on=date(2100, 1, 1), reply_id="r9"))
    told = world.heard(PlacementAnswerRefused)
    assert [(e.reply_id, e.field, e.rule) for e in told] == [("r9", "on", "date-future")]
    assert world.heard(PlacementOutcomeRecorded) == []


def test_what_an_older_build_wrote_has_no_day_of_agreement_and_starts_all_the_same() -> None:
    world = World()
    world.tell(agreed())
    world.states["placement", MATCH] = world.placement.changed(agreed_on=None, ramp=())
    world.on(START)
    world.tell(Start(placement_id=MATCH, on=date(2026, 11, 1)))
    assert world.placement.state == "active"
