"""What a kommune gets to see: its own copy of an event, by the contract of its own topic.

A copy has the type of the event it copies; what the kommune's contract does not name is left out.
"""

from datetime import date
from typing import Any, cast

from municipality_gateway.rules.kommuner import own_words
from municipality_gateway.state.kommuner import Kommune
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral, Told
from shared.events.base import REGISTRY, Event
from shared.events.kommune.referrals import ToKommune
from shared.events.municipality_gateway import ReferralChanged
from shared.events.topics import REFERRALS
from shared.spine.work import Public


def copy_of(event: Event, **more: Any) -> ToKommune | None:
    """None for an event that kommuner are not told."""
    kind = REGISTRY.get((REFERRALS.name, event.TYPE))
    if kind is None or (isinstance(event, ReferralChanged) and not event.changes):
        return None
    # What a newer build has put into parts of it is not of this contract.
    return cast("ToKommune", kind.model_validate({**event.model_dump(by_alias=True), **more}, extra="ignore"))


_OF_PLACE = frozenset(Told.model_fields) - {"own_words", "place_url"}


def as_told(referral: Referral) -> dict[str, Any]:
    """The place as its kommune knows it, for a change that is none of the place's."""
    told = referral.told.model_dump() if referral.told else {}
    return {**told, "place_kommune": referral.place_kommune, "seats": referral.seats}


def told_of(place: Place, kommune: Kommune, referral_id: str, on: date, public: Public) -> Told:
    """What `referral.sent` tells beyond the gateway's own event: everything that is needed to answer."""
    return Told(
        **place.opened.model_dump(include=set(_OF_PLACE)),
        own_words=own_words(kommune, place.opened.forms, on),
        place_url=f"{public.intake_url}/referrals/{referral_id}/place",
    )
