"""A candidate proposed for a place: whose yes is needed and given, and the gate."""

from datetime import date
from typing import Literal, Self, TypedDict
from uuid import NAMESPACE_URL, uuid5

from shared.events.base import Approval, Reason, Terms
from shared.events.matching import Party
from shared.events.municipality_gateway import CandidateProposed
from shared.spine.work import Aggregate

MatchState = Literal["proposed", "agreed", "declined", "cancelled", "ended"]
"""`ended`: its placement is over, or never began."""


class About(TypedDict):
    """What every event about a match carries."""

    match_id: str
    place_id: str
    referral_id: str
    leader_id: str
    candidate_id: str
    kommune: str
    place_kommune: str


class Match(Aggregate):
    """One proposal of one candidate for one place, from the proposal to the end of its placement."""

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
    under_18: bool = False
    answer_by: date
    held_until: date | None = None
    seat_held: bool = False
    """All seats are held by the leader's yes to others: hers to this one is not waited for."""
    came: bool = True
    """False where it was agreed, and over before it began."""
    strengths: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    """What the leader is told of the young person, no more, and only while there is something to decide."""
    reasons: tuple[Reason, ...] = ()
    """Why it fits, as it was proposed; kept as long."""

    @property
    def candidate(self) -> str:
        return f"{self.kommune}.{self.candidate_id}"

    @property
    def about(self) -> About:
        return {
            "match_id": self.id,
            "place_id": self.place_id,
            "referral_id": self.referral_id,
            "leader_id": self.leader_id,
            "candidate_id": self.candidate_id,
            "kommune": self.kommune,
            "place_kommune": self.place_kommune,
        }

    def forgotten(self) -> Self:
        """It is decided: what describes the young person is not needed any more."""
        return self.changed(strengths=(), interests=(), reasons=())

    def approval_of(self, party: Party) -> Approval | None:
        return next((approval for approval in self.approvals if approval.party == party), None)


def match_of(proposal: CandidateProposed) -> str:
    """The id of a match is derived from the reply: the same reply again is the same match."""
    return str(uuid5(NAMESPACE_URL, f"match:{proposal.referral_id}:{proposal.subject}:{proposal.reply_id}"))
