"""Whom a kommune is to call at a place: the browser puts it into the page of its referral."""

from uuid import UUID

from fastapi import Depends
from starlette.responses import Response

from intake.api.base import KommuneOrConsultant
from intake.queries.referrals import place_of_referral
from shared.runtime import Runtime
from shared.web.access import LinkHolder, Principal, open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.problems import GONE, NOT_FOUND, NOT_YET, Problem

pages = Pages()
# By the gateway, for who came by a link, when it showed the page that asks for this one.
SEALED_FOR, SECONDS = "place", 600


@pages.get("/pladser/hos/{referral_id}")
async def whom_to_call(referral_id: UUID, page: PageDep, who: KommuneOrConsultant, runtime: RuntimeDep) -> Response:
    return await _shown(referral_id, page, who, runtime)


@pages.get("/pladser/hos/{referral_id}/navn")
async def whom_in_a_line(referral_id: UUID, page: PageDep, who: KommuneOrConsultant, runtime: RuntimeDep) -> Response:
    return await _shown(referral_id, page, who, runtime, "whom_in_a_line.html")


@pages.get("/pladser/ved-link/{sealed}", dependencies=[Depends(open_route)])
async def whom_to_call_by_link(sealed: str, page: PageDep, runtime: RuntimeDep) -> Response:
    known = page.site.sessions.open(SEALED_FOR, sealed, SECONDS)
    if known is None:
        raise Problem(NOT_FOUND)
    kommuner = frozenset({known["kommune"]})
    who = LinkHolder(known["sub"], frozenset({"kommune"}), kommuner, referral_id=known["referral_id"])
    return await _shown(UUID(known["referral_id"]), page, who, runtime)


async def _shown(
    referral_id: UUID, page: Page, who: Principal, runtime: Runtime, template: str = "whom_to_call.html"
) -> Response:
    """Too early or too late is no error: the page around it says the rest."""
    try:
        found, why = await place_of_referral(runtime, referral_id, who), None
    except Problem as problem:
        if problem.kind not in (NOT_YET, GONE):
            raise
        found, why = None, problem.kind.slug
    return page.show(template, found=found, why=why)
