"""Pages: a kommune's people answer, by a link or after login; consultants see to it that somebody does."""

from municipality_gateway.pages import kommuner, links, referrals
from shared.web.pages.router import Pages

pages = Pages()
for part in (links, referrals, kommuner):
    pages.include_router(part.pages)

__all__ = ["pages"]
