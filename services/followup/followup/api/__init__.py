"""HTTP. Consultants follow up; leaders and kommuner see their own, and leaders can speak up."""

from fastapi import APIRouter

from followup.api import agenda, challenges, placements

router = APIRouter()
for part in (agenda, placements, challenges):
    router.include_router(part.router)
