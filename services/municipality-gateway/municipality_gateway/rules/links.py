"""How long a link lasts, and why one does not open any more."""

from datetime import date, datetime, timedelta

from municipality_gateway import texts
from municipality_gateway.state.kommuner import Contact
from municipality_gateway.state.referrals import Referral
from shared.catalogue.limits import limits

AGAIN = timedelta(minutes=10)
"""So long after one was asked for, another one is not sent: nobody's mailbox is filled."""


def lasts_until(now: datetime, today: date) -> datetime:
    return now + timedelta(days=limits("link", today)["lasts"].value)


def is_over(referral: Referral) -> bool:
    """After a match the kommune still approves, helps and reports, till the link's time is out."""
    return referral.over and not referral.matched


def check(referral: Referral | None, contact: Contact | None, until: datetime, now: datetime, today: date) -> Referral:
    """Raises Refused: what is wrong, and what to do."""
    if referral is None:
        raise texts.link_unknown()
    if contact is None or not contact.valid(today):
        raise texts.link_retired(referral.kommune)
    if is_over(referral):
        raise texts.link_over()
    if now >= until:
        raise texts.link_expired()
    return referral
