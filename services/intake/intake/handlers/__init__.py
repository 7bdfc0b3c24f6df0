"""One short function per command and event: it translates; the rules decide."""

from intake.handlers import day, kickoffs, leaders, links, mails, mornings, people, places, referrals
from intake.handlers.base import handlers

__all__ = ["day", "handlers", "kickoffs", "leaders", "links", "mails", "mornings", "people", "places", "referrals"]
