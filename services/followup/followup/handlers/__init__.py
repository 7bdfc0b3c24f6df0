"""One short function per event, timer and command: it translates; the rules decide."""

from followup.handlers import candidates, challenges, placements, places
from followup.handlers.base import handlers

__all__ = ["candidates", "challenges", "handlers", "placements", "places"]
