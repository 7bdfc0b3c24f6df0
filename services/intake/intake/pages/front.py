"""The front page: what it is, and what leaders ask before they join."""

from fastapi import Depends
from starlette.responses import Response

from shared.web.access import open_route
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

pages = Pages()


@pages.get("/", dependencies=[Depends(open_route)])
async def front(page: PageDep) -> Response:
    return page.show("front.html")
