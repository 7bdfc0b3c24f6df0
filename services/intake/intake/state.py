"""What intake knows (aggregates) and what can be asked of it (commands)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.catalogue import codes
from shared.catalogue.tasks import TaskId
from shared.events.base import Hours, Id
from shared.events.intake import PlaceState
from shared.identifiers import Postnr
from shared.spine.work import Aggregate, Command, Strict


class Leader(Aggregate):
    """Who joined. Name, e-mail and phone lie in the vault under the same id."""

    company_id: str
    workplace_id: str
    company_name: str
    postnr: str
    kommune: str
    sector: str | None = None
    size_band: str | None = None
    signed_up_on: date
    attempts: int = 0
    outcome: str | None = None
    next_call_on: date | None
    """When the consultant calls (again); None when there is nothing to call about."""


class Company(Aggregate):
    """One CVR number. Its id is derived from it, so that the same company is one."""

    cvr: str
    name: str


class Colleague(Aggregate):
    """Somebody at a company who may be a place's contact or buddy; name and phone lie in the vault."""

    company_id: str


class TaskWanted(Strict):
    """A task of a place: of the catalogue, or `<category>-00` with the leader's own words, which stay in intake."""

    task_id: TaskId
    words: Annotated[str, Field(max_length=200)] | None = None
    hours: Hours | None = None
    seat: Annotated[int, Field(ge=1, le=50)] | None = None


class Frame(Strict):
    """What leader and consultant find together in the call. Everything may come later, before the place opens."""

    postnr: Postnr | None = None
    contact_id: Id | None = None
    buddy_id: Id | None = None
    tasks: tuple[TaskWanted, ...] | None = None
    hours_from: Annotated[float, Field(ge=1, le=37)] | None = None
    hours_to: Annotated[float, Field(ge=1, le=37)] | None = None
    times_of_day: tuple[codes.TimeOfDay, ...] | None = None
    forms: tuple[codes.Form, ...] | None = None
    training_place_approved: bool | None = None
    purpose: codes.Purpose | None = None
    support: tuple[codes.Support, ...] | None = None
    frame: tuple[codes.Frame, ...] | None = None
    seats: Annotated[int, Field(ge=1, le=50)] | None = None
    guidance: Literal["page", "call"] | None = None
    max_kommuner: Annotated[int, Field(ge=1, le=98)] | None = None
    at_once: Literal["one-by-one", "several"] | None = None


class Past(Strict):
    """A line of a place's history: what happened, on which day in Denmark, with which coded reason."""

    on: date
    what: str
    reason: str | None = None


class Place(Aggregate):
    """A place at a workplace. `agreed` are the matches that take a seat: agreed and not over."""

    leader_id: str
    company_id: str
    workplace_id: str
    kommune: str
    postnr: str
    state: PlaceState = "draft"
    found: Frame = Frame()
    agreed_at: date | None = None
    agreed: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    """Matches that ended or never began; one may be over here before its agreement has come."""
    freed_by: str | None = None
    """The placement that freed a seat, until the leader agrees again."""
    history: tuple[Past, ...] = ()

    @property
    def seats(self) -> int:
        return self.found.seats or 1


class Referral(Aggregate):
    """What intake must know to show the contact data: asked whom, accepted, leader guided, over; and its placements."""

    place_id: str
    kommune: str
    accepted: bool = False
    guided: bool = False
    over: bool = False
    living: frozenset[str] = frozenset()
    """Matches of this referral whose placement is planned or lives."""
    ended: frozenset[str] = frozenset()

    @property
    def open_to_kommune(self) -> bool:
        return self.accepted and self.guided and (not self.over or bool(self.living))


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
    contact: dict[str, Any]
    email_hash: bytes


class RecordCall(Command):
    leader_id: str
    outcome: str
    next_call_on: date | None


class DraftPlace(Command):
    place_id: str
    leader_id: str
    found: Frame


class ChangePlace(Command):
    place_id: str
    found: Frame


class OpenPlace(Command):
    place_id: str
    leader_id: str
    agreed_at: date | None


class PausePlace(Command):
    place_id: str
    reason: str


class ReopenPlace(Command):
    place_id: str
    agreed_at: date | None


class ClosePlace(Command):
    place_id: str
    reason: str


class AddColleague(Command):
    person_id: str
    company_id: str
    contact: dict[str, Any]


class Erase(Command):
    """The right to be forgotten: a leader, or a colleague of one."""

    person_id: str
