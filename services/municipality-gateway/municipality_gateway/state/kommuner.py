"""A kommune: who answers for it, how things are done there, and in which words."""

from datetime import date

from shared.events.base import Data
from shared.events.kommune.referrals import OwnWord
from shared.spine.work import Aggregate


class Contact(Aggregate):
    """Who answers for a kommune. Name, phone and e-mail lie in the vault under the same id."""

    kommune: str
    role: str
    unit: str | None = None
    area: str | None = None
    """What she answers for there, in the kommune's words: `industri og lager`."""
    deputy_id: str | None = None
    valid_from: date
    valid_to: date | None = None
    away_from: date | None = None
    away_to: date | None = None
    confirmed_on: date | None = None
    refused_on: date | None = None
    """The mail to her came back; till somebody writes her down anew."""
    retired: bool = False

    def valid(self, on: date) -> bool:
        return not self.retired and self.valid_from <= on <= (self.valid_to or date.max)

    def there(self, on: date) -> bool:
        """She can be asked on that day."""
        away = self.away_from is not None and self.away_from <= on <= (self.away_to or date.max)
        return self.valid(on) and not away


class Card(Data):
    """How things are done in a kommune, found out by the calls that consultants make anyway. Never about a person."""

    entrance: str | None = None
    youth_unit: str | None = None
    praktik_approval: str | None = None
    typical_days: int | None = None
    vitas: str | None = None
    mentor: str | None = None
    frikort: str | None = None
    transport: str | None = None
    confirmed_on: date
    confirmed_by: str | None = None


class Word(OwnWord):
    """A word of the kommune's own, and who has confirmed it."""

    confirmed_on: date | None = None
    confirmed_by: str | None = None


class Kommune(Aggregate):
    """Its contacts, its procedure card and its own words; one that nobody has told us about yet has none of them."""

    contacts: tuple[Contact, ...] = ()
    open: frozenset[str] = frozenset()
    """Its referrals that are open: they go to another when the one who was asked is there no more."""
    card: Card | None = None
    card_version: int = 0
    words: tuple[Word, ...] = ()
