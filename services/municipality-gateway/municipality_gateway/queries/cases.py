"""A referral as the people of its kommune work with it: what is asked of them now, and what has come of it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from municipality_gateway.queries.referrals import PersonView
from municipality_gateway.queries.replies import ReplyState
from municipality_gateway.rules import cases as rules
from municipality_gateway.rules.kommuner import is_named
from municipality_gateway.rules.waiting import waits
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.matches import Match
from municipality_gateway.state.placements import Challenge, Placement, Stage
from municipality_gateway.state.referrals import Referral
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many, one
from shared.web.access import Principal
from shared.web.dependencies import get_or_404, people, seen_by


class SaidView(Frozen):
    """What was answered, and what the alliance said to it."""

    id: str
    what: str | None
    state: ReplyState
    at: datetime
    da: str | None = None
    en: str | None = None
    rule: str | None = None
    field: str | None = None


class ProposalView(Frozen):
    """One young person, told apart by number and day: nothing else is known of them here."""

    number: int
    match: Match
    on: date | None
    needs_young: bool
    needs_kommune: bool
    end: rules.End | None


class PlacementView(Frozen):
    number: int
    placement: Placement
    stages: list[Stage]
    """Those that the kommune may say yes or no to."""
    waiting: list[Stage]
    help: list[Challenge]


class PastView(Frozen):
    """What was answered, or what became of what was proposed."""

    at: datetime
    said: SaidView | None = None
    proposal: ProposalView | None = None


class CaseView(Frozen):
    referral: Referral
    contact: PersonView
    named: bool
    """There is somebody of the kommune who answers for it."""
    due_by: date | None
    proposals: list[ProposalView]
    looked_at: int
    """Proposals of which nobody has said yet whether they are possible."""
    placements: list[PlacementView]
    news: list[ProposalView]
    """Those that came to nothing last."""
    agreed: list[ProposalView]
    """Those that begin, until they have."""
    history: list[PastView]
    """The latest first."""


async def case_of(runtime: Runtime, who: Principal, referral_id: UUID | str, route: str) -> CaseView:
    """For its kommune, the holder of its link, and consultants; reading the contact's data is logged.

    The referral is seen as they see it; what came of it is found by its id alone.
    """
    referral = await get_or_404(runtime, Referral, referral_id, "referral_id", who)
    who.own("referral_id", kommune=referral.kommune)
    today = calendar.today(runtime.clock.now())
    async with seen_by(runtime, who) as conn:
        kommune = await one(conn, Kommune, referral.kommune) or Kommune(id=referral.kommune)
    async with runtime.pool.acquire() as conn:
        matches = await many(conn, Match, _OF.format("match"), referral.id)
        placements = await many(conn, Placement, _OF.format("placement"), referral.id)
        stages = await many(conn, Stage, _OF.format("stage"), referral.id)
        challenges = await many(conn, Challenge, _OF.format("challenge"), referral.id)
        parts = [*matches, *placements, *stages, *challenges]
        about = [referral.id, *(part.id for part in parts), *(match.candidate_id for match in matches)]
        said = await _said(conn, referral.kommune, about)
    persons = await people(runtime, [referral.contact_id], who, route)
    proposed_on = {reply.id: calendar.today(reply.at) for reply in said}
    order = {reply.id: n for n, reply in enumerate(reversed(said))}
    matches.sort(key=lambda match: order.get(match.reply_id, len(order)))
    numbers = {match.id: n for n, match in enumerate(matches, 1)}
    proposals = [_proposal(match, numbers[match.id], proposed_on.get(match.reply_id)) for match in matches]
    news = rules.unanswered(matches)
    over = {placement.match_id for placement in placements if placement.over}
    return CaseView(
        referral=referral,
        contact=PersonView(**persons.get(referral.contact_id, {})),
        named=is_named(kommune, referral.contact_id, today),
        due_by=max(waits(referral).values(), default=None),
        proposals=proposals,
        looked_at=len(referral.proposals - {match.reply_id for match in matches}),
        placements=[
            _placement(found, numbers.get(found.match_id, 0), matches, stages, challenges, today)
            for found in placements
        ],
        news=[proposal for proposal in proposals if proposal.match in news],
        agreed=[
            proposal for proposal in proposals if rules.begins(proposal.match, today) and proposal.match.id not in over
        ],
        history=_in_order(said, proposals),
    )


def _in_order(said: Sequence[SaidView], proposals: Sequence[ProposalView]) -> list[PastView]:
    ended = (PastView(at=one.match.settled_at, proposal=one) for one in proposals if one.end and one.match.settled_at)
    return sorted([*ended, *(PastView(at=one.at, said=one) for one in said)], key=lambda past: past.at, reverse=True)


def _proposal(match: Match, number: int, on: date | None) -> ProposalView:
    return ProposalView(
        number=number,
        match=match,
        on=calendar.today(match.proposed_at) if match.proposed_at else on,
        end=rules.end(match),
        needs_young=rules.missing(match, "young-person"),
        needs_kommune=rules.missing(match, "kommune"),
    )


def _placement(
    placement: Placement,
    number: int,
    matches: Sequence[Match],
    stages: Sequence[Stage],
    challenges: Sequence[Challenge],
    today: date,
) -> PlacementView:
    its_match = [match for match in matches if match.id == placement.match_id]
    its = [stage for stage in stages if stage.placement_id == placement.id]
    approvable = [stage for stage in its if rules.may_be_approved(stage, placement)]
    return PlacementView(
        number=number,
        placement=placement,
        stages=approvable,
        waiting=[stage for stage in approvable if rules.waits_for_approval(stage, its_match, today)],
        help=[hard for hard in challenges if hard.placement_id == placement.id and rules.wants_help(hard)],
    )


class ColleagueView(Frozen):
    contact: Contact
    name: str


async def colleagues(runtime: Runtime, who: Principal, referral: Referral, route: str) -> list[ColleagueView]:
    """To whom of its kommune a referral can be passed on; reading their names is logged."""
    today = calendar.today(runtime.clock.now())
    async with seen_by(runtime, who) as conn:
        kommune = await one(conn, Kommune, referral.kommune) or Kommune(id=referral.kommune)
    there = [contact for contact in kommune.contacts if contact.there(today) and contact.id != referral.contact_id]
    persons = await people(runtime, [contact.id for contact in there], who, route)
    return [ColleagueView(contact=found, name=persons[found.id]["name"]) for found in there if found.id in persons]


_OF = (
    "SELECT state, shape FROM aggregate WHERE kind = '{}' AND state->>'referral_id' = $1"
    " AND kind IN ('match', 'placement', 'stage', 'challenge') ORDER BY id LIMIT 100"
)


async def _said(conn: Connection, kommune: str, about: list[str]) -> list[SaidView]:
    rows = await conn.fetch(
        "SELECT id, what, state, at, da, en, rule, field FROM reply WHERE kommune = $1 AND about = ANY($2::text[])"
        " ORDER BY at DESC LIMIT 50",
        kommune,
        about,
    )
    return [SaidView(**row) for row in rows]
