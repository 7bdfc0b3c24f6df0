"""What several handlers share."""

from intake.rules import places as rules
from intake.state.places import Place
from shared.spine.work import Handlers, Work

handlers = Handlers()


def note(work: Work, place_id: str, what: str, reason: str | None = None) -> None:
    """A line in the history of a place, where it is known."""
    if place := work.get(Place, place_id):
        work.put(rules.noted(place, work.today, what, reason))
