"""What intake says: who joined, whom we called, which places are open."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.base import Code, Event, Id, Kommune, Postnr, Task, date
from shared.events.topics import INTAKE

PlaceState = Literal["draft", "additional-assessment-required", "open", "paused", "filled", "closed"]


class IntakeEvent(Event, topic=INTAKE):
    """Base of what intake says."""


class LeaderSignedUp(IntakeEvent, name="leader.signed-up", subject="leader_id"):
    """A leader joined. `first_of_company`: the company was not in the alliance before."""

    leader_id: Id
    company_id: Id
    first_of_company: bool
    workplace_id: Id
    kommune: Kommune
    sector: Code | None = None
    size_band: Code | None = None
    kickoff: Code | None = None


class LeaderSignedUpAgain(IntakeEvent, name="leader.signed-up-again", subject="leader_id"):
    """A leader who had joined signed up once more: a consultant calls."""

    leader_id: Id
    kommune: Kommune


class LeaderCalled(IntakeEvent, name="leader.called", subject="leader_id"):
    """A consultant called. `attempt` counts from 1; `next_call_on` is there when the outcome asks for another call."""

    leader_id: Id
    kommune: Kommune
    outcome: Code
    attempt: int
    next_call_on: date | None = None


class LeaderCallCorrected(IntakeEvent, name="leader.call-corrected", subject="leader_id"):
    """That call was entered wrongly, as `before`, and put right: this is its outcome."""

    leader_id: Id
    kommune: Kommune
    attempt: int
    outcome: Code
    before: Code
    next_call_on: date | None = None


class LeaderDevelopmentNoted(IntakeEvent, name="leader.development-noted", subject="leader_id"):
    """What the leader has learned by it, as codes; `confidence` from 1 to 5: how sure of leading young people."""

    leader_id: Id
    kommune: Kommune | None = None
    codes: tuple[Code, ...]
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None


class LeaderErased(IntakeEvent, name="leader.erased", subject="leader_id"):
    """The leader's data are gone: the key that sealed them is destroyed."""

    leader_id: Id


class PersonErased(IntakeEvent, name="person.erased", subject="person_id"):
    """The same for a colleague: buddy, department head, store manager."""

    person_id: Id


class PlaceEvent(IntakeEvent):
    """Base of what is said of a place; `state` is the one it leads to."""

    place_id: Id
    leader_id: Id
    company_id: Id
    kommune: Kommune
    state: PlaceState


class PlaceDrafted(PlaceEvent, name="place.drafted", subject="place_id"):
    """Leader and consultant have begun; the leader has not agreed yet."""


class PlaceBlocked(PlaceEvent, name="place.blocked", subject="place_id"):
    """Rules stop the place from opening: those that were not said before, and what is hard about each, as codes."""

    rules: tuple[Code, ...]
    challenges: tuple[Code, ...] = ()


class PlaceTerms(PlaceEvent):
    """All that a kommune and a match need to know of a place. Hours are a week's: to begin with, and to aim for."""

    workplace_id: Id
    postnr: Postnr
    sector: Code | None = None
    size_band: Code | None = None
    contact_id: Id
    buddy_id: Id | None = None
    tasks: tuple[Task, ...]
    hours_from: float
    hours_to: float
    times_of_day: tuple[Code, ...]
    forms: tuple[Code, ...]
    training_place_approved: bool = False
    purpose: Code
    support: tuple[Code, ...] = ()
    frame: tuple[Code, ...] = ()
    seats: int
    guidance: Literal["page", "call"]
    max_kommuner: int
    at_once: Literal["one-by-one", "several"]
    agreed_at: date


class PlaceOpened(PlaceTerms, name="place.opened", subject="place_id"):
    """Tasks are clear and the leader agrees."""


class PlaceChanged(PlaceTerms, name="place.changed", subject="place_id"):
    """An opened place is another one now: as it is after the change. `changes` names the fields.

    `contact` among them: contact and buddy are the same, and reached in another way.
    """

    changes: tuple[Code, ...]


class PlaceFilled(PlaceEvent, name="place.filled", subject="place_id"):
    """Matching says that no seat is left."""


class PlacePaused(PlaceEvent, name="place.paused", subject="place_id"):
    """No new match for now; what is agreed stands."""

    reason: Code


class PlaceReopened(PlaceEvent, name="place.reopened", subject="place_id"):
    """The leader agreed again. `placement_id`: the ended (or never started) placement that freed the seat."""

    agreed_at: date
    placement_id: Id | None = None


class PlaceClosed(PlaceEvent, name="place.closed", subject="place_id"):
    """The place is over; what is agreed stands."""

    reason: Code
