"""What follow-up knows."""

from datetime import date, datetime
from typing import Any, Literal

from shared.events.base import Approval, Data, Stage
from shared.spine.work import Aggregate

PlacementState = Literal["planned", "active", "paused", "finished", "cancelled"]
When = Literal["living", "0", "3", "6", "12"]
How = Literal["as-planned", "early"]
LIVING = ("active", "paused")


class Checkin(Data):
    """Somebody asks how it goes on that day. `announced`: its day has come and was said."""

    kind: str
    on: date
    announced: bool = False


class Asked(Data):
    """A check-in that was made; `by` is a role."""

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


class Placement(Aggregate):
    """One agreement, one placement: its id is the match's."""

    place_id: str
    referral_id: str
    leader_id: str
    company_id: str
    candidate_id: str
    kommune: str
    """The young person's, which approves (R-XBORDER-1)."""
    contact_id: str
    buddy_id: str | None = None
    state: PlacementState = "planned"
    reason: str | None = None
    """Why it is paused, cancelled or over."""
    until: date | None = None
    stages: tuple[Stage, ...]
    """What has been in effect, in order; the last is the present one."""
    ahead: tuple[Stage, ...] = ()
    """What is planned, in order of its first day; it may still wait for its approval."""
    declined: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    plan: tuple[Checkin, ...] = ()
    """The check-ins to come (or overdue), in order."""
    asked: tuple[Asked, ...] = ()
    challenges: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    started_on: date | None = None
    ended_on: date | None = None
    how: How | None = None
    gains: tuple[str, ...] = ()

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    @property
    def next_checkin(self) -> date | None:
        return self.plan[0].on if self.plan else None

    @property
    def about(self) -> dict[str, Any]:
        """The ids that every event of it carries."""
        ids = ("place_id", "referral_id", "leader_id", "company_id", "candidate_id", "kommune", "next_checkin")
        return {"placement_id": self.id, "match_id": self.id} | {name: getattr(self, name) for name in ids}


class Candidate(Aggregate):
    """A young person as `<kommune>.<candidate_id>`: nothing but whether the kommune withdrew the candidate."""

    withdrawn: int = 0
    """The candidate's version at the last withdrawal; an agreement on a later version stands."""
    placements: frozenset[str] = frozenset()


class Place(Aggregate):
    """Whose it is, and whether it was stopped."""

    leader_id: str
    company_id: str
    stopped: str | None = None
    """Why it is paused or closed."""
    placements: frozenset[str] = frozenset()


class Challenge(Aggregate):
    """Something is hard, as a code about the workplace. It is over when an intervention solved it."""

    about: Literal["placement", "place", "company"]
    about_id: str
    code: str
    help: Literal["kommune"] | None
    placement_id: str | None = None
    place_id: str | None = None
    referral_id: str | None = None
    kommune: str | None = None
    raised_at: datetime
    raised_by: Literal["leader", "consultant"]
    helped_at: datetime | None = None
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
    by: Literal["leader", "consultant", "kommune"]
    minutes: int
    result: str | None = None
