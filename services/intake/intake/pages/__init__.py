"""Pages: for anyone who wonders, for leaders, and for consultants."""

from intake.pages import calls, day, front, kickoffs, leaders, links, people, places, referrals
from intake.pages.leaders import logins
from shared.web.pages.router import Pages

pages = Pages()
for part in (front, leaders, links, day, kickoffs, people, calls, referrals, places):  # `hos` is no place
    pages.include_router(part.pages)

__all__ = ["logins", "pages"]
