"""Who joined, at which company, and at which kick-off."""

from datetime import date, datetime

from shared.events.base import Data
from shared.spine.work import Aggregate


class SignedUpAgain(Data):
    """The same address signed up once more, with data that are perhaps other ones; sealed under an id of their own."""

    id: str
    on: date
    company_id: str
    company_name: str
    postnr: str


class Call(Data):
    """A call that was made, and how it stood before. `corrected`: when, if it was entered wrongly first."""

    at: datetime
    by: str
    outcome: str
    next_call_on: date | None = None
    """As it was asked for."""
    outcome_before: str | None = None
    next_before: date | None = None
    corrected: datetime | None = None


class Developed(Data):
    """What the leader has learned by it, as codes."""

    on: date
    codes: tuple[str, ...]
    confidence: int | None = None


class Changed(Data):
    """Who put which fields right, and when; never what stood there."""

    at: datetime
    by: str
    fields: tuple[str, ...]


class Leader(Aggregate):
    """Who joined. Name, e-mail and phone lie in the vault under the same id."""

    company_id: str
    workplace_id: str
    company_name: str
    postnr: str
    kommune: str
    kommune_chosen: bool = False
    """Somebody said so; else it is the largest of its postal code."""
    sector: str | None = None
    size_band: str | None = None
    signed_up_on: date
    attempts: int = 0
    outcome: str | None = None
    next_call_on: date | None
    """When the consultant calls (again); None when there is nothing to call about."""
    called_on: date | None = None
    """The last call."""
    calls: tuple[Call, ...] = ()
    developed: tuple[Developed, ...] = ()
    again: SignedUpAgain | None = None
    """The last time only, so that a stranger with the address can neither replace nor pile up anything."""
    places: frozenset[str] = frozenset()
    """Those that were begun with this leader; ids are in order of time."""
    near: frozenset[str] = frozenset()
    """Places of others of the company whose contact or buddy it is, or was."""
    changes: tuple[Changed, ...] = ()
    merged_into: str | None = None
    """The same person joined twice, and goes on as that leader."""
    also_at: frozenset[str] = frozenset()
    """Companies of places that were begun with a double of hers."""
    erased: bool = False

    @property
    def companies(self) -> set[str]:
        return {self.company_id, *self.also_at} | ({self.again.company_id} if self.again else set())


class Company(Aggregate):
    """One CVR number, under a random id: a derived one would name a sole trader for as long as events are kept.

    Name and number are empty once everybody of it is erased.
    """

    cvr: str
    name: str
    people: frozenset[str] = frozenset()
    """Leaders and colleagues."""


class Kickoff(Aggregate):
    """A meeting where leaders join; its id is the code in links and figures."""

    name: str
    kommune: str
    held_on: date
    changes: tuple[Changed, ...] = ()
