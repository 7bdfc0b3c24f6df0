"""HTTP of links to a leader's page."""

from fastapi import APIRouter, Depends

from intake.commands.links import NewLinkBody, SendLink
from intake.queries.links import whose
from intake.texts import Words
from shared.spine.work import Work
from shared.web.access import open_route
from shared.web.dependencies import Dispatch, RuntimeDep

router = APIRouter()


@router.post("/links", dependencies=[Depends(open_route)], status_code=202)
async def new_link(body: NewLinkBody, dispatch: Dispatch, runtime: RuntimeDep) -> Words:
    """Send a leader a link to her page, to the address that she signed up with. Always the same answer."""
    leader_id = await whose(runtime, runtime.vault.hashes_of("email", body.email))
    answer: Words = await dispatch(SendLink(leader_id=leader_id or Work.new_id()), None, Words)
    return answer
