"""What can be asked about people."""

from uuid import UUID

from shared.catalogue import codes
from shared.frozen import Frozen
from shared.identifiers import Email, Name, Phone
from shared.spine.work import Command, Strict


class Contact(Strict):
    """Contact data on their way into the vault."""

    name: str
    email: str | None = None
    phone: str | None = None


class AddColleagueBody(Strict):
    """A buddy, department head or store manager at the workplace."""

    leader_id: UUID
    name: Name
    email: Email | None = None
    phone: Phone | None = None
    role: codes.ColleagueRole | None = None


class AddColleague(Command):
    person_id: str
    company_id: str
    contact: Contact
    role: str | None = None
    leader_id: str | None = None


class CorrectColleagueBody(Strict):
    """What was typed wrong; what is not mentioned stays."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    role: codes.ColleagueRole | None = None


class Correct(Command):
    """`fields` are those that differ; `contact` is whole, where one of its is among them.

    `seen`: how often it had been put right when the contact data were read.
    """

    seen: int
    fields: tuple[str, ...]
    contact: Contact | None


class CorrectColleague(Correct):
    person_id: str
    role: str | None


class Erase(Command):
    """The right to be forgotten: a leader, or a colleague of one."""

    person_id: str


class LeaveCompany(Command):
    """Somebody of it was erased. `instead`: who goes on with what was begun there."""

    company_id: str
    person_id: str
    instead: str | None = None


class PersonAnswer(Frozen):
    person_id: str
