"""What the handlers share: telling the services and the kommune, and keeping a referral with its deadlines."""

from typing import Any

from municipality_gateway.copies import copy_of
from municipality_gateway.rules.referral import Change
from municipality_gateway.rules.waiting import waits
from municipality_gateway.state import Deadline, Referral, Widen
from shared.catalogue.calendar import end_of_day
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.events.base import Event
from shared.spine.work import Handlers, Work

handlers = Handlers()


def tell(work: Work, event: Event, kommune: str, **more: Any) -> None:
    """To the services, and as a copy to the kommune that it concerns."""
    work.emit(event)
    pass_on(work, event, kommune, **more)


def pass_on(work: Work, event: Event, kommune: str, **more: Any) -> None:
    """To the kommune alone. The test kommune is never told of anything real."""
    if kommune != TEST_KOMMUNE and (copy := copy_of(event, **more)):
        work.emit(copy, kommune=kommune)


def keep(work: Work, before: Referral, change: Change) -> None:
    """Save a referral, say what happened, and see to what follows: its deadlines, and the next kommune."""
    after, events = change
    work.put(after)
    for event in events:
        tell(work, event, after.kommune)
    set_deadlines(work, before, after)
    if after.over and not before.over:
        found_by = after.kommune if after.matched else None
        command = Widen(place_id=after.place_id, referral_id=after.id, found_by=found_by)
        work.soon(("place", after.place_id), f"widen-{after.id}", command)


def set_deadlines(work: Work, before: Referral | None, after: Referral) -> None:
    """Where the waiting is another one than before; a deadline that has passed is not set again."""
    old, new = waits(before) if before else {}, waits(after)
    if old == new:
        return
    work.cancel_timer(after.key, *(old.keys() - new.keys()))
    for step, day in new.items():
        command = Deadline(referral_id=after.id, kommune=after.kommune, step=step)
        work.timer(after.key, step, end_of_day(day), command)
