"""How long is waited for whom, in working days."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from shared.catalogue.files import Dated, rows, validity


@dataclass(frozen=True, slots=True)
class Deadlines:
    """All in working days: since the kommune was asked, since it accepted, or since the match was proposed."""

    reminder: int
    deputy: int
    default_entrance: int
    expired: int
    accepted_nudge: int
    accepted_due: int
    search_again: int
    """Since a match came to nothing, where less is left."""
    hold_nudge: int
    """Since the kommune asked for time."""
    hold: int
    """Since it first did, for however many holds."""
    asking_back: int
    match_answer: int
    """A match waits so long for its yeses, and a seat is held as long."""


@dataclass(frozen=True, slots=True)
class _Deadline(Dated):
    name: str
    working_days: int


def deadlines(on: date) -> Deadlines:
    """What applies to something that begins to wait on that day."""
    return Deadlines(**{deadline.name: deadline.working_days for deadline in _deadlines() if deadline.holds(on)})


@cache
def _deadlines() -> tuple[_Deadline, ...]:
    return tuple(_Deadline(row["deadline"], int(row["working_days"]), **validity(row)) for row in rows("deadlines.csv"))
