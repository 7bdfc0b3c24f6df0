"""What crosses on the way, both ways round."""

from typing import Any
from uuid import uuid4

import pytest

from intake.commands.people import Erase
from intake.commands.places import ChangePlace, ChangePlaceBody, ClosePlace, PausePlace, ReopenPlace
from shared.events import municipality_gateway as gateway
from shared.events.intake import PlaceFilled, PlaceReopened
from shared.spine.decision import NotYet, Refused
from tests.unit.intake.test_referrals import ABOUT
from tests.unit.intake.world import (
    FOUND,
    LEADER,
    NOW,
    PLACE,
    REFERRED,
    World,
    agreed,
    cancelled,
    company,
    ended,
    leader,
    place,
)

MATCH = str(uuid4())
PAUSE = PausePlace(place_id=PLACE, reason="busy")
CLOSE = ClosePlace(place_id=PLACE, reason="changed-mind")
AGAIN = ReopenPlace(place_id=PLACE, agreed_at=NOW.date())


def both(world: World, first: Any, second: Any, *, in_order: bool) -> None:
    for data in (first, second) if in_order else (second, first):
        world.tell(data)


@pytest.mark.parametrize("pause_first", [True, False])
def test_a_pause_and_an_agreement_that_cross_leave_a_paused_place_that_is_full(pause_first: bool) -> None:
    world = World(place(state="open"), REFERRED)
    both(world, PAUSE, agreed(MATCH), in_order=pause_first)
    assert (world.place.state, world.place.agreed) == ("paused", frozenset({MATCH}))
    world.tell(AGAIN)
    assert (world.place.state, len(world.heard(PlaceReopened))) == ("filled", 0)


@pytest.mark.parametrize("close_first", [True, False])
@pytest.mark.parametrize("closed_by", [CLOSE, Erase(person_id=LEADER)], ids=["closed", "leader erased"])
def test_a_closing_and_an_agreement_that_cross_leave_a_closed_place_with_somebody_there(
    closed_by: Any, close_first: bool
) -> None:
    world = World(place(state="open"), REFERRED, leader(places=frozenset({PLACE})), company(LEADER))
    both(world, closed_by, agreed(MATCH), in_order=close_first)
    there = frozenset({MATCH})
    assert (world.place.state, world.place.agreed, world.referral.living) == ("closed", there, there)
    world.tell(ended(MATCH))
    assert (world.place.state, world.place.agreed) == ("closed", frozenset())


@pytest.mark.parametrize("over", [ended, cancelled])
@pytest.mark.parametrize("over_first", [True, False])
def test_a_placement_that_is_over_before_its_agreement_is_heard_takes_no_seat(over: Any, over_first: bool) -> None:
    world = World(place(state="open", found=FOUND.changed(seats=2)), REFERRED)
    both(world, over(MATCH), agreed(MATCH), in_order=over_first)
    assert (world.place.state, world.place.agreed, world.referral.living) == ("open", frozenset(), frozenset())


@pytest.mark.parametrize("pause_first", [True, False])
def test_one_that_never_began_reopens_a_full_place_and_never_one_that_the_leader_paused(pause_first: bool) -> None:
    world = World(place(state="filled", agreed=frozenset({MATCH})), REFERRED)
    both(world, PAUSE, cancelled(MATCH), in_order=pause_first)
    assert (world.place.state, len(world.heard(PlaceReopened))) == ("paused", int(not pause_first))
    world.tell(AGAIN)
    assert world.place.state == "open"


def test_an_agreement_waits_for_its_referral() -> None:
    world = World(place(state="open"))
    with pytest.raises(NotYet):
        world.tell(agreed(MATCH))
    world = World(place(state="open"), REFERRED)
    world.tell(agreed(MATCH))
    assert world.place.state == "filled"


@pytest.mark.parametrize("fewer_first", [True, False])
def test_fewer_seats_and_an_agreement_that_cross_never_leave_fewer_seats_than_people(fewer_first: bool) -> None:
    at = place(state="open", found=FOUND.changed(seats=2), agreed=frozenset({"another"}), agreed_at=NOW.date())
    world = World(at, REFERRED, leader(outcome="reached", places=frozenset({PLACE})))
    fewer = ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody(seats=1).found)
    if fewer_first:
        world.tell(fewer)
        world.tell(agreed(MATCH))
    else:
        world.tell(agreed(MATCH))
        with pytest.raises(Refused, match="seats-taken"):
            world.tell(fewer)
    assert (world.place.state, len(world.place.agreed), len(world.heard(PlaceFilled))) == ("filled", 2, 1)


@pytest.mark.parametrize("accepted_first", [True, False])
def test_the_kommune_sees_the_place_once_it_has_accepted_and_the_leader_is_told_whichever_is_first(
    accepted_first: bool,
) -> None:
    state: dict[str, Any] = {**ABOUT, "state": "accepted", "business_status": "searching"}
    accepted = gateway.ReferralAccepted(**state)
    guided = gateway.ReferralLeaderGuided(**state, contact_id=LEADER, card_version=1, channel="page")
    world = World(place(state="open"), REFERRED.changed(accepted=False, guided=False))
    world.tell(accepted if accepted_first else guided)
    assert not world.referral.open_to_kommune
    world.tell(guided if accepted_first else accepted)
    assert world.referral.open_to_kommune


@pytest.mark.parametrize("back_first", [True, False])
def test_an_asking_back_and_an_agreement_that_cross_leave_contact_data_open_to_who_has_somebody_there(
    back_first: bool,
) -> None:
    back = {"state": "in-progress", "business_status": "cancellation-requested", "due_by": "2026-12-04"}
    asked_back = gateway.ReferralCancellationRequested.model_validate({**ABOUT, **back, "reason": "place-paused"})
    world = World(place(state="paused"), REFERRED)
    both(world, asked_back, agreed(MATCH), in_order=back_first)
    assert world.referral.open_to_kommune
    world.tell(ended(MATCH))
    assert not world.referral.open_to_kommune
