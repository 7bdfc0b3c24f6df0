"""Placements as they are shown; a leader and a kommune see their own."""

from datetime import date
from typing import Self

from followup import texts
from followup.queries.challenges import ChallengeView, InterventionView, challenges_of, interventions_of
from followup.rules import learning, support
from followup.rules.agenda import attention
from followup.rules.stages import waits
from followup.state.certificates import Certificate
from followup.state.placements import (
    Attention,
    Checkin,
    CheckinMade,
    Correction,
    How,
    Learned,
    Move,
    Outcome,
    Placement,
    PlacementState,
    Support,
    Voice,
)
from followup.texts import Words, phone_promise
from shared.catalogue import calendar
from shared.events.base import Approval, Stage
from shared.frozen import Frozen, Shown
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal
from shared.web.dependencies import get_or_404, seen_by


class StageView(Shown, Stage, extra="ignore"): ...


class ApprovalView(Shown, Approval, extra="ignore"): ...


class CheckinView(Shown, Checkin, extra="ignore"): ...


class CheckinMadeView(Shown, CheckinMade, extra="ignore"): ...


class OutcomeView(Shown, Outcome, extra="ignore"): ...


class AttentionView(Shown, Attention, extra="ignore"): ...


class SupportView(Shown, Support, extra="ignore"):
    """`warnings`: rules that the grant should be held against."""

    warnings: tuple[str, ...]


class LearnedView(Shown, Learned, extra="ignore"): ...


class VoiceView(Shown, Voice, extra="ignore"): ...


class MoveView(Shown, Move, extra="ignore"): ...


class CorrectionView(Shown, Correction, extra="ignore"): ...


class CertificateLine(Frozen):
    """`code` opens it, also for the young person, to whom the kommune gives it."""

    certificate_id: str
    code: str
    issued_on: date


class LearningView(Frozen):
    """`reached`: the level noted last. `voices` and what the young person said are not shown to the leader."""

    goals: tuple[str, ...]
    reached: dict[str, str]
    noted: list[LearnedView]
    voices: list[VoiceView]


class PlacementView(Frozen):
    placement_id: str
    match_id: str
    place_id: str
    referral_id: str
    leader_id: str
    company_id: str
    candidate_id: str
    kommune: str
    state: PlacementState
    reason: str | None
    until: date | None
    how: How | None
    started_on: date | None
    ended_on: date | None
    stage: StageView
    next_checkin: date | None

    @classmethod
    def of(cls, p: Placement) -> Self:
        return cls(
            **p.whose,
            state=p.state,
            reason=p.reason,
            until=p.until,
            how=p.how,
            started_on=p.started_on,
            ended_on=p.ended_on,
            stage=StageView.of(p.stage),
        )


class WholeStageView(StageView):
    """`approval_needed`: it is planned and its approval is missing. `begun`: it is or was in effect."""

    approval_needed: bool
    begun: bool


class CheckinsView(Frozen):
    coming: list[CheckinView]
    made: list[CheckinMadeView]


class WholePlacementView(PlacementView):
    contact_id: str
    buddy_id: str | None
    consultant: str | None
    earlier: str | None
    stages: list[WholeStageView]
    ramp: list[StageView]
    approvals: list[ApprovalView]
    checkins: CheckinsView
    challenges: list[ChallengeView]
    interventions: list[InterventionView]
    outcomes: list[OutcomeView]
    gains: tuple[str, ...]
    attention: list[AttentionView]
    support: list[SupportView]
    learning: LearningView
    certificates: list[CertificateLine]
    moves: list[MoveView]
    corrections: list[CorrectionView]
    phone_promise: Words


async def placements_at(runtime: Runtime, place_id: str, who: Principal) -> list[PlacementView]:
    """The first one first, by the day of the agreement: an id comes from a reply, and knows no time."""
    async with seen_by(runtime, who) as conn:
        found = await many(
            conn,
            Placement,
            "SELECT state, shape FROM aggregate WHERE kind = 'placement' AND state->>'place_id' = $1"
            " ORDER BY state->>'agreed_on' NULLS FIRST, id",
            place_id,
        )
    return [PlacementView.of(p) for p in found if who.sees(leader=p.leader_id, kommune=p.kommune)]


async def placements_of(runtime: Runtime, who: Principal) -> list[PlacementView]:
    """A leader's own, the last agreed first."""
    if who.leader_id is None:
        raise texts.place_missing()
    found = await many(
        runtime.pool,
        Placement,
        "SELECT state, shape FROM aggregate WHERE kind = 'placement' AND state->>'leader_id' = $1"
        " ORDER BY state->>'agreed_on' DESC NULLS LAST, id LIMIT 100",
        who.leader_id,
    )
    return [PlacementView.of(p) for p in found]


async def whole_placement(runtime: Runtime, placement_id: str, who: Principal) -> WholePlacementView:
    """With all that belongs to it."""
    p = await get_or_404(runtime, Placement, placement_id, "placement_id", who)
    who.own("placement_id", leader=p.leader_id, kommune=p.kommune)
    of_young = who.sees(kommune=p.kommune)  # what is between the young person, the kommune and the consultant
    begun = [WholeStageView.of(s, approval_needed=False, begun=p.state != "planned") for s in p.stages]
    ahead = [WholeStageView.of(s, approval_needed=waits(p, s.stage_id), begun=False) for s in p.ahead]
    return WholePlacementView(
        **dict(PlacementView.of(p)),
        contact_id=p.contact_id,
        buddy_id=p.buddy_id,
        stages=[*begun, *ahead],
        approvals=[ApprovalView.of(approval) for approval in p.approvals],
        checkins=CheckinsView(
            coming=[CheckinView.of(c) for c in p.plan], made=[CheckinMadeView.of(c) for c in p.asked]
        ),
        challenges=await challenges_of(runtime.pool, p.id),
        interventions=await interventions_of(runtime.pool, p.id),
        outcomes=[OutcomeView.of(outcome) for outcome in p.outcomes],
        gains=p.gains,
        consultant=p.consultant,
        earlier=p.earlier,
        ramp=[StageView.of(stage) for stage in p.ramp],
        attention=[AttentionView.of(a) for a in attention(p, calendar.today(runtime.clock.now()))] if of_young else [],
        support=[SupportView.of(given, warnings=support.warnings(given)) for given in p.support],
        learning=LearningView(
            goals=p.goals,
            reached=learning.reached(p),
            noted=[LearnedView.of(one) for one in p.learned if of_young or one.by != "young-person"],
            voices=[VoiceView.of(voice) for voice in p.voices] if of_young else [],
        ),
        certificates=await _certificates(runtime, p) if of_young else [],
        moves=[MoveView.of(move) for move in p.moves],
        phone_promise=phone_promise(runtime.spine.book.public),
        corrections=[CorrectionView.of(c) for c in p.corrections] if "consultant" in who.roles else [],
    )


async def _certificates(runtime: Runtime, p: Placement) -> list[CertificateLine]:
    sql = "SELECT state, shape FROM aggregate WHERE kind = 'certificate' AND id = ANY ($1) ORDER BY id"
    found = await many(runtime.pool, Certificate, sql, list(p.certificates))
    return [CertificateLine(certificate_id=c.id, code=c.code, issued_on=c.issued_on) for c in found]
