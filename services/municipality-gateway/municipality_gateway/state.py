"""What the gateway knows (aggregates) and what can be asked of it (commands)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.catalogue import codes
from shared.catalogue.reach import Why
from shared.events.base import Data
from shared.events.intake import PlaceOpened
from shared.events.kommune.referrals import OwnWord
from shared.events.municipality_gateway import TaskStatus
from shared.spine.work import Aggregate, Command, Strict

OVER = frozenset({"completed", "rejected", "failed", "cancelled", "entered-in-error"})
Step = Literal["reminder", "deputy", "entrance", "expired", "nudge", "due", "resume"]
Party = Literal["kommune", "young-person"]


class Contact(Aggregate):
    """Who answers for a kommune. Name, phone and e-mail lie in the vault under the same id."""

    kommune: str
    role: str
    unit: str | None = None
    valid_from: date
    valid_to: date | None = None

    def valid(self, on: date) -> bool:
        return self.valid_from <= on <= (self.valid_to or date.max)


Procedure = Annotated[str, Field(max_length=500)]


class Card(Strict):
    """How things are done in a kommune, found out by the calls that consultants make anyway. Never about a person."""

    entrance: Procedure | None = None
    youth_unit: Procedure | None = None
    praktik_approval: Procedure | None = None
    typical_days: Annotated[int, Field(ge=0, le=200)] | None = None
    vitas: Procedure | None = None
    mentor: Procedure | None = None
    frikort: Procedure | None = None
    transport: Procedure | None = None
    confirmed_on: date


class Term(Strict):
    """A kommune's own word for a concept."""

    concept: codes.Concept
    term: Annotated[str, Field(min_length=1, max_length=80)]


class Kommune(Aggregate):
    """Its contacts, its procedure card and its own words; one that nobody has told us about yet has none of them."""

    contacts: tuple[Contact, ...] = ()
    card: Card | None = None
    card_version: int = 0
    words: tuple[OwnWord, ...] = ()


class Place(Aggregate):
    """What was opened, and which kommuner were asked about it in this round, in this order."""

    opened: PlaceOpened
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


class Held(Data):
    """What a referral was before the kommune asked for time."""

    state: TaskStatus
    business_status: str
    reason: str
    until: date


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
    happened: dict[str, datetime] = Field(default_factory=dict)
    """Business status -> when: the leader contacted, a meeting planned or missed."""
    proposals: frozenset[str] = frozenset()
    """Ids of the replies that proposed somebody, as long as nothing has become of them."""
    matched: frozenset[str] = frozenset()

    @property
    def over(self) -> bool:
        return self.state in OVER


class Answer(Data):
    """What a party said through the kommune, and in which reply."""

    party: Party
    answer: Literal["yes", "no", "none"]
    reason: str | None = None
    form: str | None = None
    hours: float | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None


class Match(Aggregate):
    """A proposal that is possible. `owed`: whose yes the kommune still owes."""

    place_id: str
    referral_id: str
    kommune: str
    candidate_id: str
    reply_id: str
    state: Literal["proposed", "agreed", "over"] = "proposed"
    owed: frozenset[Party] = frozenset()
    answers: tuple[Answer, ...] = ()


class Candidate(Aggregate):
    """An id that kommuner have told us about: whose it is, and who has taken it back."""

    of: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()


class Placement(Aggregate):
    place_id: str
    referral_id: str
    match_id: str
    kommune: str
    candidate_id: str


class Stage(Aggregate):
    """A stage that a kommune may approve, and what it said."""

    placement_id: str
    place_id: str
    kommune: str
    answer: Answer | None = None


# -- what can be asked -------------------------------------------------------------------------------------------------


class RegisterContact(Command):
    contact_id: str
    kommune: str
    role: str
    unit: str | None
    valid_from: date
    valid_to: date | None
    person: dict[str, Any]


class WriteCard(Command):
    kommune: str
    card: Card


class WriteTerms(Command):
    kommune: str
    words: tuple[OwnWord, ...]


class RecordGuidance(Command):
    """`card_version`: which version of the kommune's procedure card the leader was told."""

    referral_id: str
    card_version: int


class GiveReply(Command):
    """A reply over HTTP: it goes out onto the kommune's own topic and takes the very same way in."""

    kommune: str
    source: str
    reply_id: str
    about: str
    body: str


# -- what follows by itself --------------------------------------------------------------------------------------------


class Ask(Command):
    """A kommune is to be asked; the decision was made for the place, the referral is made runtime."""

    referral_id: str
    place_id: str
    kommune: str
    why: Why
    minutes: int


class Widen(Command):
    """A referral is over: where nothing came of it, the next kommune is asked."""

    place_id: str
    referral_id: str
    found_by: str | None = None


class Deadline(Command):
    """A kommune has not answered a referral in time."""

    referral_id: str
    kommune: str
    step: Step


class MatchDeadline(Command):
    """A kommune owes a yes, and its time is over."""

    match_id: str
    kommune: str


class Erase(Command):
    """The right to be forgotten: a contact person."""

    person_id: str


class Forget(Command):
    """Take an erased person off the kommune's list."""

    kommune: str
    id: str
