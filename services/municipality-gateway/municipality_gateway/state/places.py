"""A place, and which kommuner are asked about it."""

from pydantic import ConfigDict

from shared.events.intake import PlaceOpened
from shared.spine.work import Aggregate


class Offer(PlaceOpened):
    """What intake said when it opened."""

    model_config = ConfigDict(extra="allow")


class Place(Aggregate):
    """What was opened, and which kommuner were asked about it in this round, in this order."""

    opened: Offer
    version: int
    """Of the last event that intake said of it."""
    accepting: bool = True
    round: int = 1
    seats: int
    asked: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    """Those of this round that are not over."""
    first: str | None = None
    """The kommune that found somebody: asked first in the next round."""
    nobody_left: bool = False
    sent: bool = False
    """A kommune has been asked about it, in whatever round."""
