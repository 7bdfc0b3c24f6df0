"""Who has which seat of a place, and what becomes of it when a placement is over."""

from datetime import date
from typing import Any

import pytest

from matching.rules import places
from matching.state.places import Place, Spot
from shared.events import intake
from shared.spine.decision import NotYet, Refused
from tests.unit.matching.world import (
    PLACE,
    PLACEMENT,
    World,
    about_place,
    agreed_on,
    ended,
    never_began,
    opened,
    place,
    proposed,
    sent,
    told,
)


def test_the_leader_can_hold_no_more_seats_than_there_are(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    world.leader(first, "yes")
    with pytest.raises(Refused) as refused:
        world.leader(second, "yes")
    assert refused.value.rule == "no-seat"


def test_the_last_seat_cancels_those_who_are_left(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    world.agree(first)
    assert told(world.since(-1)) == [("cancelled", "seat-taken")]
    assert world.match(second).reason == "seat-taken"


def test_while_a_seat_is_left_the_others_stay_open() -> None:
    world = World(opened(seats=2), sent())
    matches = [world.propose(n) for n in range(3)]
    assert world.agree(matches[0]).seats_left == 1
    assert world.match(matches[2]).state == "proposed"
    assert world.agree(matches[1]).seats_left == 0
    assert world.match(matches[2]).reason == "seat-taken"


@pytest.mark.parametrize("over", [ended, never_began])
def test_when_a_placement_is_over_the_seat_and_the_person_are_free(world: World, over: Any) -> None:
    match = agreed_on(world)
    world.tell(over(match))
    world.tell(over(match))
    assert world.match(match).state == "ended"
    assert world.propose(reply_id="again") != match


def test_a_full_place_waits_for_the_leader_after_a_placement_has_ended(world: World) -> None:
    match = agreed_on(world)
    world.tell(intake.PlaceFilled(**about_place("filled")))
    world.tell(ended(match))
    assert told(world.hear(proposed(1))) == [("refused", "no-seat")]


def test_a_reopened_place_waits_until_its_placement_has_ended_here_too(world: World) -> None:
    match = agreed_on(world)
    reopened = intake.PlaceReopened(**about_place("open"), agreed_at=date(2027, 3, 8), placement_id=PLACEMENT)
    with pytest.raises(NotYet) as wait:
        world.tell(reopened)
    assert wait.value.waits_for == ("place", PLACE)
    world.tell(ended(match))
    world.tell(reopened)
    assert world.propose(1)


def test_after_an_early_end_the_next_match_on_the_place_has_a_stricter_gate(world: World) -> None:
    match = agreed_on(world)
    world.tell(ended(match, how="early"))
    assert "slow-match-considered" in world.match(world.propose(1)).gate


def test_a_place_that_changes_keeps_its_matches(world: World) -> None:
    match = agreed_on(world)
    world.tell(opened(seats=2))
    place = world.get(Place, PLACE)
    assert place.spots[match].state == "taken"
    assert world.propose(1)


def test_a_seat_is_free_until_it_is_taken() -> None:
    at = places.put(place(seats=2), "a", Spot())
    assert places.left(at) == 2
    assert places.left(places.hold(at, "a")) == 2
    assert places.left(places.take(at, "a")) == 1
    assert places.left(places.leave(places.take(at, "a"), "a")) == 2


def test_the_leader_holds_no_more_seats_than_there_are() -> None:
    at = place(seats=2)
    for match in ("a", "b", "c"):
        at = places.put(at, match, Spot())
    at = places.hold(places.take(at, "a"), "b")
    assert places.can_hold(at, "b")
    assert not places.can_hold(at, "c")
    assert places.can_hold(places.leave(at, "b"), "c")


def test_a_named_seat_is_that_seat() -> None:
    at = place(seats=2)
    for match, seat in (("a", 1), ("b", 1), ("c", 2), ("d", None)):
        at = places.put(at, match, Spot(seat=seat))
    at = places.take(at, "a")
    assert places.without_seat(at) == ["b"]
    assert places.without_seat(places.take(at, "c")) == ["b", "d"]


def test_a_seat_that_the_place_does_not_have_is_not_free() -> None:
    assert not places.free(place(seats=2), 3, [])


def test_what_a_newer_build_wrote_of_a_spot_stays_when_it_is_held_and_taken() -> None:
    at = places.put(place(), "a", Spot.model_validate({"seat": 1, "floor": "2"}))
    kept = places.take(places.hold(at, "a"), "a").spots["a"].model_dump(exclude_none=True)
    assert kept == {"state": "taken", "seat": 1, "floor": "2"}
