"""A placement: what was agreed, its stages, who asks and who asked how it goes, and what became of it."""

from datetime import date
from typing import Literal, TypedDict

from pydantic import Field

from shared.events.base import Approval, Data, Stage
from shared.spine.work import Aggregate

PlacementState = Literal["planned", "active", "paused", "finished", "cancelled"]
When = Literal["living", "0", "3", "6", "12"]
How = Literal["as-planned", "early"]
Speaker = Literal["leader", "consultant"]
LIVING = ("active", "paused")


class Checkin(Data):
    """Somebody asks how it goes on that day. `announced`: its day has come and was said."""

    kind: str
    on: date
    announced: bool = False


class CheckinMade(Data):
    """Somebody asked; `by` is a role."""

    kind: str
    on: date
    answered: bool
    answers: tuple[str, ...] = ()
    by: str


class Outcome(Data):
    """What became of it; hours are a week's."""

    outcome: str
    hours: float | None
    on: date
    when: When
    by: Literal["consultant", "kommune"]


OF_THE_YOUNG = ("wellbeing-low",)
"""Attention that is about them: it stays here."""


class Attention(Data):
    """Something happened around it that a consultant is to look at: a code of the list `attention`."""

    code: str
    on: date


class Support(Data):
    """What the kommune answered where its help was wanted. Minutes are a week's."""

    challenge_id: str
    answer: Literal["granted", "refused", "later"]
    support: str | None = None
    minutes: int | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None
    on: date


class Learned(Data):
    """How far it has come with something, on a day. Without a level: the young person says so, through the kommune."""

    code: str
    level: str | None
    on: date
    by: Literal["leader", "consultant", "young-person"]


class Voice(Data):
    """How the young person finds it, from 1 to 5, passed on by the kommune.

    The leader does not see it, and it is forgotten at the end.
    """

    on: date
    wellbeing: int


class Move(Data):
    """Another department from that day on; who it was with before."""

    on: date
    contact_id: str
    buddy_id: str | None


class Correction(Data):
    """The trace of what was entered wrongly: what, who put it right and when, and what stood there."""

    what: str
    on: date
    by: str
    was: dict[str, str]


class Whose(TypedDict):
    """Whose it is, and when somebody asks next."""

    placement_id: str
    match_id: str
    place_id: str
    referral_id: str
    leader_id: str
    company_id: str
    candidate_id: str
    kommune: str
    next_checkin: date | None


class About(Whose):
    """What every event of a placement carries."""

    attention: tuple[str, ...]


class Placement(Aggregate):
    """One agreement, one placement: its id is the match's."""

    place_id: str
    referral_id: str
    leader_id: str
    company_id: str
    candidate_id: str
    kommune: str
    """The young person's, which approves (R-XBORDER-1)."""
    candidate_version: int = 0
    """Of the candidate that was agreed on."""
    contact_id: str
    buddy_id: str | None = None
    state: PlacementState = "planned"
    reason: str | None = None
    """Why it is paused, cancelled or over."""
    until: date | None = None
    stages: tuple[Stage, ...]
    """What has been in effect, in order; the last is the present one."""
    cut: tuple[Stage, ...] = ()
    """What its end cut off: the last stage as it was, and those that had begun after that day."""
    ahead: tuple[Stage, ...] = ()
    """What is planned, in order of its first day; it may still wait for its approval."""
    declined: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    plan: tuple[Checkin, ...] = ()
    """The check-ins to come (or overdue), in order."""
    asked: tuple[CheckinMade, ...] = ()
    challenges: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    started_on: date | None = None
    ended_on: date | None = None
    how: How | None = None
    gains: tuple[str, ...] = ()
    agreed_on: date | None = None
    ramp: tuple[Stage, ...] = ()
    """The stages as they were planned, whatever became of them."""
    consultant: str | None = None
    """Who follows it: the subject of a consultant's token. The first who asks, until it is handed over."""
    attention: tuple[Attention, ...] = ()
    """Until somebody has asked and got an answer."""
    support: tuple[Support, ...] = ()
    goals: tuple[str, ...] = ()
    learned: tuple[Learned, ...] = ()
    voices: tuple[Voice, ...] = ()
    moves: tuple[Move, ...] = ()
    certificates: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    earlier: str | None = None
    """The same young person was at this company before, in that placement."""

    @property
    def candidate(self) -> str:
        return f"{self.kommune}.{self.candidate_id}"

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    @property
    def next_checkin(self) -> date | None:
        return self.plan[0].on if self.plan else None

    @property
    def whose(self) -> Whose:
        return {
            "placement_id": self.id,
            "match_id": self.id,
            "place_id": self.place_id,
            "referral_id": self.referral_id,
            "leader_id": self.leader_id,
            "company_id": self.company_id,
            "candidate_id": self.candidate_id,
            "kommune": self.kommune,
            "next_checkin": self.next_checkin,
        }

    @property
    def about(self) -> About:
        said = tuple(found.code for found in self.attention if found.code not in OF_THE_YOUNG)
        return {**self.whose, "attention": said}
