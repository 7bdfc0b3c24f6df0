"""What matching knows (aggregates) and what can be asked of it (commands)."""

from datetime import date
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field

from shared.events.base import Approval, Terms
from shared.events.intake import PlaceOpened, PlaceState
from shared.events.matching import Party
from shared.events.municipality_gateway import CandidateProposed
from shared.spine.work import Aggregate, Command, Strict

Answer = Literal["yes", "no"]
MatchState = Literal["proposed", "agreed", "declined", "cancelled", "ended"]
"""`ended`: its placement is over, or never began."""


class Spot(Strict):
    """What a match has of its place: `open` nothing yet, `held` the leader's yes, `taken` agreed or living."""

    state: Literal["open", "held", "taken"] = "open"
    seat: int | None = None
    """Which seat, where tasks belong to seats or the kommune asked for one."""


class Place(Aggregate):
    """A place as intake offers it, and who has its seats, which matching alone decides."""

    offer: PlaceOpened
    state: PlaceState
    version: int
    """The last version of intake's that was handled."""
    spots: dict[str, Spot] = Field(default_factory=dict)
    """Its matches that are not over, by id."""
    ended: frozenset[str] = frozenset()
    """Placements that are over, or never began."""
    early_end: bool = False
    """A placement here has ended early: the next match shall not be too fast."""


class Referral(Aggregate):
    """One kommune asked about one place. `over` also when it is being asked back."""

    place_id: str
    kommune: str
    over: bool = False
    matches: frozenset[str] = frozenset()


class Candidate(Aggregate):
    """A young person of a kommune, id `<kommune>.<candidate_id>`: only that kommune can say who it is.

    The profile is looked at when it comes and not kept: what describes a person is not stored without need.
    """

    version: int
    withdrawn: bool = False
    match: str | None = None
    """The one match that is agreed or lives."""
    waiting: dict[str, str] = Field(default_factory=dict)
    """Match -> place of the proposals since the last agreement; some may be over."""


class Match(Aggregate):
    """A candidate proposed for a place: whose yes is needed and given, and the gate."""

    place_id: str
    referral_id: str
    leader_id: str
    candidate_id: str
    kommune: str
    place_kommune: str
    reply_id: str
    terms: Terms
    warnings: tuple[str, ...] = ()
    needed: tuple[Party, ...]
    gate: dict[str, bool | None]
    """Question -> its answer; None: not answered."""
    approvals: tuple[Approval, ...] = ()
    state: MatchState = "proposed"
    reason: str | None = None
    by: Party | None = None
    """Who declined."""
    answer_by: date
    held_until: date | None = None

    @property
    def candidate(self) -> str:
        return f"{self.kommune}.{self.candidate_id}"

    @property
    def about(self) -> dict[str, Any]:
        """What every event about a match says."""
        names = {"place_id", "referral_id", "leader_id", "candidate_id", "kommune", "place_kommune"}
        return {"match_id": self.id, **self.model_dump(include=names)}

    def approval_of(self, party: Party) -> Approval | None:
        return next((approval for approval in self.approvals if approval.party == party), None)


def match_of(proposal: CandidateProposed) -> str:
    """The id of a match is derived from the reply: the same reply again is the same match."""
    return str(uuid5(NAMESPACE_URL, f"match:{proposal.referral_id}:{proposal.subject}:{proposal.reply_id}"))


class LeaderAnswers(Command):
    """The leader's yes or no, or the consultant's on the leader's behalf."""

    match_id: str
    place_id: str
    answer: Answer
    reason: str | None


class AnswerGate(Command):
    match_id: str
    answers: dict[str, bool]


class Agree(Command):
    """Every yes and every answer is there: everything is looked at once more, under the locks of all four."""

    match_id: str
    place_id: str
    referral_id: str
    candidate: str


class Cancel(Command):
    """End a match that is not agreed yet; nothing happens to one that is."""

    match_id: str
    place_id: str
    reason: str
