"""A referral, as far as it decides who may see contact data."""

from intake.state.day import Asked
from shared.spine.work import Aggregate


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
    asked: Asked | None = None

    @property
    def open_to_kommune(self) -> bool:
        return self.accepted and self.guided and (not self.over or bool(self.living))
