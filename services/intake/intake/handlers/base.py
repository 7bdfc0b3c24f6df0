"""What several handlers share."""

from collections.abc import Iterable

from intake.commands.places import SomebodyNear
from intake.rules import places as rules
from intake.state.places import Place
from shared.events.intake import PlaceEvent
from shared.spine.work import Handlers, Work

handlers = Handlers()


def apply(work: Work, changes: Iterable[Place | PlaceEvent]) -> None:
    for change in changes:
        if isinstance(change, Place):
            work.put(change)
        else:
            work.emit(change)


def tell_near(work: Work, person_id: str, near: Iterable[str], *, gone: bool) -> None:
    """Each place in a transaction of its own."""
    for place_id in near:
        command = SomebodyNear(place_id=place_id, person_id=person_id, gone=gone)
        work.soon((Place.KIND, place_id), f"near-{person_id}", command)


def note(work: Work, place_id: str, what: str, reason: str | None = None) -> None:
    """A line in the history of a place, where it is known."""
    if place := work.get(Place, place_id):
        work.put(rules.noted(place, work.today, what, reason))
