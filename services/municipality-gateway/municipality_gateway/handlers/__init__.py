"""One short function per message: it translates, the rules decide."""

from municipality_gateway.handlers import (
    candidates,
    kommuner,
    links,
    mails,
    matches,
    placements,
    places,
    referrals,
    replies,
)
from municipality_gateway.handlers.base import handlers

__all__ = [
    "candidates",
    "handlers",
    "kommuner",
    "links",
    "mails",
    "matches",
    "placements",
    "places",
    "referrals",
    "replies",
]
