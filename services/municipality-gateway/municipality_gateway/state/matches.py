"""A match, as far as the kommune has a say in it."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from municipality_gateway.state.replies import Said
from shared.events.base import Data, Terms
from shared.spine.work import Aggregate

Party = Literal["kommune", "young-person"]


class Answer(Data):
    """What a party said through the kommune."""

    party: Party
    answer: Literal["yes", "no", "none"]
    reason: str | None = None
    form: str | None = None
    hours: float | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None


class Spoken(Aggregate):
    """Base of what belongs to a young person's kommune. `entrance`: the shared one that proposed, where it was."""

    kommune: str
    entrance: str | None = None

    @property
    def whose(self) -> tuple[str, ...]:
        """Who speaks of it, and hears of it."""
        return (self.kommune, self.entrance) if self.entrance else (self.kommune,)


class Match(Spoken):
    """A proposal that is possible. `owed`: whose yes the kommune still owes."""

    place_id: str
    referral_id: str
    candidate_id: str
    reply_id: str
    state: Literal["proposed", "agreed", "over"] = "proposed"
    terms: Terms | None = None
    """What it is about, and until when a yes is waited for; none of one that an older build has heard of."""
    answer_by: date | None = None
    owed: frozenset[Party] = frozenset()
    leader_owes: bool = False
    """Her yes is still waited for."""
    seat_held: bool = False
    """She has said yes to others, who have the seats: hers to this one is not waited for."""
    proposed_at: datetime | None = None
    settled_at: datetime | None = None
    """When it was agreed, or came to nothing."""
    by: str | None = None
    """Who said no."""
    reason: str | None = None
    """Why it came to nothing."""
    answers: tuple[Answer, ...] = ()
    said: dict[str, Said] = Field(default_factory=dict)
