"""HTTP of matching, by noun."""

from fastapi import APIRouter

from matching.api import matches, suggestions

router = APIRouter()
router.include_router(matches.router)
router.include_router(suggestions.router)
