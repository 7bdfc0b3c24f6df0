"""A referral: FHIR Task status and our own business status, derived, never set by hand."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from municipality_gateway.state.replies import Said
from shared.catalogue.reach import Why
from shared.events.base import Data, Task
from shared.events.kommune.referrals import OwnWord
from shared.events.municipality_gateway import TaskStatus
from shared.spine.work import Aggregate

OVER = frozenset({"completed", "rejected", "failed", "cancelled", "entered-in-error"})
ASKED_BACK = "cancellation-requested"
Step = Literal["reminder", "deputy", "entrance", "expired", "nudge", "due", "resume", "taken-back"]


class Held(Data):
    """What a referral was before the kommune asked for time. `since`: the day on which this hold began."""

    state: TaskStatus
    business_status: str
    reason: str
    until: date
    since: date | None = None


class Told(Data):
    """The place as its kommune was told of it: all that is needed to answer, without ids of people."""

    postnr: str
    tasks: tuple[Task, ...]
    hours_from: float
    hours_to: float
    times_of_day: tuple[str, ...]
    forms: tuple[str, ...]
    purpose: str
    support: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()
    sector: str | None = None
    size_band: str | None = None
    own_words: tuple[OwnWord, ...] = ()
    place_url: str


class AskedBack(Data):
    """Why it was asked back after the kommune had accepted, and until when the kommune may confirm it."""

    reason: str
    due_by: date


class Referral(Aggregate):
    """One place x one kommune x one round, for so many seats. `since`: the day on which the present waiting began."""

    place_id: str
    leader_id: str
    company_id: str
    place_kommune: str
    kommune: str
    round: int
    seats: int
    place_version: int
    why: Why
    minutes: int
    contact_id: str
    contact_role: str
    sent_on: date
    since: date
    answer_by: date
    state: TaskStatus = "requested"
    business_status: str = "sent"
    seen: bool = False
    guidance: Literal["page", "call"]
    guided: bool = False
    company_known: bool | None = None
    held: Held | None = None
    first_held: date | None = None
    """The time that a kommune may ask for counts from here, however often it asks."""
    asked_back: AskedBack | None = None
    enough: bool = False
    """The kommune said itself that it has nobody more."""
    happened: dict[str, datetime] = Field(default_factory=dict)
    """Business status -> when: the leader contacted, a meeting planned or missed."""
    proposals: frozenset[str] = frozenset()
    """Ids of the replies that proposed somebody, as long as nothing has become of them."""
    matched: frozenset[str] = frozenset()
    due_by: date | None = None
    """It has until then at least: somebody whom it found is waited for, or just came to nothing."""
    told: Told | None = None
    said: dict[str, Said] = Field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def open(self) -> bool:
        """The kommune looks for somebody, or could. No seat waits for one that is asked back."""
        return not self.over and self.asked_back is None
