"""HTTP of referrals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from municipality_gateway.api.base import Consultant, KommuneOrConsultant, Reader
from municipality_gateway.commands.places import AskedAnswer, AskThis, AskThisBody
from municipality_gateway.commands.referrals import (
    GuidanceAnswer,
    RecordGuidance,
    ReferralAnswer,
    TakeBack,
    TakeBackBody,
)
from municipality_gateway.queries.referrals import (
    ReferralFilter,
    ReferralView,
    WholeReferralView,
    list_of_referrals,
    whole_referral,
)
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.get("/referrals", response_model_exclude_unset=True)
async def referrals(
    which: Annotated[ReferralFilter, Query()],
    who: KommuneOrConsultant,
    runtime: RuntimeDep,
    request: Request,
    response: Response,
) -> list[ReferralView]:
    """The newest first; where there are more, the header `Link` leads to the next page (`rel="next"`).

    `nobody_left`: every kommune that could be asked about the place in this round has been.
    """
    found, more = await list_of_referrals(runtime, who, which)
    if more:
        query = request.url.include_query_params(after=more).query
        response.headers["Link"] = f'</referrals?{query}>; rel="next"'
    return found


@router.get("/referrals/{referral_id}", response_model_exclude_unset=True)
async def referral(referral_id: UUID, who: Reader, runtime: RuntimeDep) -> WholeReferralView:
    """For its kommune and its leader too: who will call, on which number, and how things are done there."""
    return await whole_referral(runtime, who, referral_id)


@router.post("/referrals/{referral_id}/recall")
async def recall(
    referral_id: UUID, body: TakeBackBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> ReferralAnswer:
    """Take a referral back. A kommune that has accepted is asked to stop looking; the next one is asked at once."""
    await get_or_404(runtime, Referral, referral_id, "referral_id")
    return await dispatch(TakeBack(referral_id=str(referral_id), reason=body.reason), who, ReferralAnswer)


@router.post("/places/{place_id}/ask")
async def ask_this(
    place_id: UUID, body: AskThisBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> AskedAnswer:
    """Ask this kommune too, however far away, and however many the leader wished for."""
    await get_or_404(runtime, Place, place_id, "place_id")
    return await dispatch(AskThis(place_id=str(place_id), kommune=body.kommune), who, AskedAnswer, once=True)


@router.post("/referrals/{referral_id}/guidance")
async def record_guidance(
    referral_id: UUID, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> GuidanceAnswer:
    """The consultant has told the leader what comes next, by whom and when."""
    found = await get_or_404(runtime, Referral, referral_id, "referral_id")
    return await dispatch(RecordGuidance(referral_id=found.id, kommune=found.kommune), who, GuidanceAnswer)
