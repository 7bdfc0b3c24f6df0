"""What intake knows of referrals: who may see the contact data, and what the leader reads of them."""

import pytest

from intake import texts
from intake.rules import referrals as rules
from shared.events import municipality_gateway as gateway
from tests.unit.intake.world import COMPANY, LEADER, PLACE, REFERRAL, REFERRED, World, place

ABOUT = {"referral_id": REFERRAL, "place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": "0561"}


def test_the_kommune_sees_the_place_from_accepted_and_guided_until_the_referral_is_over_then_while_it_lives() -> None:
    assert REFERRED.open_to_kommune
    assert not REFERRED.changed(guided=False).open_to_kommune
    assert not REFERRED.changed(over=True).open_to_kommune
    assert rules.living(REFERRED.changed(over=True), "m").open_to_kommune
    assert not rules.ended(rules.living(REFERRED.changed(over=True), "m"), "m").open_to_kommune


def test_a_kommune_that_is_asked_back_sees_the_contact_data_no_more_unless_a_placement_lives() -> None:
    back = {"state": "in-progress", "business_status": "cancellation-requested", "due_by": "2026-12-04"}
    asked_back = gateway.ReferralCancellationRequested.model_validate({**ABOUT, **back, "reason": "place-paused"})
    for referral, closed in ((REFERRED, "place-paused"), (rules.living(REFERRED, "m"), None)):
        world = World(place(state="paused"), referral)
        world.tell(asked_back)
        assert world.referral.closed_because == closed
        assert world.referral.open_to_kommune == (closed is None)


def test_a_completed_referral_stays_open_until_its_match_is_heard_of_and_is_over() -> None:
    """`referral.completed` and `match.agreed` lie on two topics: 410 in between would be taken as final."""
    completed = REFERRED.changed(over=True, reason="completed")
    assert completed.open_to_kommune
    assert rules.living(completed, "m").open_to_kommune
    assert rules.ended(rules.living(completed, "m"), "m").closed_because == "completed"


def test_a_yes_that_crossed_with_the_closing_is_not_told_to_the_leader() -> None:
    accepted = gateway.ReferralAccepted.model_validate({**ABOUT, "state": "accepted", "business_status": "searching"})
    for state, told in (("open", True), ("closed", False)):
        world = World(place(state=state), REFERRED.changed(accepted=False))
        world.tell(accepted)
        assert (world.referral.accepted, bool(world.place.history)) == (True, told)


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        (gateway.ReferralRejected, "rejected", "Esbjerg Kommune kan ikke hjælpe denne gang."),
        (gateway.ReferralExpired, "failed", "Esbjerg Kommune fandt ikke nogen i tide."),
        (gateway.ReferralCancelled, "cancelled", "Vi har trukket henvendelsen til Esbjerg Kommune tilbage."),
        (gateway.ReferralCompleted, "completed", "Esbjerg Kommune har fundet den rette. Tillykke!"),
    ],
)
def test_a_referral_that_is_over_says_so_to_the_leader(
    kind: type[gateway.ReferralEvent], state: str, said: str
) -> None:
    world = World(place(state="open"), REFERRED)
    world.tell(
        kind.model_validate({**ABOUT, "state": state, "business_status": "x", "by": "system", "reason": "no-capacity"})
    )
    assert world.referral.over
    assert world.referral.closed_because == "no-capacity"
    assert world.place.state == "open"
    assert texts.sentence(world.place.history[-1]) == said


def test_a_kommune_that_never_answered_is_said_to_be_silent() -> None:
    expired = gateway.ReferralExpired.model_validate(
        {**ABOUT, "state": "failed", "business_status": "x", "reason": "expired"}
    )
    world = World(place(state="open"), REFERRED.changed(accepted=False))
    world.tell(expired)
    assert texts.sentence(world.place.history[-1]) == "Esbjerg Kommune svarede ikke i tide."
