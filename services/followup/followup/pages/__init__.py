"""Pages: how it goes after all have said yes. For the consultant who asks, and the leader who has somebody there."""

from followup.pages import agenda, certificates, challenges, placements
from shared.web.pages.router import Pages

pages = Pages()
for part in (agenda, certificates, challenges, placements):  # `/forloeb/{placement_id}` is whatever is nothing else
    pages.include_router(part.pages)

__all__ = ["pages"]
