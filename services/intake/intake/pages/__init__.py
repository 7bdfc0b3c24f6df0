"""Pages: for anyone who wonders, and for leaders."""

from intake.pages import front, leaders
from intake.pages.leaders import logins
from shared.web.pages.router import Pages

pages = Pages()
for part in (front, leaders):
    pages.include_router(part.pages)

__all__ = ["logins", "pages"]
