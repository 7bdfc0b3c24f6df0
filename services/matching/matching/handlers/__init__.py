"""One short function per event and command: it translates; the rules decide."""

from matching.handlers import candidates, matches, places, referrals
from matching.handlers.base import handlers

__all__ = ["candidates", "handlers", "matches", "places", "referrals"]
