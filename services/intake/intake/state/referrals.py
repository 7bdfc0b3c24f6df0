"""A referral, as far as it decides who may see contact data."""

from intake.state.day import Asked
from shared.spine.work import Aggregate


class Referral(Aggregate):
    """What intake must know to show the contact data: asked whom, accepted, leader guided, over; and its placements.

    `reason`: why it was asked back, or is over, as a code; where none was given, the state that it ended in.
    """

    place_id: str
    kommune: str
    accepted: bool = False
    guided: bool = False
    asked_back: bool = False
    over: bool = False
    reason: str | None = None
    living: frozenset[str] = frozenset()
    """Matches of this referral whose placement is planned or lives."""
    ended: frozenset[str] = frozenset()
    asked: Asked | None = None

    @property
    def closed_because(self) -> str | None:
        """Nobody of the kommune has to ring any more: asked back or over, and no placement of it lives.

        One completes by a match, which comes from elsewhere, and perhaps later: until then it is not closed.
        """
        awaits_match = self.reason == "completed" and not self.ended
        stopped = (self.asked_back or self.over) and not awaits_match
        return (self.reason or "over") if stopped and not self.living else None

    @property
    def open_to_kommune(self) -> bool:
        return self.accepted and self.guided and self.closed_because is None
