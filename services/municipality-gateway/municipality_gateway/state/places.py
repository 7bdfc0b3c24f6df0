"""A place, and which kommuner are asked about it."""

from pydantic import ConfigDict, Field

from shared.events.intake import PlaceOpened
from shared.spine.work import Aggregate


class Offer(PlaceOpened):
    """What intake said when it opened, or when it changed last."""

    model_config = ConfigDict(extra="allow")


class Place(Aggregate):
    """What was opened, and which kommuner were asked about it in this round, in this order."""

    opened: Offer
    version: int
    """Of the last event that intake said of it."""
    accepting: bool = True
    round: int = 1
    seats: int
    """Those that this round is about."""
    asked: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    """Those of this round that are open: neither over nor asked back."""
    with_whom: dict[str, str] = Field(default_factory=dict)
    """Referral -> kommune, of those: known before the referral itself is made."""
    first: str | None = None
    """The kommune that found somebody: asked first in the next round."""
    nobody_left: bool = False
    sent: bool = False
    """A kommune has been asked about it, in whatever round."""
    agreed: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    """Matches agreed here, and those whose placement is over: sets, since either may be heard of first."""

    @property
    def living(self) -> frozenset[str]:
        """Matches whose placement is to come or goes on."""
        return self.agreed - self.ended

    @property
    def free(self) -> int:
        """Seats that nobody has, as far as has been heard; matching alone decides who gets one."""
        return max(0, self.opened.seats - len(self.living))
