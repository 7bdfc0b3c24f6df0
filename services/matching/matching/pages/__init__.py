"""Pages: a young person is proposed. For the leader who says yes or no, and the consultant who clears the gate."""

from matching.pages import matches, suggestions
from shared.web.pages.router import Pages

pages = Pages()
for part in (suggestions, matches):  # `/match/{match_id}` is whatever is nothing else
    pages.include_router(part.pages)

__all__ = ["pages"]
