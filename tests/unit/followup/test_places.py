"""A place stops: what is agreed there stands, unless the workplace closes down."""

from typing import Any

import pytest

from followup.commands.placements import Move
from shared.events.followup import PlacementCancelled, PlacementCheckinDue
from shared.events.intake import PlaceChanged, PlaceClosed, PlacePaused, PlaceReopened
from tests.unit.followup.world import COMPANY, LEADER, MATCH, MONDAY, PLACE, START, World, agreed, an_id, begun


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


def moved_on(leader_id: str, contact_id: str) -> PlaceChanged:
    return PlaceChanged(
        place_id=PLACE, leader_id=leader_id, company_id=COMPANY, kommune="0607", state="filled", contact_id=contact_id,
        workplace_id=an_id(8), postnr="7000", tasks=(), hours_from=1, hours_to=1, times_of_day=(), forms=(),
        purpose="good-deed", seats=1, guidance="page", max_kommuner=1, at_once="one-by-one", agreed_at=MONDAY,
        changes=("leader_id", "contact_id"),
    )  # fmt: skip


def test_a_placement_goes_on_as_the_leaders_and_contacts_that_its_place_has_now() -> None:
    other, colleague = an_id(21), an_id(22)
    world = begun()
    world.tell(moved_on(LEADER, colleague))
    assert (world.placement.leader_id, world.placement.contact_id) == (LEADER, colleague)
    world.tell(moved_on(other, other))
    assert (world.placement.leader_id, world.placement.contact_id) == (other, other)


@pytest.mark.parametrize("moved_first", [True, False])
def test_what_is_agreed_while_its_place_goes_on_as_another_leaders_is_hers(moved_first: bool) -> None:
    other, world = an_id(21), World()
    messages = [moved_on(other, other), agreed()]
    for message in messages if moved_first else reversed(messages):
        world.tell(message)
    assert (world.placement.leader_id, world.placement.contact_id) == (other, other)


def test_a_placement_with_a_contact_of_its_own_keeps_it() -> None:
    own = an_id(23)
    world = begun()
    world.tell(Move(placement_id=MATCH, candidate=world.placement.candidate, on=START, contact_id=own, buddy_id=None,
                    tasks=None, u18_tasks_confirmed=False))  # fmt: skip
    world.tell(moved_on(LEADER, an_id(22)))
    assert world.placement.contact_id == own
