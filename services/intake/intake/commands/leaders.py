"""What leaders ask, and what is noted about them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field

from intake.commands.people import Contact, Correct
from shared.catalogue import codes
from shared.catalogue.kommuner import KommuneCode, kommuner_of_postnr
from shared.events.base import Id
from shared.frozen import Frozen
from shared.identifiers import ONCE, Cvr, Day, Email, InRange, Name, Phone, PNumber, Postnr
from shared.spine.work import Command, Strict, Work

Attempt = Annotated[int, InRange(1, 1_000)]


class SignUpBody(Strict):
    """What a leader writes in minutes; the rest is found in the call. An unknown `kickoff` counts as none.

    `kommune`: of the workplace, where its postal code lies in several (`GET /postal/{nr}`); else the largest is taken,
    and a consultant asks.
    """

    name: Name
    email: Email
    phone: Phone
    company_name: Name
    cvr: Cvr
    p_number: PNumber | None = None
    postnr: Postnr
    kommune: KommuneCode | None = None
    sector: codes.Sector | None = None
    size_band: codes.SizeBand | None = None
    kickoff: Annotated[str, Field(max_length=100)] | None = None

    @property
    def workplace(self) -> str:
        """By what a workplace is found again."""
        return self.p_number or f"{self.cvr}-{self.postnr}"


class Known(Frozen):
    """Ids of what a sign-up names, as far as they are there."""

    leader_id: str | None = None
    company_id: str | None = None
    workplace_id: str | None = None
    kickoff: str | None = None


class SignUp(Command):
    """`leader_id`: who has this address, or a new one; `person_id` is new."""

    leader_id: str
    person_id: str
    company_id: str
    workplace_id: str
    workplace: str
    cvr: str
    company_name: str
    postnr: str
    kommune: str
    kommune_chosen: bool = False
    sector: str | None
    size_band: str | None
    kickoff: str | None
    contact: Contact
    email_hashes: tuple[bytes, ...]

    @classmethod
    def of(cls, body: SignUpBody, known: Known, email_hashes: Iterable[bytes]) -> Self:
        person_id = Work.new_id()
        return cls(
            leader_id=known.leader_id or person_id,
            person_id=person_id,
            company_id=known.company_id or Work.new_id(),
            workplace_id=known.workplace_id or Work.new_id(),
            workplace=body.workplace,
            cvr=body.cvr,
            company_name=body.company_name,
            postnr=body.postnr,
            kommune=body.kommune or kommuner_of_postnr(body.postnr)[0],
            kommune_chosen=body.kommune is not None,
            sector=body.sector,
            size_band=body.size_band,
            kickoff=known.kickoff,
            contact=Contact(name=body.name, email=body.email, phone=body.phone),
            email_hashes=tuple(email_hashes),
        )


class CorrectLeaderBody(Strict):
    """What was typed wrong; what is not mentioned stays. A place that was begun stays where it lies."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    company_name: Name | None = None
    cvr: Cvr | None = None
    p_number: PNumber | None = None
    postnr: Postnr | None = None
    kommune: KommuneCode | None = None
    sector: codes.Sector | None = None
    size_band: codes.SizeBand | None = None


class CorrectLeader(Correct):
    """`company_id`: the company of the right CVR number, or the leader's own, which then gets that number."""

    leader_id: str
    email_hashes: tuple[bytes, ...]
    company_id: str
    old_company_id: str
    cvr: str | None
    p_number: str | None
    workplace_id: str
    facts: dict[str, Any]
    """Fields of the leader's own: company_name, postnr, kommune, kommune_chosen, sector, size_band."""
    places: tuple[str, ...]


class MergeLeadersBody(Strict):
    """The leader as whom the same person goes on."""

    into: Id


class MergeLeaders(Command):
    """`places`: those of the one that goes, as whoever asks has seen them."""

    leader_id: str
    into: str
    places: tuple[str, ...]


class RecordCallBody(Strict):
    """`next_call_on`: when to call next; also after `reached`, where something else is to be talked about."""

    outcome: codes.CallOutcome
    next_call_on: Day | None = None


class RecordCall(Command):
    leader_id: str
    outcome: str
    next_call_on: date | None


class CorrectCall(RecordCall):
    """It was entered wrongly. `attempt`: which call it was."""

    attempt: int


class NoteDevelopmentBody(Strict):
    """What the leader has learned by it. `confidence` from 1 to 5: how sure of leading young people."""

    codes: Annotated[tuple[codes.LeaderDevelopment, ...], Field(min_length=1, max_length=20), ONCE]
    confidence: Annotated[int, InRange(1, 5)] | None = None


class NoteDevelopment(Command):
    leader_id: str
    codes: tuple[str, ...]
    confidence: int | None


class LeaderAnswer(Frozen):
    leader_id: str


class CallAnswer(LeaderAnswer):
    """`attempt`: by which the call can be corrected."""

    attempt: int
    next_call_on: date | None
