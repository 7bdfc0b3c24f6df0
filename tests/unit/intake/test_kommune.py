"""In which kommune a place lies: said by somebody who knows, or the largest of its postal code."""

from typing import Any

import pytest

from intake.commands.places import ChangePlace, DraftPlace, OpenPlace
from intake.rules.leaders import moved
from intake.state.leaders import Leader
from intake.state.places import Frame, Place
from shared.events.intake import PlaceOpened
from shared.spine.decision import Refused
from tests.unit.intake.world import FOUND, LEADER, NOW, PLACE, World, leader, place, sign_up

OPEN = OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date())
SABRO: dict[str, Any] = {"postnr": "8471", "kommune": "0751"}  # or 0710 Favrskov, or 0746 Skanderborg


def test_a_place_whose_kommune_is_not_clear_opens_once_it_is_chosen() -> None:
    world = World(place(**SABRO), leader(outcome="reached", **SABRO))
    with pytest.raises(Refused, match="R-KOMMUNE-1") as refused:
        world.tell(OPEN)
    assert refused.value.field == "kommune"
    assert "Aarhus Kommune (0751), Favrskov Kommune (0710), Skanderborg Kommune (0746)" in refused.value.da
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=Frame(kommune="0710")))
    world.tell(OPEN)
    assert world.last(PlaceOpened).kommune == "0710"


def test_a_kommune_that_is_fairly_clear_is_warned_of_until_somebody_says_which() -> None:
    fredericia = {"postnr": "7000", "kommune": "0607"}
    world = World(place(**fredericia), leader(outcome="reached", **fredericia))
    assert world.tell(OPEN).warnings == ("R-KOMMUNE-2",)
    world = World(place(**fredericia, found=FOUND.changed(kommune="0607")), leader(outcome="reached"))
    assert world.tell(OPEN).warnings == ()


def test_what_the_leader_chose_at_sign_up_is_the_places_unless_it_lies_elsewhere() -> None:
    world = World()
    world.tell(sign_up(postnr="8471", kommune="0710", kommune_chosen=True))
    assert world.get(Leader, LEADER).kommune_chosen
    world.tell(DraftPlace(place_id=PLACE, leader_id=LEADER, found=Frame()))
    assert (world.place.kommune, world.place.found.kommune) == ("0710", "0710")
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=Frame(postnr="8471")))
    assert world.place.kommune == "0710", "the same postal code"
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=Frame(postnr="7442")))
    assert (world.place.kommune, world.place.found.kommune) == ("0756", None), "another one is asked about anew"


def test_without_a_choice_a_sign_up_takes_the_largest_and_never_fails_for_it() -> None:
    world = World()
    world.tell(sign_up(postnr="8471", kommune="0751"))
    assert not world.get(Leader, LEADER).kommune_chosen


def test_a_kommune_far_from_its_postal_code_is_refused_with_those_it_lies_in() -> None:
    for command in (
        sign_up(postnr="8471", kommune="0101", kommune_chosen=True),
        ChangePlace(place_id=PLACE, leader_id=LEADER, found=Frame(kommune="0101")),
    ):
        world = World(place(**SABRO), leader())
        with pytest.raises(Refused, match="kommune-postnr") as refused:
            world.tell(command)
        assert (refused.value.field, "0710" in refused.value.en) == ("kommune", True)


def test_a_choice_that_is_taken_back_leaves_the_largest() -> None:
    world = World(place(postnr="8471", kommune="0710", found=Frame(kommune="0710")), leader())
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=Frame(kommune=None)))
    assert world.get(Place, PLACE).kommune == "0751"


CHOSEN = {"kommune": "0710", "kommune_chosen": True}


@pytest.mark.parametrize(
    ("postnr", "kommune", "now"),
    [
        ("2970", None, {"kommune": "0223", "kommune_chosen": False}),
        ("2970", "0210", {"kommune": "0210", "kommune_chosen": True}),
        (None, "0746", {"kommune": "0746", "kommune_chosen": True}),
        (None, "0710", {"kommune": "0710", "kommune_chosen": True}),
        ("8471", None, {}),
        (None, None, {}),
    ],
)
def test_a_corrected_kommune_is_chosen_when_it_is_said_and_never_after_another_postal_code_alone(
    postnr: str | None, kommune: str | None, now: dict[str, Any]
) -> None:
    for before in (CHOSEN, {"kommune_chosen": False}):
        assert moved(leader(**SABRO | before), postnr, kommune) == now


def test_a_corrected_kommune_lies_in_the_postal_code() -> None:
    for postnr, kommune in ((None, "0101"), ("2970", "0710")):
        with pytest.raises(Refused, match="kommune-postnr"):
            moved(leader(**SABRO), postnr, kommune)


def test_a_place_of_a_leader_whose_new_postal_code_is_not_clear_asks() -> None:
    someone = leader(outcome="reached", **SABRO | CHOSEN)
    someone = someone.changed(postnr="2970", **moved(someone, "2970", None))
    world = World(someone)
    world.tell(DraftPlace(place_id=PLACE, leader_id=LEADER, found=FOUND))
    with pytest.raises(Refused, match="R-KOMMUNE-1"):
        world.tell(OPEN)
