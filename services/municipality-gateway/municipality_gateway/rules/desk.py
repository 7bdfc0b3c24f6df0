"""Whose turn it is with a referral: the kommune's, a consultant's, or nobody's, for it is over. Exactly one of them."""

from datetime import date
from typing import Literal

from municipality_gateway.rules.kommuner import is_named
from municipality_gateway.rules.waiting import waits
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.referrals import Referral
from shared.catalogue.calendar import add_working_days
from shared.catalogue.deadlines import deadlines
from shared.catalogue.limits import limits

Due = Literal["asked-back", "no-contact", "guidance", "silent", "slow", "nobody-left", "stale-contact", "mail-refused"]
Turn = Literal["over", "kommune"] | Due


def turn(referral: Referral, kommune: Kommune, today: date) -> Turn:
    """What a consultant has to do about it; `kommune` while it is in time."""
    if referral.over:
        return "over"
    if referral.asked_back:
        return "asked-back"
    if not is_named(kommune, referral.contact_id, today):
        return "no-contact"
    if not referral.guided:
        return "guidance"
    days = deadlines(referral.since)
    if referral.state == "requested" and today > add_working_days(referral.since, days.reminder):
        return "silent"
    searches = referral.state in ("accepted", "in-progress") and not referral.proposals
    if searches and today > add_working_days(referral.since, days.accepted_nudge):
        return "slow"
    return "kommune"


def by_when(referral: Referral) -> date:
    """The day on which it takes care of itself: the kommune is out of time, or the hold is over."""
    return max(waits(referral).values(), default=referral.answer_by)


def is_stale(contact: Contact, today: date) -> bool:
    """Nobody has confirmed it for long; people change their job."""
    return contact.valid(today) and not is_fresh(contact.confirmed_on or contact.valid_from, today)


def is_fresh(confirmed_on: date, today: date) -> bool:
    return (today - confirmed_on).days <= limits("contact", today)["stale"].value
