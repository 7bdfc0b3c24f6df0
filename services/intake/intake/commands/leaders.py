"""What leaders ask, and what is noted about them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Self

from pydantic import Field

from intake.commands.people import Contact, Name
from shared.catalogue import codes
from shared.catalogue.kommuner import KommuneCode, kommuner_of_postnr
from shared.frozen import Frozen
from shared.identifiers import Cvr, Day, Email, Phone, PNumber, Postnr
from shared.spine.work import Command, Strict, Work


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


class RecordCallBody(Strict):
    outcome: codes.CallOutcome
    next_call_on: Day | None = None


class RecordCall(Command):
    leader_id: str
    outcome: str
    next_call_on: date | None


class LeaderAnswer(Frozen):
    leader_id: str
