"""Pages: for anyone who wonders, and for leaders."""

from intake.pages import front, leaders, referrals
from intake.pages.leaders import logins
from shared.web.pages.router import Pages

pages = Pages()
for part in (front, leaders, referrals):
    pages.include_router(part.pages)

__all__ = ["logins", "pages"]
