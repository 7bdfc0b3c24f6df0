"""One short function per event, timer and command: it translates; the rules decide."""

from followup.handlers import (
    candidates,
    certificates,
    challenges,
    companies,
    consultants,
    corrections,
    placements,
    places,
)
from followup.handlers.base import handlers

__all__ = [
    "candidates",
    "certificates",
    "challenges",
    "companies",
    "consultants",
    "corrections",
    "handlers",
    "placements",
    "places",
]
