"""HTTP about certificates."""

import asyncio
import secrets
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import Response as Paper

from followup.api.base import Consultant
from followup.commands.certificates import CertificateAnswer, IssueCertificate, IssueCertificateBody
from followup.paper import drawn
from followup.queries.certificates import CertificateView, certificate
from followup.state.placements import Placement
from shared.spine.work import Work
from shared.web.access import open_route
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()
# No vowels: no words. No digits: nothing that looks like a number of somebody's. 86 bits.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
Code = Annotated[str, Path(pattern=r"^[A-Za-z]{5}(-[A-Za-z]{5}){3}$")]


class Pdf(Response):
    media_type = "application/pdf"


def _new_code() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


@router.post("/placements/{placement_id}/certificates", status_code=201)
async def issue(
    placement_id: UUID, body: IssueCertificateBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> CertificateAnswer:
    """What was learned, on paper, towards RKV (IKV): a code that anybody can look up, and nobody's name."""
    await get_or_404(runtime, Placement, placement_id, "placement_id")
    command = IssueCertificate(
        placement_id=str(placement_id), certificate_id=Work.new_id(), code=_new_code(), **dict(body)
    )
    answer: CertificateAnswer = await dispatch(command, who, CertificateAnswer)
    return answer


@router.get("/certificates/{code}", dependencies=[Depends(open_route)])
async def verify(code: Code, runtime: RuntimeDep) -> CertificateView:
    """Is it ours, and what does it say? Open to whoever holds the code."""
    return await certificate(runtime, code)


@router.get("/certificates/{code}/paper", dependencies=[Depends(open_route)], response_class=Pdf)
async def paper(code: Code, runtime: RuntimeDep) -> Paper:
    """The same as a PDF."""
    found = await certificate(runtime, code)
    headers = {"Content-Disposition": f'inline; filename="bevis-{found.code}.pdf"'}
    return Pdf(await asyncio.to_thread(drawn, found), headers=headers)
