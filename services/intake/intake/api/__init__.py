"""HTTP. Sign-up is open; the rest is for consultants, a leader's own things, and a referral's kommune."""

from fastapi import APIRouter

from intake.api import codes, day, kickoffs, leaders, links, people, places, postal, referrals

router = APIRouter()
for part in (leaders, links, day, people, places, referrals, kickoffs, codes, postal):
    router.include_router(part.router)
