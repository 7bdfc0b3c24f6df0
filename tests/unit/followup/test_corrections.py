"""What was entered wrongly is put right, under the same rules, and what stood there stays as a trace."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from followup.commands.corrections import CorrectEnd, CorrectionBody, CorrectOutcome, CorrectStage, CorrectStart
from followup.commands.placements import CheckIn, End, RecordOutcome
from shared.events.followup import PlacementCorrected, PlacementOutcomeRecorded, PlacementStagePlanned
from tests.unit.followup.test_ages import WHO, proposed
from tests.unit.followup.test_races import next_stage
from tests.unit.followup.world import MATCH, MONDAY, START, World, agreed, an_id, begun, praktik, refused

STAGE = an_id(50)
TUESDAY = date(2026, 11, 10)
DECEMBER = date(2026, 12, 14)


def finished(on: date = date(2026, 12, 1)) -> World:
    world = begun()
    world.on(DECEMBER)
    world.tell(End(placement_id=MATCH, reason="company", on=on, gains=("courage",)))
    return world


def correct(world: World, kind: Any, **facts: Any) -> None:
    world.tell(kind(placement_id=MATCH, **facts), by="anne")


def stage(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"form": "SMAAJOB", "hours": 15, "times_of_day": ("day",), "tasks": ("kontor-01",)}
    return facts | {"from": date(2026, 11, 23)} | changes


def correct_stage(world: World, now: dict[str, Any] | None, stage_id: str = STAGE) -> None:
    world.tell(
        CorrectStage.model_validate({"placement_id": MATCH, "stage_id": stage_id, "now": now, "candidate": WHO}),
        by="anne",
    )


# -- the first day -----------------------------------------------------------------------------------------------------


def test_a_first_day_is_another_one_and_the_trace_says_who_and_what_stood_there() -> None:
    world = begun()
    world.on(TUESDAY)
    correct(world, CorrectStart, on=TUESDAY)
    p = world.placement
    assert (p.started_on, p.stage.from_) == (TUESDAY, TUESDAY)
    assert [(c.what, c.on, c.by, c.was) for c in p.corrections] == [("start", TUESDAY, "anne", {"on": "2026-11-09"})]
    said = world.last(PlacementCorrected)
    assert (said.what, said.on, said.stage, said.present) == ("start", TUESDAY, p.stage, True)


def test_the_same_first_day_is_no_correction() -> None:
    world = begun()
    correct(world, CorrectStart, on=START)
    assert (world.placement.corrections, world.heard(PlacementCorrected)) == ((), [])


@pytest.mark.parametrize(
    ("on", "rule"),
    [(date(2026, 11, 1), "date-order"), (date(2026, 11, 10), "date-future"), (date(2027, 11, 9), "date-future")],
)
def test_a_corrected_first_day_is_held_against_the_same_rules(on: date, rule: str) -> None:
    with refused(rule, "on"):
        correct(begun(), CorrectStart, on=on)


def test_a_corrected_first_day_of_praktik_lies_within_its_approval() -> None:
    with refused("R-PAY-1", "on"):
        correct(begun(**praktik()), CorrectStart, on=MONDAY)


def test_a_first_day_lies_before_the_second_stage_and_before_the_end() -> None:
    world = begun()
    world.tell(next_stage(date(2026, 11, 23)))
    world.on(date(2026, 11, 24))
    with refused("date-order", "on"):
        correct(world, CorrectStart, on=date(2026, 11, 23))
    with refused("date-future", "on"):
        correct(finished(), CorrectStart, on=date(2026, 12, 2))


def test_the_calls_of_the_first_weeks_follow_a_first_day_that_is_put_right() -> None:
    world = begun()
    world.on(DECEMBER)
    correct(world, CorrectStart, on=date(2026, 12, 10))
    weeks = [(c.kind, c.on) for c in world.placement.plan if c.kind in ("first-day", "first-week", "weekly")]
    assert weeks[:3] == [
        ("first-day", date(2026, 12, 10)), ("first-week", date(2026, 12, 17)), ("weekly", date(2026, 12, 28)),
    ]  # fmt: skip


def test_nothing_comes_of_what_was_an_error() -> None:
    world = finished()
    correct(world, CorrectEnd, on=date(2026, 12, 1), reason="entered-in-error")
    with refused("state", "state"):
        world.tell(RecordOutcome(placement_id=MATCH, outcome="O-EDUCATION", on=date(2026, 12, 1)))


def test_what_never_began_has_no_first_day_to_correct() -> None:
    world = World()
    world.tell(agreed())
    with refused("state", "state"):
        correct(world, CorrectStart, on=MONDAY)


# -- the end -----------------------------------------------------------------------------------------------------------


def test_an_end_is_another_one_and_the_calls_after_it_move() -> None:
    world = finished()
    correct(world, CorrectEnd, on=date(2026, 12, 8), reason="education", gains=("belief",))
    p = world.placement
    assert (p.ended_on, p.reason, p.how, p.gains) == (date(2026, 12, 8), "education", "as-planned", ("belief",))
    assert p.stage.to == date(2026, 12, 8)
    assert [c.on for c in p.plan] == [date(2027, 3, 8), date(2027, 6, 8), date(2027, 12, 8)]
    assert p.corrections[0].was == {"on": "2026-12-01", "reason": "company", "gains": "courage"}
    said = world.last(PlacementCorrected)
    assert (said.how, said.before, said.reason, said.on) == ("as-planned", "early", "education", date(2026, 12, 8))


def test_a_call_after_the_end_that_was_made_is_not_made_again() -> None:
    world = finished()
    world.on(date(2027, 3, 1))
    world.tell(CheckIn(placement_id=MATCH, kind="after-3-months", answered=True, by="consultant"))
    correct(world, CorrectEnd, on=date(2026, 12, 8), reason="company")
    assert [c.kind for c in world.placement.plan] == ["after-6-months", "after-12-months"]


def test_an_end_turns_out_to_be_all_an_error_and_nobody_asks_afterwards() -> None:
    world = finished()
    correct(world, CorrectEnd, on=date(2026, 12, 1), reason="entered-in-error")
    assert world.placement.plan == ()
    assert world.last(PlacementCorrected).reason == "entered-in-error"


def test_what_a_mistyped_last_day_cut_off_is_there_again_when_it_is_put_right() -> None:
    world = begun()
    world.tell(next_stage(date(2026, 12, 7), hours=30))
    world.on(DECEMBER)
    as_it_was = world.placement.stages
    world.tell(End(placement_id=MATCH, reason="company", on=date(2026, 12, 3)))
    assert [s.to for s in world.placement.stages] == [date(2026, 12, 3)]
    correct(world, CorrectEnd, on=date(2026, 12, 2), reason="company")
    correct(world, CorrectEnd, on=DECEMBER, reason="company")
    first, last = as_it_was
    assert world.placement.stages == (first, last.changed(to=DECEMBER))


def test_an_end_that_was_said_to_be_an_error_is_a_real_one_and_is_asked_about_afterwards() -> None:
    world = finished()
    correct(world, CorrectEnd, on=date(2026, 12, 1), reason="entered-in-error")
    correct(world, CorrectEnd, on=date(2026, 12, 8), reason="education")
    assert [c.kind for c in world.placement.plan] == ["after-3-months", "after-6-months", "after-12-months"]
    assert world.last(PlacementCorrected).next_checkin == date(2027, 3, 8)


@pytest.mark.parametrize(("on", "rule"), [(date(2027, 11, 9), "date-future"), (date(2026, 11, 8), "date-order")])
def test_a_corrected_end_is_held_against_the_same_rules(on: date, rule: str) -> None:
    with refused(rule, "on"):
        correct(finished(), CorrectEnd, on=on, reason="company")


def test_what_lives_has_no_end_to_correct() -> None:
    with refused("state", "what"):
        correct(begun(), CorrectEnd, on=START, reason="company")


# -- an outcome --------------------------------------------------------------------------------------------------------


def test_an_outcome_is_another_one_or_none() -> None:
    world = begun()
    world.tell(RecordOutcome(placement_id=MATCH, outcome="O-SMAAJOB", hours=12, on=START))
    now = {"outcome": "O-ORDINARY", "hours": 37, "on": START}
    correct(world, CorrectOutcome, outcome="O-SMAAJOB", when="living", now=now)
    assert [(o.outcome, o.hours) for o in world.placement.outcomes] == [("O-ORDINARY", 37)]
    said = world.last(PlacementCorrected)
    assert (said.before, said.before_when, said.outcome, said.when, said.hours) == (
        "O-SMAAJOB",
        "living",
        "O-ORDINARY",
        "living",
        37,
    )
    correct(world, CorrectOutcome, outcome="O-ORDINARY", when="living")
    assert world.placement.outcomes == ()
    assert world.last(PlacementCorrected).outcome is None
    assert [c.was["outcome"] for c in world.placement.corrections] == ["O-SMAAJOB", "O-ORDINARY"]
    assert len(world.heard(PlacementOutcomeRecorded)) == 1


@pytest.mark.parametrize(
    ("now", "rule", "field"),
    [
        ({"outcome": "O-RETAINED", "on": date(2028, 1, 1)}, "date-future", "now.on"),
        ({"outcome": "O-RETAINED", "on": date(2026, 11, 1)}, "date-order", "now.on"),
        ({"outcome": "O-ORDINARY", "on": START}, "missing-field", "hours"),
    ],
)
def test_a_corrected_outcome_is_held_against_the_same_rules(now: dict[str, Any], rule: str, field: str) -> None:
    world = begun()
    world.tell(RecordOutcome(placement_id=MATCH, outcome="O-ONGOING", on=START))
    before = world.placement
    with refused(rule, field):
        correct(world, CorrectOutcome, outcome="O-ONGOING", when="living", now=now)
    assert world.placement == before


def test_an_outcome_that_was_never_noted_cannot_be_corrected() -> None:
    with refused("state", "outcome"):
        correct(begun(), CorrectOutcome, outcome="O-ORDINARY", when="12")


# -- a stage -----------------------------------------------------------------------------------------------------------


def test_a_planned_stage_is_another_one_and_everybody_hears_it_as_planned() -> None:
    world = begun()
    world.tell(next_stage(date(2026, 11, 23)))
    correct_stage(world, stage(hours=12))
    assert [(s.stage_id, s.hours) for s in world.placement.ahead] == [(STAGE, 12)]
    assert [s.hours for s in world.placement.ramp] == [10, 12]
    assert world.last(PlacementStagePlanned).stage.hours == 12
    assert world.placement.corrections[0].was["hours"] == "15.0"


def test_a_planned_stage_is_taken_back_and_never_begins() -> None:
    world = begun()
    world.tell(next_stage(date(2026, 11, 23)))
    correct_stage(world, None)
    said = world.last(PlacementCorrected)
    assert (said.what, said.stage_id, said.stage, said.before) == ("stage", STAGE, None, "SMAAJOB")
    world.on(date(2026, 11, 24))
    assert (world.placement.stage.hours, len(world.placement.ramp)) == (10, 1)


def test_a_stage_that_has_begun_is_another_one_and_its_neighbour_ends_where_it_begins() -> None:
    world = begun()
    world.tell(next_stage(date(2026, 11, 23)))
    world.on(date(2026, 11, 24))
    correct_stage(world, stage(hours=12, **{"from": date(2026, 11, 20)}))
    assert [(s.hours, s.from_.day, s.to and s.to.day) for s in world.placement.stages] == [(10, 9, 19), (12, 20, None)]
    said = world.last(PlacementCorrected)
    assert (said.stage and said.stage.hours, said.present, said.before) == (12, True, "SMAAJOB")


def test_an_earlier_stage_is_corrected_between_its_neighbours() -> None:
    world = begun()
    world.tell(next_stage(date(2026, 11, 23)))
    world.tell(next_stage(date(2026, 12, 7), stage_id=an_id(51)))
    world.on(DECEMBER)
    correct_stage(world, stage(hours=12, **{"from": date(2026, 11, 30)}))
    assert [(s.hours, s.from_.day) for s in world.placement.stages] == [(10, 9), (12, 30), (15, 7)]
    assert not world.last(PlacementCorrected).present
    for from_ in (START, date(2026, 12, 7)):
        with refused("date-order", "now.from"):
            correct_stage(world, stage(**{"from": from_}))


def test_a_corrected_stage_needs_its_approval_and_its_age_like_any_other() -> None:
    world = begun()
    world.tell(proposed("15-17"))
    world.tell(next_stage(date(2026, 11, 23)))
    world.on(date(2026, 11, 24))
    with refused("R-U18-2", "times_of_day"):
        correct_stage(world, stage(times_of_day=("night",)))
    with refused("R-PAY-1", "now.form"):
        correct_stage(world, stage(form="LOENTILSKUD", u18_tasks_confirmed=True))
    with refused("state", "now"):
        correct_stage(world, None)


def test_the_first_stage_begins_on_the_first_day_and_others_not_in_the_future() -> None:
    world = begun()
    with refused("state", "now.from"):
        correct_stage(world, stage(), world.placement.stage.stage_id)
    world.tell(next_stage(TUESDAY))
    world.on(TUESDAY)
    with refused("date-future", "now.from"):
        correct_stage(world, stage(**{"from": date(2026, 11, 11)}))


def test_the_hours_of_the_first_stage_are_corrected_on_its_own_day() -> None:
    world = begun()
    correct_stage(world, stage(hours=12, **{"from": START}), world.placement.stage.stage_id)
    assert [(s.hours, s.from_) for s in world.placement.stages] == [(12, START)]


def test_the_terms_that_were_agreed_are_not_corrected_before_the_first_day() -> None:
    world = World()
    world.tell(agreed())
    with refused("state", "state"):
        correct_stage(world, stage(), world.placement.stage.stage_id)
    with refused("state", "stage_id"):
        correct_stage(world, stage(), an_id(99))


# -- the body ----------------------------------------------------------------------------------------------------------


def test_a_correction_says_what_it_corrects_and_has_the_fields_of_that() -> None:
    body = TypeAdapter[Any](CorrectionBody)
    assert body.validate_python({"what": "start", "on": START}).on == START
    for wrong in ({"on": START}, {"what": "start"}, {"what": "start", "on": START, "reason": "company"}):
        with pytest.raises(ValidationError):
            body.validate_python(wrong)
