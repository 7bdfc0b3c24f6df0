"""Pages: for anyone who wonders, and for leaders."""

from intake.pages import front, leaders
from shared.web.pages.site import Pages

pages = Pages()
for part in (front, leaders):
    pages.include_router(part.pages)
