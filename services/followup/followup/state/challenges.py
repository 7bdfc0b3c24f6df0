"""What is hard, and what was tried against it."""

from datetime import datetime
from typing import Literal

from followup.state.placements import Speaker
from shared.spine.work import Aggregate

Subject = Literal["placement", "place", "company"]
Helper = Literal["leader", "consultant", "kommune"]


class Challenge(Aggregate):
    """Something is hard, as a code about the workplace. Over when solved, or when what it is about is over."""

    about: Subject
    about_id: str
    code: str
    help: Literal["kommune"] | None
    placement_id: str | None = None
    place_id: str | None = None
    referral_id: str | None = None
    kommune: str | None = None
    raised_at: datetime
    raised_by: Speaker
    helped_at: datetime | None = None
    answer: Literal["granted", "refused", "later"] | None = None
    """The kommune's, where its help is wanted."""
    closed: bool = False

    @property
    def response_seconds(self) -> int | None:
        return int((self.helped_at - self.raised_at).total_seconds()) if self.helped_at else None


class Intervention(Aggregate):
    """What was tried, what it cost in minutes, and whether it helped."""

    challenge_id: str | None
    placement_id: str | None
    place_id: str | None
    code: str
    by: Helper
    minutes: int
    at: datetime | None = None
    result: str | None = None
