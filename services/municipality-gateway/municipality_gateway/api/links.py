"""HTTP of links without an account."""

from uuid import UUID

from fastapi import APIRouter, Depends

from municipality_gateway import texts
from municipality_gateway.api.base import KommuneOrConsultant
from municipality_gateway.commands.links import Forward, ForwardBody, LinkAnswer, NewLinkBody, SendLink
from municipality_gateway.commands.referrals import ReferralAnswer
from municipality_gateway.queries.links import whose
from municipality_gateway.state.referrals import Referral
from shared.web.access import open_route
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.post("/links", dependencies=[Depends(open_route)], status_code=202)
async def new_link(body: NewLinkBody, dispatch: Dispatch, runtime: RuntimeDep) -> LinkAnswer:
    """Send a new link to the address that we know of whoever had this one. Always the same answer."""
    async with runtime.pool.acquire() as conn:
        found = await whose(conn, body.token)
    if found:
        referral_id, contact_id = found
        await dispatch(SendLink(referral_id=referral_id, contact_id=contact_id), None, LinkAnswer)
    return texts.LINK_SENT


@router.post("/referrals/{referral_id}/forward")
async def forward(
    referral_id: UUID, body: ForwardBody, who: KommuneOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> ReferralAnswer:
    """A colleague in the same kommune takes over, and is told so by mail."""
    found = await get_or_404(runtime, Referral, referral_id, "referral_id", who)
    who.own("referral_id", kommune=found.kommune)
    command = Forward(referral_id=found.id, kommune=found.kommune, contact_id=body.contact_id)
    return await dispatch(command, who, ReferralAnswer)
