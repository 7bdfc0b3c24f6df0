"""What leaders ask, and what is noted about them."""

from collections.abc import Iterable
from datetime import date
from typing import Self
from uuid import NAMESPACE_URL, uuid5

from intake.commands.people import Contact, Name
from shared.catalogue import codes
from shared.catalogue.kommuner import kommuner_of_postnr
from shared.events.base import Code
from shared.frozen import Frozen
from shared.identifiers import Cvr, Day, Email, Phone, PNumber, Postnr
from shared.spine.work import Command, Strict


class SignUpBody(Strict):
    """What a leader writes in minutes; the rest is found in the call."""

    name: Name
    email: Email
    phone: Phone
    company_name: Name
    cvr: Cvr
    p_number: PNumber | None = None
    postnr: Postnr
    sector: codes.Sector | None = None
    size_band: codes.SizeBand | None = None
    kickoff: Code | None = None


class SignUp(Command):
    leader_id: str
    company_id: str
    workplace_id: str
    cvr: str
    company_name: str
    postnr: str
    kommune: str
    sector: str | None
    size_band: str | None
    kickoff: str | None
    contact: Contact
    email_hashes: tuple[bytes, ...]

    @classmethod
    def of(cls, body: SignUpBody, leader_id: str, email_hashes: Iterable[bytes]) -> Self:
        """A company is known by its CVR number, a workplace by its P-number: the same one gets the same id."""
        return cls(
            leader_id=leader_id,
            company_id=str(uuid5(NAMESPACE_URL, f"cvr:{body.cvr}")),
            workplace_id=str(uuid5(NAMESPACE_URL, f"p:{body.p_number or body.cvr + body.postnr}")),
            cvr=body.cvr,
            company_name=body.company_name,
            postnr=body.postnr,
            kommune=kommuner_of_postnr(body.postnr)[0],
            sector=body.sector,
            size_band=body.size_band,
            kickoff=body.kickoff,
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
