"""An opened place is put right: everybody concerned is told, and its history names what changed."""

from typing import Any

import pytest

from intake.commands.places import ChangePlace, ChangePlaceBody
from intake.state.places import TaskWanted
from shared.events.intake import PlaceChanged, PlaceFilled, PlaceReopened
from shared.spine.decision import Refused
from tests.unit.intake.world import FOUND, LEADER, NOW, PLACE, World, leader, place


def change(**changes: Any) -> ChangePlace:
    return ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody.model_validate(changes).found)


def opened(state: Any = "open", **changes: Any) -> World:
    return World(place(state=state, agreed_at=NOW.date(), **changes), leader(outcome="reached"))


@pytest.mark.parametrize("state", ["open", "paused", "filled"])
def test_an_opened_place_that_changes_says_how_it_is_now_and_which_fields(state: str) -> None:
    world = opened(state, agreed=frozenset({"m"}) if state == "filled" else frozenset())
    world.tell(change(hours_from=12, hours_to=32, times_of_day=["day"]))
    said = world.last(PlaceChanged)
    assert (said.state, said.hours_from, said.times_of_day, said.changes) == (
        state, 12, ("day",), ("hours_from", "times_of_day"),
    )  # fmt: skip
    assert world.types() == ["place.changed"]
    assert (world.place.history[-1].what, world.place.history[-1].fields) == ("changed", said.changes)


def test_the_place_moves_to_the_kommune_that_a_consultant_sets_right() -> None:
    world = opened(postnr="8471", kommune="0751", found=FOUND.changed(kommune="0751"))
    world.tell(change(kommune="0710"))
    assert (world.last(PlaceChanged).kommune, world.last(PlaceChanged).changes) == ("0710", ("kommune",))


def test_what_is_as_it_was_is_told_to_nobody() -> None:
    world = opened()
    world.tell(change(hours_from=15, purpose="trial-for-hiring"))
    world.tell(change(instruction=["by-buddy"], shop_floor_ready=True))
    assert (world.types(), world.place.history) == ([], ())
    assert world.place.found.instruction == ("by-buddy",)


def test_other_words_of_a_task_are_a_change_of_the_tasks_and_stay_in_intake() -> None:
    world = opened(found=FOUND.changed(tasks=(TaskWanted(task_id="butik-00", words="Vaske biler"),)))
    world.tell(change(tasks=[{"task_id": "butik-00", "words": "Vaske lastbiler"}]))
    assert world.last(PlaceChanged).changes == ("tasks",)
    assert "lastbiler" not in world.last(PlaceChanged).model_dump_json()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"tasks": []}, "incomplete"),
        ({"purpose": None}, "R-PURPOSE-1"),
        ({"hours_to": 10}, "hours-order"),
        ({"postnr": "8471"}, "R-KOMMUNE-1"),
        ({"counts_in_headcount": True}, "R-HEADCOUNT"),
        ({"shop_floor_ready": False}, "R-SHOP-FLOOR"),
        ({"seats": 1}, "seats-taken"),
    ],
)
def test_an_opened_place_stays_one_that_could_open(changes: dict[str, Any], rule: str) -> None:
    world = opened("filled", found=FOUND.changed(seats=2), agreed=frozenset({"a", "b"}))
    with pytest.raises(Refused, match=rule):
        world.tell(change(**changes))


def test_one_more_seat_opens_a_filled_place_and_one_fewer_fills_it() -> None:
    world = opened("filled", agreed=frozenset({"m"}))
    world.tell(change(seats=2))
    assert world.types() == ["place.changed", "place.reopened"]
    assert (world.last(PlaceChanged).state, world.last(PlaceReopened).state, world.place.state) == (
        "filled", "open", "open",
    )  # fmt: skip
    world.tell(change(seats=1))
    assert world.types()[2:] == ["place.changed", "place.filled"]
    assert (world.last(PlaceFilled).state, world.place.state) == ("filled", "filled")


def test_a_draft_that_changes_is_told_to_nobody_and_a_closed_place_does_not_change() -> None:
    world = World(place(), leader())
    world.tell(change(hours_from=12))
    assert world.types() == []
    with pytest.raises(Refused, match="state"):
        opened("closed").tell(change(hours_from=12))
