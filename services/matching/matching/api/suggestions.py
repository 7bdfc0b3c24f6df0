"""HTTP about suggestions: who fits a place, and which places fit somebody. They are read; nothing follows by itself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from matching.queries.suggestions import SuggestionView, suggestions_for_candidate, suggestions_for_place
from shared.web.access import Principal, allow
from shared.web.dependencies import RuntimeDep

router = APIRouter()
Reader = Annotated[Principal, Depends(allow("kommune", "consultant"))]


@router.get("/places/{place_id}/suggestions")
async def for_place(place_id: UUID, who: Reader, runtime: RuntimeDep) -> list[SuggestionView]:
    """The five registered young people whom the place fits best, then up to five whom it nearly fits, and what is
    missing. Only of kommuner that are asked about it now; a kommune sees its own."""
    return await suggestions_for_place(runtime, place_id, who)


@router.get("/candidates/{candidate_id}/suggestions")
async def for_candidate(candidate_id: UUID, who: Reader, runtime: RuntimeDep) -> list[SuggestionView]:
    """The five places that fit a registered young person best, then up to five that nearly do, and what is missing.
    Only places that their kommune is asked about now."""
    return await suggestions_for_candidate(runtime, candidate_id, who)
