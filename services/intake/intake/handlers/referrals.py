"""What the gateway says of referrals: who may see the contact data, and a line in the place's history."""

from intake.handlers.base import handlers, note
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.events.municipality_gateway import (
    ReferralAccepted,
    ReferralCancellationRequested,
    ReferralCancelled,
    ReferralCompleted,
    ReferralExpired,
    ReferralLeaderGuided,
    ReferralRejected,
    ReferralSent,
)
from shared.spine.work import Message, Work

Ending = ReferralRejected | ReferralExpired | ReferralCancelled | ReferralCompleted


@handlers.on(ReferralSent, (Referral, "referral_id"), (Place, "place_id"))
def sent(work: Work, message: Message[ReferralSent]) -> None:
    data = message.data
    work.put(Referral(id=data.referral_id, place_id=data.place_id, kommune=data.kommune))
    note(work, data.place_id, "kommune-asked", data.kommune)


@handlers.on(ReferralLeaderGuided, (Referral, "referral_id"), (Place, "place_id"))
def leader_guided(work: Work, message: Message[ReferralLeaderGuided]) -> None:
    data = message.data
    referral = work.need(Referral, data.referral_id)
    work.put(referral.changed(guided=True))
    told_of = referral.asked and referral.asked.guided_to
    if told_of != data.contact_id:
        note(work, referral.place_id, "leader-guided-again" if told_of else "leader-guided", referral.kommune)


@handlers.on(ReferralAccepted, (Referral, "referral_id"), (Place, "place_id"))
def accepted(work: Work, message: Message[ReferralAccepted]) -> None:
    referral = work.need(Referral, message.data.referral_id)
    work.put(referral.changed(accepted=True))
    place = work.get(Place, referral.place_id)
    # After a hold it says so again; where the place has closed, the two crossed, and the kommune is asked back.
    if place and place.state != "closed" and not referral.accepted:
        note(work, referral.place_id, "kommune-accepted", referral.kommune)


@handlers.on(ReferralCancellationRequested, (Referral, "referral_id"))
def asked_back(work: Work, message: Message[ReferralCancellationRequested]) -> None:
    """Contact data are closed at once: nobody has to ring about it any more."""
    data = message.data
    work.put(work.need(Referral, data.referral_id).changed(asked_back=True, reason=data.reason))


@handlers.on(
    ReferralRejected, ReferralExpired, ReferralCancelled, ReferralCompleted,
    (Referral, "referral_id"), (Place, "place_id"),
)  # fmt: skip
def over(work: Work, message: Message[Ending]) -> None:
    data = message.data
    referral = work.need(Referral, data.referral_id)
    work.put(referral.changed(over=True, reason=getattr(data, "reason", data.state)))
    silent = data.state == "failed" and not referral.accepted
    note(work, referral.place_id, "referral-unanswered" if silent else f"referral-{data.state}", referral.kommune)
