"""Matches as they are shown; a leader and a kommune see their own."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field

from matching import texts
from matching.rules import matches
from matching.state.matches import Match, MatchState
from matching.state.places import Place
from shared.db import Connection
from shared.events.base import Approval, Terms
from shared.events.matching import Party
from shared.frozen import Frozen, Shown
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal
from shared.web.dependencies import get_or_404, seen_by


class TermsView(Shown, Terms, extra="ignore"): ...


class ApprovalView(Shown, Approval, extra="ignore"): ...


class MatchView(Frozen):
    """Where a match stands. Hours are a week's; `answer_by` and `held_until` are days in Denmark, to their end."""

    match_id: str
    place_id: str
    referral_id: str
    candidate_id: str
    kommune: str
    state: MatchState
    reason: str | None
    declined_by: Party | None
    terms: TermsView
    warnings: tuple[str, ...]
    approvals: tuple[ApprovalView, ...]
    missing: list[Party] = Field(description="who must still say yes")
    gate: dict[str, bool | None] = Field(description="each question with its answer; null: not answered")
    gate_missing: list[str] = Field(description="not answered, or answered with no: the match waits for them")
    answer_by: date
    held_until: date | None
    next: str = Field(description="what comes next for the leader, in Danish")

    @classmethod
    def of(cls, match: Match) -> Self:
        return cls(
            match_id=match.id,
            place_id=match.place_id,
            referral_id=match.referral_id,
            candidate_id=match.candidate_id,
            kommune=match.kommune,
            state=match.state,
            reason=match.reason,
            declined_by=match.by,
            terms=TermsView.of(match.terms),
            warnings=match.warnings,
            approvals=tuple(ApprovalView.of(approval) for approval in match.approvals),
            missing=matches.missing(match),
            gate=match.gate,
            gate_missing=matches.gate_missing(match),
            answer_by=match.answer_by,
            held_until=match.held_until,
            next=texts.what_next(match),
        )


async def own_match(runtime: Runtime, match_id: UUID, who: Principal) -> Match:
    """404 where there is none, or it is another leader's or kommune's."""
    match = await get_or_404(runtime, Match, match_id, "match_id", who)
    who.own("match_id", leader=match.leader_id, kommune=match.kommune)
    return match


async def matches_at(runtime: Runtime, place_id: UUID, who: Principal) -> list[MatchView]:
    """The leader must be the place's; a kommune sees those of its own young people."""
    if "kommune" not in who.roles:
        place = await get_or_404(runtime, Place, place_id, "place_id")
        who.own("place_id", leader=place.offer.leader_id)
    async with seen_by(runtime, who) as conn:
        found = await matches_of(conn, str(place_id))
    return [MatchView.of(match) for match in found if who.sees(leader=match.leader_id, kommune=match.kommune)]


async def matches_of(pool: Connection, place_id: str) -> list[Match]:
    """All that was ever proposed for a place, what waits for an answer the longest first."""
    return await many(
        pool,
        Match,
        "SELECT state, shape FROM aggregate WHERE kind = 'match' AND state->>'place_id' = $1"
        " ORDER BY state->>'answer_by', id",
        place_id,
    )
