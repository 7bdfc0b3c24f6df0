"""Places: which are open, with how many seats, and what stops one from opening."""

from metrics import figures, rules
from metrics.handlers.base import handlers
from metrics.rows import Moment, Total
from metrics.state.places import Place
from shared.events.intake import (
    PlaceBlocked,
    PlaceChanged,
    PlaceClosed,
    PlaceDrafted,
    PlaceEvent,
    PlaceFilled,
    PlaceOpened,
    PlacePaused,
    PlaceReopened,
)
from shared.spine.work import Message, Work


@handlers.on(PlaceDrafted, PlaceFilled, PlacePaused, PlaceReopened, PlaceClosed, (Place, "place_id"))
def moved(work: Work, message: Message[PlaceEvent]) -> None:
    work.put(_in_state(work, message.data))


@handlers.on(PlaceBlocked, (Place, "place_id"))
def blocked(work: Work, message: Message[PlaceBlocked]) -> None:
    place = _in_state(work, message.data)
    work.put(place)
    if not place.test:
        work.write(*(Total.of(figures.PLACES_BLOCKED, rule) for rule in message.data.rules))


@handlers.on(PlaceOpened, (Place, "place_id"))
def opened(work: Work, message: Message[PlaceOpened]) -> None:
    data = message.data
    place = _in_state(work, data).changed(seats=data.seats, opened_in=data.kommune)
    work.put(place)
    if not place.test:
        work.write(
            Total.of(figures.PLACES_OPENED, data.kommune),
            Moment("opened", place.id, place.id, message.time, follows=data.leader_id),
        )


@handlers.on(PlaceChanged, (Place, "place_id"))
def changed(work: Work, message: Message[PlaceChanged]) -> None:
    """Its kommune may have been set right: then it was counted in the wrong one."""
    data = message.data
    place = _in_state(work, data).changed(seats=data.seats)
    if place.opened_in not in (None, data.kommune):
        if not rules.is_test(place.opened_in):
            work.write(Total.of(figures.PLACES_OPENED, place.opened_in, value=0, corrected=1))
        if not place.test:
            work.write(Total.of(figures.PLACES_OPENED, data.kommune))
        place = place.changed(opened_in=data.kommune)
    work.put(place)


def _in_state(work: Work, data: PlaceEvent) -> Place:
    place = work.get(Place, data.place_id) or Place(id=data.place_id, state=data.state)
    return place.changed(state=data.state, test=rules.is_test(data.kommune))
