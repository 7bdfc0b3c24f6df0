"""HTTP about referrals: what a kommune may see of the place."""

from uuid import UUID

from fastapi import APIRouter

from intake.api.base import KommuneOrConsultant
from intake.queries.referrals import ReferralPlaceView, place_of_referral
from shared.web.dependencies import RuntimeDep

router = APIRouter()


# What nobody gave (an e-mail, own words, a seat) is left out; a person who is gone is null.
@router.get("/referrals/{referral_id}/place", response_model_exclude_unset=True)
async def referral_place(referral_id: UUID, who: KommuneOrConsultant, runtime: RuntimeDep) -> ReferralPlaceView:
    """Contact data of the leader and the tasks in the leader's words, for the referral's kommune.

    From accepted *and* guided until the referral is asked back or over, then while its placement lives. Before that
    409, come again; after it 410 with the reason.
    """
    return await place_of_referral(runtime, referral_id, who)
