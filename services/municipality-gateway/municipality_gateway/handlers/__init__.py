"""One short function per event, reply, command and deadline: it translates; the rules decide."""

from municipality_gateway.handlers import deadlines, directory, matches, placements, places, replies
from municipality_gateway.handlers.base import handlers

__all__ = ["deadlines", "directory", "handlers", "matches", "placements", "places", "replies"]
