"""A place: what leader and consultant found together, who has its seats, and what happened."""

from datetime import date
from typing import Literal

from shared.events.base import Code, Data, Id
from shared.events.intake import PlaceState
from shared.spine.work import Aggregate


class TaskWanted(Data):
    """A task of a place: of the catalogue, or `<category>-00` with the leader's own words, which stay in intake."""

    task_id: Code
    words: str | None = None
    from_job: Code | None = None
    """Whose job it is taken from: tasks of several colleagues may be pooled."""
    hours: float | None = None
    seat: int | None = None


class Frame(Data):
    """What leader and consultant find together in the call. Everything may come later, before the place opens."""

    postnr: str | None = None
    kommune: str | None = None
    """Where it was said; else it is the largest of the postal code."""
    contact_id: Id | None = None
    buddy_id: Id | None = None
    tasks: tuple[TaskWanted, ...] | None = None
    hours_from: float | None = None
    hours_to: float | None = None
    times_of_day: tuple[Code, ...] | None = None
    instruction: tuple[Code, ...] | None = None
    forms: tuple[Code, ...] | None = None
    training_place_approved: bool | None = None
    purpose: Code | None = None
    support: tuple[Code, ...] | None = None
    frame: tuple[Code, ...] | None = None
    shop_floor_ready: bool | None = None
    """Those who are to receive somebody have said yes, too."""
    counts_in_headcount: bool | None = None
    top_manager_confirms: bool | None = None
    """That it is all right, although the young person would count."""
    seats: int | None = None
    guidance: Literal["page", "call"] | None = None
    max_kommuner: int | None = None
    at_once: Literal["one-by-one", "several"] | None = None


class Past(Data):
    """A line of a place's history: what happened, on which day in Denmark, with which coded reason; what changed."""

    on: date
    what: str
    reason: str | None = None
    fields: tuple[Code, ...] | None = None


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
    blocked: frozenset[str] = frozenset()
    """Rules that were said to stop it from opening, and may still do so."""
    over: frozenset[str] = frozenset()
    """Matches that ended or never began; one may be over here before its agreement has come."""
    freed_by: str | None = None
    """The placement that freed a seat, until the leader agrees again."""
    history: tuple[Past, ...] = ()

    @property
    def seats(self) -> int:
        return self.found.seats or 1
