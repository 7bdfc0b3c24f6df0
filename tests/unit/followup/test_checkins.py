"""When somebody asks how it goes."""

from datetime import date, timedelta

import pytest

from followup.commands.placements import CheckIn, CheckInBody, End, Pause, Resume, StartBody
from followup.rules import checkins
from followup.state.placements import Checkin, CheckinMade
from shared.catalogue.calendar import add_months, is_working_day
from shared.events.followup import PlacementCheckedIn, PlacementCheckinDue, PlacementPlanned, PlacementResumed
from tests.unit.followup.world import MATCH, START, World, agreed, begun, praktik


def ask(world: World, kind: str, *, answered: bool = True) -> None:
    world.tell(CheckIn(placement_id=MATCH, kind=kind, answered=answered, by="consultant"))


def test_somebody_asks_on_the_first_day_whether_it_began() -> None:
    world = World()
    world.tell(agreed())
    assert world.heard(PlacementPlanned)[0].next_checkin == START
    world.on(START - timedelta(days=1))
    assert world.heard(PlacementCheckinDue) == []
    world.on(START)
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)] == [("first-day", START)]


def test_a_check_in_that_was_due_before_the_start_is_not_said_twice() -> None:
    assert len(begun().heard(PlacementCheckinDue)) == 1


def test_a_placement_whose_start_nobody_recorded_stays_on_the_agenda() -> None:
    world = World()
    world.tell(agreed())
    world.on(START)
    ask(world, "first-day")
    assert world.placement.next_checkin == START + timedelta(days=1)


def test_it_is_asked_weekly_while_it_is_new_and_then_monthly() -> None:
    world = begun()
    asked = []
    for day in (START + timedelta(days=n) for n in range(100)):
        world.on(day)
        while world.placement.plan[0].announced:
            asked.append((world.placement.plan[0].kind, day))
            ask(world, world.placement.plan[0].kind)
    assert asked == [
        ("first-day", START),
        ("first-week", date(2026, 11, 16)),
        ("weekly", date(2026, 11, 23)),
        ("weekly", date(2026, 11, 30)),
        ("weekly", date(2026, 12, 7)),
        ("monthly", date(2027, 1, 7)),
        ("monthly", date(2027, 2, 8)),
    ]


def test_when_nobody_answers_the_same_is_asked_on_the_next_working_day() -> None:
    world = begun()
    ask(world, "first-day", answered=False)
    assert world.heard(PlacementCheckedIn)[0].next_checkin == date(2026, 11, 10)
    world.on(date(2026, 11, 13))
    ask(world, "first-day", answered=False)
    assert [(c.kind, c.on.day) for c in world.placement.plan][:2] == [("first-week", 16), ("first-day", 16)]


def test_a_check_in_after_a_change_does_not_stand_in_for_the_monthly_one() -> None:
    changed = begun().placement.changed(plan=checkins.when_changed((), START, None, START, jump=False))
    kinds = [c.kind for c in checkins.never_without(changed, START).plan]
    assert kinds == ["after-change", "monthly"]


def test_an_answer_settles_all_that_was_due() -> None:
    world = begun()
    world.on(date(2026, 11, 24))
    ask(world, "weekly")
    assert world.placement.next_checkin == date(2026, 11, 30)


def test_a_call_a_little_early_is_that_call_and_a_much_earlier_one_is_extra() -> None:
    plan = (Checkin(kind="monthly", on=date(2026, 12, 7)),)
    early = CheckinMade(kind="monthly", on=date(2026, 12, 4), answered=True, by="consultant")
    assert checkins.when_asked(plan, early) == ()
    assert checkins.when_asked(plan, early.changed(on=date(2026, 12, 1))) == plan


def test_somebody_asks_a_week_before_a_stage_ends() -> None:
    world = begun(**praktik())
    assert ("before-stage-ends", date(2026, 11, 30)) in [(c.kind, c.on) for c in world.placement.plan]


def test_a_paused_placement_is_asked_about_on_the_day_the_time_out_ends() -> None:
    world = begun()
    world.tell(Pause(placement_id=MATCH, until=date(2026, 11, 20)))
    assert world.placement.next_checkin == date(2026, 11, 20)


def test_a_resumed_placement_is_asked_about_after_a_week_and_keeps_its_first_weeks() -> None:
    world = begun()
    world.tell(Pause(placement_id=MATCH))
    world.on(date(2026, 11, 18))
    world.tell(Resume(placement_id=MATCH))
    assert [(c.kind, c.on.day) for c in world.placement.plan] == [
        ("weekly", 23),
        ("after-change", 25),
        ("weekly", 30),
        ("weekly", 7),
    ]
    before = world.placement
    world.tell(Resume(placement_id=MATCH))
    assert (world.placement, len(world.heard(PlacementResumed))) == (before, 1), "said twice, it has happened once"


def test_after_the_end_somebody_asks_at_3_6_and_12_months() -> None:
    world = begun()
    world.on(date(2026, 11, 30))
    world.tell(End(placement_id=MATCH, reason="goal-reached", on=date(2026, 11, 30)))
    world.on(date(2028, 1, 1))
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue) if "months" in e.kind] == [
        ("after-3-months", date(2027, 3, 1)),  # 28 February is a Sunday
        ("after-6-months", date(2027, 5, 31)),  # 30 May is a Sunday
        ("after-12-months", date(2027, 11, 30)),
    ]


def test_check_ins_fall_on_working_days() -> None:
    days = (date(2026, 12, 1) + timedelta(days=n) for n in range(60))
    plans = [checkins.when_started((), day, day + timedelta(days=40)) for day in days]
    assert all(is_working_day(c.on) for plan in plans for c in plan)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_an_answer_is_a_code_that_somebody_published() -> None:
    assert CheckInBody(kind="weekly", answered=True, answers=("C-PACE", "courage", "meeting-on-time")).answers
    with pytest.raises(ValueError, match="unknown-code"):
        CheckInBody(kind="weekly", answered=True, answers=("fine",))
    with pytest.raises(ValueError, match="extra"):
        StartBody.model_validate({"on": START, "note": "free text"})
