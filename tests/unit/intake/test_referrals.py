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
    assert world.place.state == "open"
    assert texts.sentence(world.place.history[-1]) == said
