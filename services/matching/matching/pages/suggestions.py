"""Who fits a place."""

from uuid import UUID

from starlette.responses import Response

from matching.api.matches import Consultant
from matching.queries.suggestions import suggestions_for_place
from shared.catalogue.kommuner import KOMMUNER
from shared.web.dependencies import RuntimeDep
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

pages = Pages()


@pages.get("/match/forslag/{place_id}")
async def for_place(place_id: UUID, page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    found = await suggestions_for_place(runtime, place_id, who)
    return page.show("suggestions.html", found=found, place_id=place_id, kommuner=KOMMUNER)
