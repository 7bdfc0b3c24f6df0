"""One short function per event: what it counts, and what it opens and closes. The rules say how counting goes."""

from metrics.handlers import challenges, leaders, matches, placements, places, referrals
from metrics.handlers.base import handlers

__all__ = ["challenges", "handlers", "leaders", "matches", "placements", "places", "referrals"]
