"""What can be asked about places."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from intake.state.places import Frame
from shared.catalogue import codes
from shared.catalogue.kommuner import KommuneCode
from shared.catalogue.tasks import TaskId
from shared.events.base import Hours, Id
from shared.events.intake import PlaceState
from shared.frozen import Frozen
from shared.identifiers import Day, Postnr
from shared.spine.work import Command, Strict

WeekHours = Annotated[float, Field(ge=1, le=37)]
Seats = Annotated[int, Field(ge=1, le=50)]


class OfPlace(Command):
    place_id: str


class PlaceAnswer(Frozen):
    place_id: str


class TaskBody(Strict):
    """A task of the catalogue, or `<category>-00` with the leader's own words."""

    task_id: TaskId
    words: Annotated[str, Field(max_length=200)] | None = None
    hours: Hours | None = None
    seat: Seats | None = None


class ChangePlaceBody(Strict):
    """What leader and consultant find together in the call. Hours are a week's, to begin with and to aim for.

    `kommune`: in which of its postal code's the workplace lies (`GET /postal/{nr}`).
    """

    postnr: Postnr | None = None
    kommune: KommuneCode | None = None
    contact_id: Id | None = None
    buddy_id: Id | None = None
    tasks: tuple[TaskBody, ...] | None = None
    hours_from: WeekHours | None = None
    hours_to: WeekHours | None = None
    times_of_day: tuple[codes.TimeOfDay, ...] | None = None
    forms: tuple[codes.Form, ...] | None = None
    training_place_approved: bool | None = None
    purpose: codes.Purpose | None = None
    support: tuple[codes.Support, ...] | None = None
    frame: tuple[codes.Frame, ...] | None = None
    seats: Seats | None = None
    guidance: Literal["page", "call"] | None = None
    max_kommuner: Annotated[int, Field(ge=1, le=98)] | None = None
    at_once: Literal["one-by-one", "several"] | None = None

    @property
    def found(self) -> Frame:
        """As it is stored: what was not mentioned stays unmentioned."""
        return Frame.model_validate(self.model_dump(exclude={"leader_id"}, exclude_unset=True))


class DraftPlaceBody(ChangePlaceBody):
    leader_id: UUID


class DraftPlace(OfPlace):
    leader_id: str
    found: Frame


class ChangePlace(OfPlace):
    found: Frame


class OpenPlaceBody(Strict):
    """The day on which the leader said yes to asking a kommune."""

    agreed_at: Day


class OpenPlace(OfPlace):
    leader_id: str
    agreed_at: date | None


class OpenPlaceAnswer(PlaceAnswer):
    """`warnings` are ids of rules that do not stop it."""

    state: PlaceState
    warnings: tuple[str, ...]


class PausePlaceBody(Strict):
    reason: codes.PlacePaused


class PausePlace(OfPlace):
    reason: str


class ReopenPlaceBody(Strict):
    """The day on which the leader said yes again."""

    agreed_at: Day


class ReopenPlace(OfPlace):
    agreed_at: date | None


class ClosePlaceBody(Strict):
    reason: codes.PlaceClosed


class ClosePlace(OfPlace):
    reason: str
