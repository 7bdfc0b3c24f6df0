"""HTTP about what is hard and what helps."""

from uuid import UUID

from fastapi import APIRouter

from followup.api.base import Consultant, LeaderOrConsultant, speaks_as
from followup.commands.challenges import (
    ChallengeAnswer,
    CloseChallenge,
    InterventionAnswer,
    JudgeIntervention,
    JudgeInterventionBody,
    JudgementAnswer,
    RaiseChallenge,
    RaiseChallengeBody,
    TryIntervention,
    TryInterventionBody,
)
from followup.queries.challenges import HelpedView, leader_of, what_helped
from followup.state.challenges import Challenge, Intervention
from followup.state.placements import Placement
from shared.catalogue import codes
from shared.spine.work import Work
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.post("/challenges", status_code=201)
async def raise_challenge(
    body: RaiseChallengeBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> ChallengeAnswer:
    """Something is hard. A leader's goes on top of the consultant's agenda; and a leader can always call."""
    who.own("about_id", leader=await leader_of(runtime, body.about, body.about_id))
    command = RaiseChallenge(challenge_id=Work.new_id(), by=speaks_as(who), **dict(body))
    answer: ChallengeAnswer = await dispatch(command, who, ChallengeAnswer, once=True)
    return answer


@router.post("/challenges/{challenge_id}/close")
async def close(challenge_id: UUID, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> ChallengeAnswer:
    """It is not hard any more, whatever helped; a solved one closes by itself."""
    await get_or_404(runtime, Challenge, challenge_id, "challenge_id")
    answer: ChallengeAnswer = await dispatch(CloseChallenge(challenge_id=str(challenge_id)), who, ChallengeAnswer)
    return answer


@router.get("/interventions")
async def helped(challenge: codes.Challenge, who: Consultant, runtime: RuntimeDep) -> list[HelpedView]:
    """What was tried against such a challenge, here and elsewhere, and how often it helped."""
    return await what_helped(runtime.pool, [challenge])


@router.post("/interventions", status_code=201)
async def try_intervention(
    body: TryInterventionBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> InterventionAnswer:
    """What was tried, by whom, and what it cost in minutes."""
    if body.challenge_id:
        await get_or_404(runtime, Challenge, body.challenge_id, "challenge_id")
    if body.placement_id:
        await get_or_404(runtime, Placement, body.placement_id, "placement_id")
    command = TryIntervention(intervention_id=Work.new_id(), **dict(body))
    answer: InterventionAnswer = await dispatch(command, who, InterventionAnswer, once=True)
    return answer


@router.post("/interventions/{intervention_id}/result")
async def judge(
    intervention_id: UUID, body: JudgeInterventionBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> JudgementAnswer:
    """Did it help? `solved` closes the challenge; `too-early` may be judged again, other results are final."""
    await get_or_404(runtime, Intervention, intervention_id, "intervention_id")
    command = JudgeIntervention(intervention_id=str(intervention_id), **dict(body))
    answer: JudgementAnswer = await dispatch(command, who, JudgementAnswer)
    return answer
