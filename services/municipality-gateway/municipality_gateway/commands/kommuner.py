"""The directory: contacts, procedure cards and own words."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from municipality_gateway.state.kommuner import Card
from shared.catalogue import codes
from shared.catalogue.refusal import refusal
from shared.events.base import Code, Id
from shared.events.kommune.referrals import OwnWord
from shared.frozen import Frozen
from shared.identifiers import Day, Email, InRange, Phone, Words
from shared.spine.work import Command, Strict

Procedure = Annotated[Words, Field(max_length=500)]


class RegisterContactBody(Strict):
    """Who answers. Name, phone and e-mail are sealed, and erased with the person."""

    role: codes.ContactRole
    unit: Code | None = None
    area: Annotated[Words, Field(max_length=120)] | None = None
    deputy_id: Id | None = None
    valid_from: Day
    valid_to: Day | None = None
    away_from: Day | None = None
    away_to: Day | None = None
    name: Annotated[Words, Field(max_length=120)]
    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for first, last in ((self.valid_from, self.valid_to), (self.away_from, self.away_to)):
            if last and (first is None or last < first):
                raise refusal(
                    "date-order",
                    "The last day lies before the first, or there is no first day. Correct the dates.",
                    "Den sidste dag ligger før den første, eller den første mangler. Ret datoerne.",
                )
        return self


class RegisterContact(Command):
    contact_id: str
    kommune: str
    role: str
    unit: str | None
    area: str | None = None
    deputy_id: str | None = None
    valid_from: date
    valid_to: date | None
    away_from: date | None = None
    away_to: date | None = None
    person: dict[str, Any]


class ImportContacts(Command):
    """A whole directory, or a part of it: all of it or nothing."""

    contacts: tuple[RegisterContact, ...]


class ImportedAnswer(Frozen):
    contacts: int


class ContactAnswer(Frozen):
    contact_id: str


class WriteCardBody(Strict):
    """How things are done there. Never about a person."""

    entrance: Procedure | None = None
    youth_unit: Procedure | None = None
    praktik_approval: Procedure | None = None
    typical_days: Annotated[int, InRange(0, 200)] | None = None
    vitas: Procedure | None = None
    mentor: Procedure | None = None
    frikort: Procedure | None = None
    transport: Procedure | None = None
    confirmed_on: Day


class WriteCard(Command):
    kommune: str
    card: Card


class CardAnswer(Frozen):
    kommune: str
    card_version: int


class TermBody(Strict):
    """A kommune's own word for a concept."""

    concept: codes.Concept
    term: Annotated[Words, Field(max_length=80)]


class WriteTermsBody(Strict):
    terms: Annotated[tuple[TermBody, ...], Field(max_length=50)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({term.concept for term in self.terms}) < len(self.terms):
            raise refusal(
                "twice",
                "A concept is there twice. Keep the one word that the kommune uses.",
                "Et begreb står der to gange. Behold det ord, kommunen bruger.",
            )
        return self


class WriteTerms(Command):
    kommune: str
    words: tuple[OwnWord, ...]


class TermsAnswer(Frozen):
    kommune: str
    terms: int


class Erase(Command):
    """The right to be forgotten: a contact person."""

    person_id: str


class Forget(Command):
    """Take an erased person off the kommune's list."""

    kommune: str
    id: str


class Retire(Command):
    """She answers for the kommune no longer; her data are erased. `merged_into`: the other entry of the same person."""

    contact_id: str
    kommune: str
    merged_into: str | None = None


class MergeBody(Strict):
    into: Id


class LookAgain(Command):
    """Somebody may have come or gone: is whoever was asked about a kommune's referrals still there?"""

    kommune: str
