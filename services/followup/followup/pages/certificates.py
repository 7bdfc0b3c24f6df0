"""A certificate, for whoever holds its code."""

from fastapi import Depends
from starlette.responses import Response

from followup.api.certificates import Code, Pdf
from followup.api.certificates import paper as of_api
from followup.queries.certificates import certificate
from shared.web.access import open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

pages = Pages()


@pages.get("/forloeb/bevis/{code}", dependencies=[Depends(open_route)])
async def shown(code: Code, page: PageDep, runtime: RuntimeDep) -> Response:
    """Is it ours, and what does it say?"""
    return page.show("certificate.html", found=await certificate(runtime, code))


@pages.get("/forloeb/bevis/{code}/papir", dependencies=[Depends(open_route)], response_class=Pdf)
async def paper(code: Code, runtime: RuntimeDep) -> Response:
    """To be printed."""
    return await of_api(code, runtime)
