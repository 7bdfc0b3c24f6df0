"""Who is asked in a kommune, and in which words."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from municipality_gateway import texts
from municipality_gateway.state.kommuner import Contact, Kommune
from shared.catalogue.calendar import add_months
from shared.catalogue.limits import limits
from shared.catalogue.terms import terms
from shared.events.kommune.referrals import OwnWord

# Step 2 of the model is to find the right person: those who know the young people and the companies come first.
FIRST = ("youth-unit", "company-consultant", "deputy", "entrance")
SECOND = ("deputy", "entrance")


class Desk(NamedTuple):
    """The one who is asked."""

    contact_id: str
    role: str


def default_entrance(code: str) -> Desk:
    """The kommune's virksomhedsindgang: each must have one since 2026-02-01 (lov nr. 1750 af 29/12/2025)."""
    return Desk(str(uuid5(NAMESPACE_URL, f"lederalliancen:entrance:{code}")), "entrance")


def desk(kommune: Kommune, roles: Iterable[str], on: date) -> Desk:
    """The first who is there in one of these roles on that day, or her own deputy; else the default entrance."""
    for role in roles:
        in_role = [contact for contact in kommune.contacts if contact.role == role]
        for contact in in_role:
            if contact.there(on):
                return Desk(contact.id, contact.role)
        for contact in in_role:
            if found := _person(kommune, contact.deputy_id, on):
                return found
    return default_entrance(kommune.id)


def successor(kommune: Kommune, contact_id: str, on: date, to: str | None = None) -> Desk:
    """Who takes over from one who is not there: left `to` whom, her own deputy, any deputy, the entrance, anybody."""
    gone = next((contact for contact in kommune.contacts if contact.id == contact_id), None)
    left = _person(kommune, to, on) or (gone and _person(kommune, gone.deputy_id, on))
    return left or desk(kommune, (*SECOND, *FIRST), on)


def is_named(kommune: Kommune, contact_id: str, on: date) -> bool:
    """There is somebody to name: the default entrance alone is a door, not a person."""
    return any(contact.id == contact_id and contact.there(on) for contact in kommune.contacts)


def _person(kommune: Kommune, id_: str | None, on: date) -> Desk | None:
    there = (contact for contact in kommune.contacts if contact.id == id_ and contact.there(on))
    return next((Desk(contact.id, contact.role) for contact in there), None)


def check_contact(before: Contact | None, kommune: str) -> None:
    """Who is erased stays erased, whatever an old list says."""
    if before and before.retired:
        raise texts.contact_gone()
    if before and before.kommune != kommune:
        raise texts.contact_of_another()


def check_days(valid_from: date, away_from: date | None, today: date) -> None:
    """What begins years ahead is a slip of the keys: she would never be asked."""
    for field, day in (("valid_from", valid_from), ("away_from", away_from)):
        if day and day > add_months(today, limits("typed-date", today)["ahead"].value):
            raise texts.too_far(field)


def days_of_change(contact: Contact) -> dict[str, date]:
    """The last days of what is: after each of them somebody else may have to be asked."""
    eve = timedelta(days=1)
    days = {
        "begins": contact.valid_from - eve,
        "leaves": contact.valid_to,
        "away": contact.away_from and contact.away_from - eve,
        "back": contact.away_to,
    }
    return {name: day for name, day in days.items() if day}


# The concepts that a place touches, by its forms; the words for who is asked are always needed.
_CONCEPTS = {
    "VIRKSOMHEDSPRAKTIK": "unpaid-trial",
    "SMAAJOB": "few-paid-hours",
    "FLEKSJOB": "protected-job",
    "LAERLING": "apprenticeship",
}
_ALWAYS = ("company-entrance", "youth-unit", "company-consultant")


def own_words(kommune: Kommune, forms: Iterable[str], on: date) -> tuple[OwnWord, ...]:
    """The kommune's own words for what the referral speaks of: as consultants noted them, else from the map."""
    noted = {word.concept: word for word in kommune.words}
    wanted = (*_ALWAYS, *(_CONCEPTS[form] for form in forms if form in _CONCEPTS))
    found = []
    for concept in wanted:
        mapped = next((term for term in terms(concept, kommune.id, on) if term.kommune), None)
        if word := noted.get(concept) or mapped:
            found.append(OwnWord(concept=concept, term=word.term))
    return tuple(found)
