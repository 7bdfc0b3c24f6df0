"""HTTP about matches: the leader's yes or no, the gate, and where each match stands."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from matching.commands import AnswerGate, AnswerGateBody, Correct, LeaderAnswers, LeaderAnswersBody, MatchAnswer
from matching.queries.matches import MatchFilter, MatchView, list_of_matches, own_match
from shared.web.access import Principal, allow
from shared.web.dependencies import Dispatch, RuntimeDep

router = APIRouter()
Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
Reader = Annotated[Principal, Depends(allow("leader", "kommune", "consultant"))]


@router.get("/matches")
async def matches(
    only: Annotated[MatchFilter, Query()], who: Reader, runtime: RuntimeDep, response: Response
) -> list[MatchView]:
    """The matches of a place, those that are over as well; without a place all that wait for something, the most
    urgent first. A leader sees those of their own places, a kommune those of its own young people.

    Where there are more, the header `Link` leads to the next page (`rel="next"`).
    """
    found, more = await list_of_matches(runtime, only, who)
    if more:
        query = urlencode({**only.model_dump(exclude_none=True), "after": more})
        response.headers["Link"] = f'</matches?{query}>; rel="next"'
    return found


@router.get("/matches/{match_id}")
async def match(match_id: UUID, who: Reader, runtime: RuntimeDep) -> MatchView:
    """One match: who must still say yes, what the gate lacks, and what comes next."""
    return MatchView.of(await own_match(runtime, match_id, who), runtime.spine.book.public.call_us, who)


@router.post("/matches/{match_id}/approvals")
async def approve(
    match_id: UUID, body: LeaderAnswersBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> MatchView:
    """The leader's yes, which holds a seat, or no, which ends the match; also by the consultant for the leader.

    The kommune's and the young person's answers come as replies of the kommune.
    """
    own = await own_match(runtime, match_id, who)
    await dispatch(LeaderAnswers(match_id=own.id, place_id=own.place_id, **dict(body)), who, MatchAnswer)
    return MatchView.of(await own_match(runtime, match_id, who), runtime.spine.book.public.call_us, who)


@router.post("/matches/{match_id}/gate")
async def clear(
    match_id: UUID, body: AnswerGateBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> MatchView:
    """What consultant and leader have gone through. With every yes there, the last answer makes the agreement."""
    own = await own_match(runtime, match_id, who)
    await dispatch(AnswerGate(match_id=own.id, **dict(body)), who, MatchAnswer)
    return MatchView.of(await own_match(runtime, match_id, who), runtime.spine.book.public.call_us, who)


@router.post("/matches/{match_id}/cancel")
async def cancel(match_id: UUID, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> MatchView:
    """It was entered in error: it ends, and everybody concerned is told (`entered-in-error`). Once agreed, it is the
    placement that is cancelled."""
    own = await own_match(runtime, match_id, who)
    await dispatch(Correct(match_id=own.id, place_id=own.place_id), who, MatchAnswer)
    return MatchView.of(await own_match(runtime, match_id, who), runtime.spine.book.public.call_us, who)
