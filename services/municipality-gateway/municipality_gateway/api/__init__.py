"""HTTP of the gateway: the directory, the referrals, and the replies. A kommune sees its own codes only."""

from fastapi import APIRouter

from municipality_gateway.api import desk, directory, kommuner, links, referrals, replies

router = APIRouter()
for part in (desk, directory, kommuner, links, referrals, replies):
    router.include_router(part.router)
