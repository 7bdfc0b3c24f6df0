"""Referrals are sent, and are over."""

from matching.handlers.base import cancel_soon, handlers
from matching.rows import Pool
from matching.state.places import Place
from matching.state.referrals import Referral
from shared.events.municipality_gateway import (
    ReferralCancellationRequested,
    ReferralCancelled,
    ReferralChanged,
    ReferralCompleted,
    ReferralEvent,
    ReferralExpired,
    ReferralRejected,
    ReferralSent,
)
from shared.spine.decision import NotYet
from shared.spine.work import Message, Work

OVER = {"completed", "rejected", "failed", "cancelled", "entered-in-error"}


@handlers.on(ReferralSent, (Referral, "referral_id"), (Place, "place_id"))
def referral_sent(work: Work, message: Message[ReferralSent]) -> None:
    data, place = message.data, work.need(Place, message.data.place_id)
    if place.version < data.place_version:
        raise NotYet(place.key)
    if work.get(Referral, data.referral_id) is None:
        work.put(Referral(id=data.referral_id, place_id=data.place_id, kommune=data.kommune))
        work.write(Pool(work.now, message.id, referral_id=data.referral_id))


@handlers.on(
    ReferralRejected, ReferralExpired, ReferralCancellationRequested, ReferralCancelled, ReferralCompleted,
    ReferralChanged, (Referral, "referral_id"),
)  # fmt: skip
def referral_moved(work: Work, message: Message[ReferralEvent]) -> None:
    """What is asked back finds nobody more, whether or not the kommune has confirmed it."""
    data, referral = message.data, work.need(Referral, message.data.referral_id)
    over = data.state in OVER or data.business_status == "cancellation-requested"
    work.put(referral.changed(over=over))
    if over and not referral.over:
        for match_id in referral.matches:
            cancel_soon(work, match_id, referral.place_id, "referral-over")
