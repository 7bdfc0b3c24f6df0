"""What intake has heard of the others' work: as much as says whose turn it is. No contact data of a kommune."""

from datetime import date, datetime

from shared.events.base import Data
from shared.spine.work import Aggregate


class Asked(Data):
    """How far a referral is. `since`: when the present waiting began; `by`: the last day that somebody was told."""

    state: str
    leader_id: str
    company_id: str
    since: date
    by: date | None = None
    contact_id: str | None = None
    """Of the kommune; name and phone are the gateway's."""
    guided_to: str | None = None
    """Whom the leader was told of last."""
    asked_back: bool = False
    turned_at: datetime
    """When it came to what it is: another kommune may be asked a moment after."""


class Match(Aggregate):
    """Somebody proposed for a place. `missing`: whose yes is still to come.

    `seat_held`: the leader's yes to others has the seats, and hers to this one is not waited for.
    """

    place_id: str
    referral_id: str
    leader_id: str
    kommune: str
    missing: frozenset[str]
    answer_by: date
    proposed_on: date
    yes_on: date | None = None
    """The last yes."""
    held_until: date | None = None
    seat_held: bool = False
    state: str = "proposed"


class Placement(Aggregate):
    """How far a placement is, and when somebody asks next."""

    place_id: str
    referral_id: str
    leader_id: str
    company_id: str
    kommune: str
    contact_id: str | None = None
    """At the workplace, where it has one of its own: it was moved. Else it is the place's."""
    state: str = "active"
    reason: str | None = None
    resumed: bool = False
    """After a pause, and nobody has asked since how it goes."""
    outcomes: tuple[tuple[str, str], ...] = ()
    """When and which, as recorded; several can hold at once."""
    start: date | None = None
    since: date
    kind: str | None = None
    next_checkin: date | None = None
    attention: tuple[str, ...] = ()
    """What has happened around it since somebody last asked: codes."""


class Challenge(Aggregate):
    """Something hard. Without `raised_on` it has not been heard of yet: what was tried against it came first."""

    code: str | None = None
    about: str | None = None
    about_id: str | None = None
    place_id: str | None = None
    placement_id: str | None = None
    referral_id: str | None = None
    kommune: str | None = None
    raised_on: date | None = None
    help: bool = False
    """The kommune's is wanted."""
    answered: bool = False
    intervention_id: str | None = None
    tried_on: date | None = None
    """That intervention, the last one, as long as nobody has said that it did not help."""
    closed: bool = False
    closed_on: date | None = None
