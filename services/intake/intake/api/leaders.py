"""HTTP about leaders."""

from typing import Annotated
from uuid import UUID

import stamina
from fastapi import APIRouter, Depends

from intake.api.base import Consultant, LeaderOrConsultant
from intake.commands.leaders import (
    Attempt,
    CallAnswer,
    CorrectCall,
    CorrectLeaderBody,
    LeaderAnswer,
    MergeLeadersBody,
    NoteDevelopment,
    NoteDevelopmentBody,
    RecordCall,
    RecordCallBody,
    SignUp,
    SignUpBody,
)
from intake.queries import leaders as queries
from intake.refusals import nothing_to_correct
from intake.state.leaders import Leader
from intake.texts import WELCOME, Words
from shared.identifiers import InRange
from shared.spine.decision import Outdated
from shared.web.access import open_route
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.post("/leaders", status_code=202, dependencies=[Depends(open_route)])
async def sign_up(body: SignUpBody, dispatch: Dispatch, runtime: RuntimeDep) -> Words:
    """Join the alliance. The answer is always the same, so that nobody learns who has joined; a consultant calls."""
    email_hashes = runtime.vault.hashes_of("email", body.email)
    async for attempt in stamina.retry_context(on=Outdated, attempts=10, wait_initial=0.01, wait_jitter=0.02):
        with attempt:  # somebody of the same company, or with the same address, may join at this moment
            known = await queries.known(runtime, body, email_hashes)
            await dispatch(SignUp.of(body, known, email_hashes), None, LeaderAnswer)
    return WELCOME


@router.get("/calls")
async def calls(
    who: Consultant,
    runtime: RuntimeDep,
    days: Annotated[int, InRange(0, 400)] = 0,
    limit: Annotated[int, InRange(1, 500)] = 100,
) -> list[queries.CallView]:
    """Whom to call today (or within so many days): the longest waiting first, with name and phone."""
    return await queries.calls(runtime, days, limit, who)


@router.post("/leaders/{leader_id}/calls")
async def record_call(
    leader_id: UUID, body: RecordCallBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> CallAnswer:
    """A call was made; `next_call_on` moves the next one (default: today again, until the leader is reached).

    The same within ten seconds is a double click.
    """
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    answer: CallAnswer = await dispatch(RecordCall(leader_id=leader.id, **dict(body)), who, CallAnswer, once=True)
    return answer


@router.put("/leaders/{leader_id}/calls/{attempt}")
async def correct_call(
    leader_id: UUID, attempt: Attempt, body: RecordCallBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> CallAnswer:
    """The last call was entered wrongly: this is how it was. Who corrected it, and when, is kept."""
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    command = CorrectCall(leader_id=leader.id, attempt=attempt, **dict(body))
    answer: CallAnswer = await dispatch(command, who, CallAnswer)
    return answer


@router.post("/leaders/{leader_id}/development")
async def note_development(
    leader_id: UUID, body: NoteDevelopmentBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> LeaderAnswer:
    """What the leader has learned by it, as codes."""
    who.own("leader_id", leader=leader_id)
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    answer: LeaderAnswer = await dispatch(NoteDevelopment(leader_id=leader.id, **dict(body)), who, LeaderAnswer)
    return answer


@router.get("/leaders/{leader_id}", response_model_exclude_none=True)
async def leader(leader_id: UUID, who: LeaderOrConsultant, runtime: RuntimeDep) -> queries.LeaderView:
    """Who it is, with the ids that other routes ask for: company, colleagues, places."""
    return await queries.whole_leader(runtime, leader_id, who)


@router.patch("/leaders/{leader_id}")
async def correct(
    leader_id: UUID, body: CorrectLeaderBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> LeaderAnswer:
    """What was typed wrong. Who corrected which field, and when, is kept; what stood there is not."""
    if not body.model_dump(exclude_none=True):
        raise nothing_to_correct()
    answer = LeaderAnswer(leader_id=str(leader_id))
    async for attempt in stamina.retry_context(on=Outdated, attempts=10, wait_initial=0.01, wait_jitter=0.02):
        with attempt:  # another one may correct the same at this moment
            if command := await queries.correction(runtime, leader_id, body, who):
                answer = await dispatch(command, who, LeaderAnswer)
    return answer


@router.post("/leaders/{leader_id}/merge")
async def merge(
    leader_id: UUID, body: MergeLeadersBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> LeaderAnswer:
    """The same person joined twice, and goes on as `into`, with the places of both.

    Contact data of the double are erased.
    """
    async for attempt in stamina.retry_context(on=Outdated, attempts=10, wait_initial=0.01, wait_jitter=0.02):
        with attempt:  # a place may begin at this moment
            command = await queries.merging(runtime, leader_id, body.into)
            answer: LeaderAnswer = await dispatch(command, who, LeaderAnswer)
    return answer


@router.get("/leaders/{leader_id}/status", response_model_exclude_none=True)
async def status(leader_id: UUID, who: LeaderOrConsultant, runtime: RuntimeDep) -> queries.StatusView:
    """The leader's own status: each place, what has happened, and what happens next, in Danish."""
    return await queries.status(runtime, leader_id, who)
