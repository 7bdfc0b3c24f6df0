"""Who is asked in a kommune, and in which words."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from municipality_gateway.state.kommuner import Kommune
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
    """The first who is there in one of these roles on that day; where nobody is, the default entrance."""
    there = {contact.role: contact for contact in reversed(kommune.contacts) if contact.valid(on)}
    found = next((there[role] for role in roles if role in there), None)
    return Desk(found.id, found.role) if found else default_entrance(kommune.id)


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
        if word := noted.get(concept) or (mapped and OwnWord(concept=concept, term=mapped.term)):
            found.append(word)
    return tuple(found)
