"""One short function per event, timer and command: it translates; the rules decide."""

from followup.handlers import asked, events, help  # noqa: A004
from followup.handlers.base import handlers

__all__ = ["asked", "events", "handlers", "help"]
