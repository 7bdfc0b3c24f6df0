"""Placements as they are shown; a leader and a kommune see their own."""

from datetime import date
from typing import Self

from followup.queries.challenges import ChallengeView, InterventionView, challenges_of, interventions_of
from followup.rules.stages import waits
from followup.state.placements import Checkin, CheckinMade, How, Outcome, Placement, PlacementState
from followup.texts import PHONE_PROMISE, Words
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
            **p.about,
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
    stages: list[WholeStageView]
    approvals: list[ApprovalView]
    checkins: CheckinsView
    challenges: list[ChallengeView]
    interventions: list[InterventionView]
    outcomes: list[OutcomeView]
    gains: tuple[str, ...]
    phone_promise: Words = PHONE_PROMISE


async def placements_at(runtime: Runtime, place_id: str, who: Principal) -> list[PlacementView]:
    """The first one first: ids are in order of time."""
    async with seen_by(runtime, who) as conn:
        found = await many(
            conn,
            Placement,
            "SELECT state, shape FROM aggregate WHERE kind = 'placement' AND state->>'place_id' = $1 ORDER BY id",
            place_id,
        )
    return [PlacementView.of(p) for p in found if who.sees(leader=p.leader_id, kommune=p.kommune)]


async def whole_placement(runtime: Runtime, placement_id: str, who: Principal) -> WholePlacementView:
    """With its stages, check-ins, challenges, interventions and outcomes."""
    p = await get_or_404(runtime, Placement, placement_id, "placement_id", who)
    who.own("placement_id", leader=p.leader_id, kommune=p.kommune)
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
    )
