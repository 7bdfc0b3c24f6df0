"""A place stops: what is agreed there stands, unless the workplace closes down."""

from typing import Any

import pytest

from shared.events.followup import PlacementCancelled, PlacementCheckinDue
from shared.events.intake import PlaceClosed, PlacePaused, PlaceReopened
from tests.unit.followup.world import COMPANY, LEADER, MONDAY, PLACE, World, agreed, begun


def place(kind: type[Any], **changes: Any) -> Any:
    state = "closed" if kind is PlaceClosed else "paused"
    ids = {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": "0607"}
    return kind(**({"state": state} | ids | changes))


@pytest.mark.parametrize("close_first", [True, False])
def test_a_workplace_that_closes_down_cancels_what_is_planned(close_first: bool) -> None:
    world = World()
    messages = [place(PlaceClosed, reason="closed-down"), agreed()]
    for message in messages if close_first else reversed(messages):
        world.tell(message)
    assert [e.reason for e in world.heard(PlacementCancelled)] == ["place-closed"]


@pytest.mark.parametrize("close_first", [True, False])
def test_what_is_agreed_stands_when_a_place_closes_and_comes_on_the_agenda(close_first: bool) -> None:
    world = World()
    messages = [place(PlaceClosed, reason="changed-mind"), agreed()]
    for message in messages if close_first else reversed(messages):
        world.tell(message)
    assert world.placement.state == "planned"
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)] == [("after-change", MONDAY)]


def test_a_full_place_that_pauses_by_itself_is_no_news_for_its_placements() -> None:
    world = begun()
    said = len(world.said)
    world.tell(place(PlacePaused, reason="seat-free"))
    assert len(world.said) == said


def test_a_place_that_reopened_is_open_for_what_is_agreed_next() -> None:
    world = World()
    world.tell(place(PlaceClosed, reason="closed-down"))
    world.tell(place(PlaceReopened, state="open", agreed_at=MONDAY))
    world.tell(agreed())
    assert world.heard(PlacementCancelled) == []
