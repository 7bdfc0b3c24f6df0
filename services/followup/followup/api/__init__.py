"""HTTP. Consultants follow up; leaders and kommuner see their own, and leaders can speak up."""

from fastapi import APIRouter

from followup.api import agenda, certificates, challenges, consultants, corrections, placements

router = APIRouter()
for part in (agenda, placements, corrections, certificates, challenges, consultants):
    router.include_router(part.router)
