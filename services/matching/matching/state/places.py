"""A place as intake offers it, and who has its seats."""

from typing import Literal, Self

from pydantic import ConfigDict, Field

from shared.events.base import Data, Terms
from shared.events.intake import PlaceOpened, PlaceState, PlaceTerms
from shared.spine.work import Aggregate


class Offer(PlaceOpened):
    """What intake said when the place opened, or last changed."""

    model_config = ConfigDict(extra="allow")

    @classmethod
    def of(cls, terms: PlaceTerms) -> Self:
        return cls.model_validate(terms.model_dump(by_alias=True, exclude={"changes"}))


class Spot(Data):
    """What a match has of its place: `open` nothing yet, `held` the leader's yes, `taken` agreed or living."""

    state: Literal["open", "held", "taken"] = "open"
    seat: int | None = None
    """Which seat, where tasks belong to seats or the kommune asked for one."""
    terms: Terms | None = None


class Place(Aggregate):
    """A place as intake offers it, and who has its seats, which matching alone decides."""

    offer: Offer
    state: PlaceState
    version: int
    """The last version of intake's that was handled."""
    spots: dict[str, Spot] = Field(default_factory=dict)
    """Its matches that are not over, by id."""
    ended: frozenset[str] = frozenset()
    """Placements that are over, or never began."""
    ended_early: frozenset[str] = frozenset()
    """Placements here that have ended early: the next match shall not be too fast."""
    early_end: bool = False
    """An older build's: that there was one."""
