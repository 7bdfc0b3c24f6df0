"""What has to be clear before a place opens, and what the rules of the day say of it."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from intake.commands.places import ChangePlace, ChangePlaceBody, OpenPlace, ReopenPlace, TaskBody
from intake.rules import clarification
from intake.state.places import Frame, Past, TaskWanted
from shared.events.intake import PlaceBlocked, PlaceOpened
from shared.identifiers import Name
from shared.spine.decision import Refused
from tests.unit.intake.world import FOUND, LEADER, NOW, PLACE, World, leader, place

OPEN = OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date())


def found(**changes: Any) -> World:
    return World(place(found=FOUND.changed(**changes)), leader(outcome="reached", size_band="5-9"))


def change(**changes: Any) -> ChangePlace:
    return ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody.model_validate(changes).found)


def test_a_shop_floor_that_is_not_ready_stops_a_place_until_it_is() -> None:
    world = found(shop_floor_ready=False)
    answer = world.tell(OPEN)
    assert (answer.state, [one.rule for one in answer.blocked]) == ("additional-assessment-required", ["R-SHOP-FLOOR"])
    blocked = world.last(PlaceBlocked)
    assert (blocked.state, blocked.rules, blocked.challenges) == (answer.state, ("R-SHOP-FLOOR",), ("C-INTERNAL",))
    world.tell(change(shop_floor_ready=True))
    assert world.tell(OPEN).state == "open"
    assert world.types() == ["place.blocked", "place.opened"]


def test_the_headcount_stops_a_place_until_the_top_manager_confirms() -> None:
    world = found(counts_in_headcount=True)
    assert world.tell(OPEN).blocked[0].rule == "R-HEADCOUNT"
    assert world.last(PlaceBlocked).challenges == ("C-HEADCOUNT",)
    world.tell(change(top_manager_confirms=True))
    assert world.tell(OPEN).blocked == ()


def test_what_stops_a_place_is_said_once_and_what_comes_later_by_itself() -> None:
    world = found(counts_in_headcount=True)
    world.tell(OPEN)
    world.tell(OPEN)
    assert len(world.heard(PlaceBlocked)) == 1, "asked again, nothing new"
    world.tell(change(shop_floor_ready=False))
    world.tell(OPEN)
    assert world.last(PlaceBlocked).rules == ("R-SHOP-FLOOR",)
    assert [past.reason for past in world.place.history] == ["R-HEADCOUNT", "R-SHOP-FLOOR"]
    world.tell(change(shop_floor_ready=True, top_manager_confirms=True))
    world.tell(OPEN)
    assert (world.place.state, world.place.blocked) == ("open", frozenset())


def test_a_place_is_complete_before_others_are_asked_to_settle_anything() -> None:
    with pytest.raises(Refused, match="R-PURPOSE-1"):
        found(counts_in_headcount=True, purpose=None).tell(OPEN)


@pytest.mark.parametrize(
    ("changes", "rule", "severity"),
    [
        ({"hours_from": 12.0, "hours_to": 37.0}, "R-HOURS-JUMP", "warn"),
        ({"forms": ("SMAAJOB", "LAERLING")}, "R-PLACE-LAERLING-1", "warn"),
        ({"seats": 2}, "R-CAP-1", "warn"),
        ({"tasks": (TaskWanted(task_id="viden_data-07", hours=20.0), TaskWanted(task_id="viden_data-01", hours=13.0))},
         "R-TASK-HOURS", "warn"),
        ({"shop_floor_ready": False}, "R-SHOP-FLOOR", "block"),
        ({"counts_in_headcount": True}, "R-HEADCOUNT", "block"),
        ({"forms": ("VIRKSOMHEDSPRAKTIK",)}, "R-PAY-2", "info"),
    ],
)  # fmt: skip
def test_each_rule_speaks_where_it_applies_with_its_source_and_way_out_and_not_elsewhere(
    changes: dict[str, Any], rule: str, severity: str
) -> None:
    def said(frame: Frame) -> dict[str, Any]:
        told = clarification.told(place(found=frame), leader(size_band="5-9"), NOW.date())
        return {one.rule: one for one in told}

    fine = Frame(tasks=(TaskWanted(task_id="viden_data-07"),), hours_from=15, hours_to=32, forms=("SMAAJOB",))
    if rule == "R-CAP-1":
        fine = fine.changed(forms=("SMAAJOB", "VIRKSOMHEDSPRAKTIK"))
    assert rule not in said(fine)
    one = said(fine.changed(**changes))[rule]
    assert (one.severity, bool(one.source), bool(one.way_out_da)) == (severity, True, True)


def test_the_tasks_of_one_seat_are_counted_by_themselves() -> None:
    tasks = [{"task_id": "viden_data-07", "hours": 20, "seat": 1}, {"task_id": "viden_data-01", "hours": 20, "seat": 1}]
    warned = found(seats=2).tell(change(tasks=tasks)).warnings
    assert "R-TASK-HOURS" in warned
    tasks[1]["seat"] = 2
    assert "R-TASK-HOURS" not in found(seats=2).tell(change(tasks=tasks)).warnings


@pytest.mark.parametrize(
    ("task", "rule"), [({"hours": 100}, "task-hours"), ({"seat": 3}, "no-such-seat"), ({"hours": 33}, "task-hours")]
)
def test_a_task_longer_than_the_places_week_or_of_a_seat_that_is_not_there_is_refused(
    task: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=rule) as refused:
        found(seats=2).tell(change(tasks=[{"task_id": "viden_data-07", **task}]))
    assert refused.value.field == "tasks"


def test_tasks_are_pooled_from_several_jobs_and_stay_in_intake_with_whose() -> None:
    pooled = [{"task_id": "viden_data-07", "from_job": "engineer"}, {"task_id": "viden_data-01", "from_job": "office"}]
    world = found()
    world.tell(change(tasks=pooled, instruction=["by-buddy", "in-writing"]))
    assert [task.from_job for task in world.place.found.tasks or ()] == ["engineer", "office"]
    world.tell(OPEN)
    assert "engineer" not in world.last(PlaceOpened).model_dump_json()


@pytest.mark.parametrize(
    "blank", ["   ", "", "\t", "...", "-", *"\u200b\u2800\u3164\ufeff\u00ad\uffa0", "\u200b \u2060"]
)
def test_blanks_are_no_name_and_no_words(blank: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(blank)
    with pytest.raises(ValidationError):
        TaskBody(task_id="viden_data-00", words=blank)
    assert TypeAdapter(Name).validate_python(" En Leder ") == "En Leder"


@pytest.mark.parametrize("name", ["3F", "Ø", "О'Нил", "李", "Bo-Bo", "\uff22\uff4f"])
def test_a_name_is_whatever_has_a_letter_or_a_digit(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == name


def test_a_task_in_own_words_has_words_in_a_draft_and_when_it_opens() -> None:
    silent = {"task_id": "viden_data-00"}
    with pytest.raises(Refused, match="task-words") as refused:
        found().tell(change(tasks=[silent]))
    assert refused.value.field == "tasks"
    with pytest.raises(Refused, match="task-words"):
        World(place(found=FOUND.changed(tasks=(TaskWanted(**silent),))), leader(outcome="reached")).tell(OPEN)


@pytest.mark.parametrize("hours", [True, "10", 10.1, 0.9, 37.25])
def test_hours_are_a_number_to_the_quarter(hours: Any) -> None:
    with pytest.raises(ValidationError):
        ChangePlaceBody.model_validate({"hours_from": hours})
    for right in (1, 7.25, 37.0):
        assert ChangePlaceBody.model_validate({"hours_from": right}).hours_from == right


def test_fewer_hours_to_aim_for_than_to_begin_with_are_refused_in_a_draft() -> None:
    with pytest.raises(Refused, match="hours-order"):
        World(place(found=FOUND.changed(hours_to=None)), leader()).tell(change(hours_to=10))


@pytest.mark.parametrize("seats", [True, "2", 1.5])
def test_seats_are_a_whole_number(seats: Any) -> None:
    with pytest.raises(ValidationError):
        ChangePlaceBody.model_validate({"seats": seats})


def test_a_number_is_written_as_danes_do() -> None:
    with pytest.raises(Refused, match="task-hours") as refused:
        found(hours_from=5, hours_to=7.5).tell(change(tasks=[{"task_id": "viden_data-07", "hours": 8}]))
    assert "pladsen (7,5)" in refused.value.da


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2025, 11, 29), date(2020, 11, 30)])
def test_the_leaders_yes_is_of_the_last_year_and_of_no_day_to_come(day: date) -> None:
    with pytest.raises(Refused, match="leader-agrees") as refused:
        found().tell(OPEN.model_copy(update={"agreed_at": day}))
    assert refused.value.field == "agreed_at"
    assert found().tell(OPEN.model_copy(update={"agreed_at": date(2025, 11, 30)})).state == "open"


def test_a_new_yes_is_said_after_the_pause() -> None:
    paused = place(state="paused", history=(Past(on=date(2026, 11, 20), what="paused", reason="busy"),))
    for day in (date(2026, 11, 19), date(2026, 12, 1)):
        with pytest.raises(Refused, match="leader-agrees"):
            World(paused).tell(ReopenPlace(place_id=PLACE, agreed_at=day))
    world = World(paused)
    world.tell(ReopenPlace(place_id=PLACE, agreed_at=date(2026, 11, 20)))
    assert world.place.state == "open"
