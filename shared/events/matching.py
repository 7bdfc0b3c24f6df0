"""What matching says: is it possible, does it fit, who has said yes."""

from typing import Literal

from shared.events.base import Approval, Code, Event, Id, Kommune, Reason, Terms, Version, date
from shared.events.topics import MATCHING, SUGGESTIONS

Party = Literal["leader", "kommune", "young-person"]


class MatchEvent(Event, topic=MATCHING):
    """Base of what matching says. `kommune` is the young person's, `place_kommune` the place's."""

    match_id: Id
    place_id: Id
    referral_id: Id
    leader_id: Id
    candidate_id: Id
    kommune: Kommune
    place_kommune: Kommune


class MatchProposed(MatchEvent, name="match.proposed", subject="match_id"):
    """It is possible. `approvals_needed` are the parties whose yes is still missing; `gate` the questions to answer."""

    reply_id: Code
    terms: Terms
    warnings: tuple[Code, ...] = ()
    approvals_needed: tuple[Party, ...]
    gate: tuple[Code, ...]
    answer_by: date


class MatchRefused(MatchEvent, name="match.refused", subject="match_id"):
    """The proposal never became a match. `field`: the one of the reply that stands in the way."""

    reply_id: Code
    rule: Code
    field: Code | None = None


class MatchApproved(MatchEvent, name="match.approved", subject="match_id"):
    """One party's yes. The leader's holds a seat until `held_until`."""

    party: Party
    held_until: date | None = None


class MatchSeatHeld(MatchEvent, name="match.seat-held", subject="match_id"):
    """The leader's yes to others holds all seats: until they are decided, no yes of the leader's is waited for."""


class MatchSeatFree(MatchEvent, name="match.seat-free", subject="match_id"):
    """A seat is free for it again: whoever has not said yes is asked anew, until `answer_by`."""

    answer_by: date


class MatchDeclined(MatchEvent, name="match.declined", subject="match_id"):
    """One party's no ends the match."""

    party: Party
    reason: Code


class MatchAnswerRefused(MatchEvent, name="match.answer-refused", subject="match_id"):
    """An answer that came too late or does not fit; the gateway tells the kommune. `terms`: what it must cover."""

    reply_id: Code
    field: Code
    rule: Code
    terms: Terms | None = None


class MatchAgreed(MatchEvent, name="match.agreed", subject="match_id"):
    """All have said yes and the gate is answered. `first_of_referral`: no match of the referral was agreed before."""

    terms: Terms
    approvals: tuple[Approval, ...]
    gate: tuple[Code, ...]
    warnings: tuple[Code, ...] = ()
    seats_left: int
    candidate_version: Version | None = None
    """Of the candidate's topic: a withdrawal with a later one came after the agreement."""
    contact_id: Id
    buddy_id: Id | None = None
    company_id: Id
    first_of_referral: bool | None = None


class MatchCancelled(MatchEvent, name="match.cancelled", subject="match_id"):
    """It ended for another reason than a no; a rule id where the place was changed and no longer fits."""

    reason: Code


class SuggestionEvent(Event, topic=SUGGESTIONS):
    """Base of what is said of how well a young person and a place fit: kept for 30 days.

    `score` is the sum of the reasons' points, from 0 to 100.
    """

    referral_id: Id
    place_id: Id
    candidate_id: Id
    kommune: Kommune
    score: int
    reasons: tuple[Reason, ...]


class MatchSuggested(SuggestionEvent, name="match.suggested", subject="referral_id.candidate_id", key="referral_id"):
    """One of the (at most five) open referrals of its kommune that fit a registered candidate best; `rank` from 1.

    Said when a candidate is registered or changed, and, to the five whom it fits best, when a referral is sent or its
    place changes. Nothing follows by itself: the kommune proposes, or does not.
    """

    rank: int


class MatchExplained(SuggestionEvent, name="match.explained", subject="match_id", key="referral_id"):
    """Why a proposed match fits."""

    match_id: Id
