"""Matches as they are shown; a leader and a kommune see their own."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from matching import texts
from matching.rules import matches
from matching.rules.matches import WaitsFor
from matching.state.matches import Match, MatchState
from matching.state.places import Place
from shared.catalogue.rules import rule
from shared.db import Connection
from shared.events.base import Approval, Reason, Terms
from shared.events.matching import Party
from shared.frozen import Frozen, Shown
from shared.identifiers import InRange
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.spine.decision import Refused
from shared.web.access import Principal
from shared.web.dependencies import get_or_404, seen_by

AT_ONCE = 500
"""So many are read at a time."""


class TermsView(Shown, Terms, extra="ignore"): ...


class ApprovalView(Shown, Approval, extra="ignore"): ...


class OwedView(Frozen):
    """Who is to do something, and the last day for it; the consultant clears the gate with the leader."""

    by: WaitsFor
    until: date


class WarningView(Frozen):
    """What a warning of `warnings` says, and the way out."""

    rule: str
    da: str
    en: str
    way_out_da: str
    way_out_en: str

    @classmethod
    def of(cls, code: str) -> Self:
        said = rule(code)
        return cls(rule=code, da=said.da, en=said.en, way_out_da=said.way_out_da, way_out_en=said.way_out_en)


class ReasonView(Frozen):
    """`component` is a code of the list `fit`; so many points of what it can reach."""

    component: str
    points: int
    of: int
    da: str
    en: str

    @property
    def full(self) -> bool:
        return self.points == self.of

    @classmethod
    def of_reason(cls, reason: Reason) -> Self:
        return cls(component=reason.component, points=reason.points, of=reason.of, **texts.reason(reason))


class MatchFilter(Frozen, extra="forbid"):
    """Without `place_id` only what is open is listed. `after`: the last one of the page before, by the `Link` there."""

    place_id: UUID | None = None
    state: MatchState | None = None
    waits_for: WaitsFor | None = None
    after: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d\.[0-9a-f-]{36}$")] | None = None
    limit: Annotated[int, InRange(1, 500)] = 200


class MatchView(Frozen):
    """Where a match stands. Hours are a week's; `answer_by` and `held_until` are days in Denmark, to their end."""

    match_id: str
    place_id: str
    referral_id: str
    leader_id: str
    candidate_id: str
    kommune: str
    state: MatchState
    reason: str | None
    declined_by: Party | None
    terms: TermsView
    warnings: tuple[str, ...]
    warned: list[WarningView] = Field(description="what the warnings say")
    approvals: tuple[ApprovalView, ...]
    missing: list[Party] = Field(description="who must still say yes")
    gate: dict[str, bool | None] = Field(description="each question with its answer; null: not answered")
    gate_missing: list[str] = Field(description="not answered, or answered with no: the match waits for them")
    waits_for: WaitsFor | None = Field(description="whose turn it is; null: nobody's, or all is there")
    owes: list[OwedView] = Field(description="everybody who is to do something, and until when")
    answer_by: date
    held_until: date | None
    next: str = Field(description="what comes next for the leader, in Danish")
    next_en: str = Field(description="the same in English")
    strengths: tuple[str, ...] = Field(description="of the young person, as long as there is something to decide")
    interests: tuple[str, ...]
    reasons: list[ReasonView] = Field(description="why it fits; not for the leader, who meets the young person instead")

    @classmethod
    def of(cls, match: Match, call: tuple[str, str], who: Principal) -> Self:
        said, reasons = texts.what_next(match, call), match.reasons if who.sees(kommune=match.kommune) else ()
        return cls(
            match_id=match.id,
            place_id=match.place_id,
            referral_id=match.referral_id,
            leader_id=match.leader_id,
            candidate_id=match.candidate_id,
            kommune=match.kommune,
            state=match.state,
            reason=match.reason,
            declined_by=match.by,
            terms=TermsView.of(match.terms),
            warnings=match.warnings,
            warned=[WarningView.of(code) for code in match.warnings],
            approvals=tuple(ApprovalView.of(approval) for approval in match.approvals),
            missing=matches.missing(match),
            gate=match.gate,
            gate_missing=matches.gate_missing(match),
            waits_for=matches.waits_for(match),
            owes=[OwedView(by=by, until=until) for by, until in matches.owed(match)],
            answer_by=match.answer_by,
            held_until=match.held_until,
            next=said["da"],
            next_en=said["en"],
            strengths=match.strengths,
            interests=match.interests,
            reasons=[ReasonView.of_reason(reason) for reason in reasons],
        )


async def own_match(runtime: Runtime, match_id: UUID, who: Principal) -> Match:
    """404 where there is none, or it is another leader's or kommune's."""
    match = await get_or_404(runtime, Match, match_id, "match_id", who)
    who.own("match_id", leader=match.leader_id, kommune=match.kommune)
    return match


async def list_of_matches(runtime: Runtime, only: MatchFilter, who: Principal) -> tuple[list[MatchView], str | None]:
    """What is due first, first, and after which one the next page begins, if there is one.

    The place must be the leader's own; a kommune sees those of its own young people.
    """
    if only.place_id and "kommune" not in who.roles:
        place = await get_or_404(runtime, Place, only.place_id, "place_id")
        who.own("place_id", leader=place.offer.leader_id)
    if not only.place_id and only.state not in (None, "proposed"):
        raise Refused(
            "missing-field",
            "query.place_id",
            "Skriv også place_id. Uden det vises kun det, der venter på svar.",
            "Name place_id as well. Without it only what waits for an answer is listed.",
        )
    found, after, more = list[Match](), only.after, True
    async with seen_by(runtime, who) as conn:
        while more and len(found) <= only.limit:  # whose turn it is the rules say, not SQL
            read = await _matches(conn, only.place_id, _only_leader(who), after)
            found += [
                match
                for match in read
                if who.sees(leader=match.leader_id, kommune=match.kommune)
                and only.state in (None, match.state)
                and only.waits_for in (None, matches.waits_for(match))
            ]
            after, more = (_place_of(read[-1]) if read else None), len(read) == AT_ONCE
    shown = found[: only.limit]
    call = runtime.spine.book.public.call_us
    return [MatchView.of(m, call, who) for m in shown], _place_of(shown[-1]) if len(found) > only.limit else None


def _only_leader(who: Principal) -> str | None:
    """A leader's alone where only a leader asks."""
    return who.leader_id if who.roles == {"leader"} else None


def _place_of(match: Match) -> str:
    """Where it stands in the list."""
    return f"{match.answer_by.isoformat()}.{match.id}"


async def matches_of(pool: Connection, place_id: str) -> list[Match]:
    """All that was ever proposed for a place, as far as one reading goes."""
    return await _matches(pool, UUID(place_id), None, None)


async def _matches(conn: Connection, place_id: UUID | None, leader_id: str | None, after: str | None) -> list[Match]:
    """Of a place all, otherwise what is open; what is due first, first."""
    day, _, id_ = (after or "").partition(".")
    since = leader_id, day, id_, AT_ONCE
    if place_id:
        return await many(conn, Match, _OF_PLACE, *since, str(place_id))
    return await many(conn, Match, _OPEN, *since)


_OPEN = (
    "SELECT state, shape FROM aggregate WHERE kind = 'match' AND state->>'state' = 'proposed'"
    " AND ($1::text IS NULL OR state->>'leader_id' = $1) AND ($2 = '' OR (state->>'answer_by', id) > ($2, $3))"
    " ORDER BY state->>'answer_by', id LIMIT $4"
)
_OF_PLACE = (
    "SELECT state, shape FROM aggregate WHERE kind = 'match' AND state->>'place_id' = $5"
    " AND ($1::text IS NULL OR state->>'leader_id' = $1) AND ($2 = '' OR (state->>'answer_by', id) > ($2, $3))"
    " ORDER BY state->>'answer_by', id LIMIT $4"
)
