"""Whether a place may open, and what becomes of its state as seats are taken and freed."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from intake import refusals
from intake.rules import clarification
from intake.state.leaders import Leader
from intake.state.places import Frame, Past, Place
from shared.catalogue.calendar import add_months
from shared.catalogue.kommuner import kommuner_of_postnr, postal_code
from shared.catalogue.limits import limits
from shared.events.base import Task
from shared.events.intake import (
    PlaceBlocked,
    PlaceChanged,
    PlaceEvent,
    PlaceFilled,
    PlaceOpened,
    PlacePaused,
    PlaceReopened,
    PlaceState,
)

NEAR = ("contact_id", "buddy_id")
UNOPENED: tuple[PlaceState, ...] = ("draft", "additional-assessment-required")


def check_may_open(place: Place, leader: Leader, agreed_at: date | None, today: date) -> None:
    """No kommune is asked before tasks are clear and the leader has agreed (P1 before P2)."""
    if leader.erased:
        raise refusals.leader_left()
    if place.state not in UNOPENED:
        raise refusals.opened_already()
    clarification.check(clarification.unclear(place, leader, today))
    check_agreed(agreed_at, today)


def check_agreed(agreed_at: date | None, today: date, since: date | None = None) -> None:
    """The leader's yes is of a day that can be meant; a new one is no older than what it is a new one after."""
    if agreed_at is None or agreed_at > today:
        raise refusals.leader_has_not_agreed()
    if agreed_at < (since or add_months(today, -limits("typed-date", today)["back"].value)):
        raise refusals.agreed_too_early()


def _last(place: Place, what: str) -> Past | None:
    return next((past for past in reversed(place.history) if past.what == what), None)


def paused_on(place: Place) -> date | None:
    """The last time."""
    paused = _last(place, "paused")
    return paused.on if paused else None


def blocked(place: Place, rules: Iterable[str], today: date) -> Iterator[Place | PlaceEvent]:
    """It waits for what others have to settle. What was said before is not said again."""
    new = sorted({*rules} - place.blocked)
    for rule in new:
        place = noted(place, today, "blocked", rule)
    place = place.changed(state="additional-assessment-required", blocked=frozenset(rules))
    yield place
    if new:
        hard = tuple(clarification.STOPS[rule] for rule in new)
        yield PlaceBlocked(**about(place), rules=tuple(new), challenges=hard)


def stands(place: Place, state: PlaceState, what: str, reason: str | None = None) -> bool:
    """It is so already, by the same decision: a second click."""
    last = _last(place, what)
    return place.state == state and last is not None and last.reason == reason


def check_state(place: Place, *allowed: PlaceState) -> None:
    if place.state not in allowed:
        raise refusals.other_state(place)


def has_free_seat(place: Place) -> bool:
    return len(place.agreed) < place.seats


def drafted(place_id: str, leader: Leader, found: Frame) -> Place:
    """At the leader's workplace, unless another one was found."""
    place = Place(
        id=place_id,
        leader_id=leader.id,
        company_id=leader.company_id,
        workplace_id=leader.workplace_id,
        kommune=leader.kommune,
        postnr=leader.postnr,
        found=Frame(kommune=leader.kommune) if leader.kommune_chosen else Frame(),
    )
    return clarified(place, found)


def located(place: Place) -> Place:
    """A workplace may lie elsewhere than the leader's own address: by its postal code, or where somebody said so."""
    postnr = place.found.postnr or place.postnr
    kommune = place.found.kommune or kommuner_of_postnr(postnr)[0]
    check_lies_in(postnr, kommune)
    return place.changed(postnr=postnr, kommune=kommune)


def check_lies_in(postnr: str, kommune: str) -> None:
    """A slip of the keys would ask the wrong kommune about it."""
    found = postal_code(postnr)
    if found and not found.may_lie_in(kommune):
        raise refusals.lies_elsewhere([*found.shares])


def clarified(place: Place, after: Frame) -> Place:
    """What was found later replaces what was found earlier. In another postal code the kommune is chosen anew."""
    found = merged(place.found, after)
    moved = after.postnr not in (None, place.postnr)
    if moved and "kommune" not in after.model_fields_set:
        found = found.changed(kommune=None)
    clarification.check(clarification.impossible(found, found.seats))
    return located(place.changed(found=found))


def merged(before: Frame, after: Frame) -> Frame:
    """What was found later replaces what was found earlier; what is not mentioned stays."""
    return Frame.model_validate(before.model_dump() | after.model_dump(exclude_unset=True))


def reworked(before: Place, after: Place, leader: Leader, today: date) -> Iterator[Place | PlaceEvent]:
    """An opened place is another one now, and everybody is told; where nothing is told of it, nobody needs to be.

    It stays one that could open, and with more or fewer seats it has one left, or none.
    """
    clarification.check(clarification.incomplete(after, today))
    clarification.check(clarification.stopped(after, leader, today))
    if after.seats < min(before.seats, len(after.agreed)):
        raise refusals.seats_taken(len(after.agreed))
    changes = _differences(before, after, leader)
    if changes:
        after = noted(after, today, "changed", fields=changes)
    yield after
    if changes:
        yield PlaceChanged(**terms(after, leader), changes=changes)
    if after.state == "open" and len(after.agreed) >= after.seats:
        after = moved(after, "filled", today, "filled")
        yield after
        yield PlaceFilled(**about(after))
    elif after.state == "filled" and len(after.agreed) < after.seats:
        after = moved(after, "open", today, "reopened")
        yield after
        yield PlaceReopened(**about(after), agreed_at=after.agreed_at or today)


def is_over(place: Place) -> bool:
    """Closed, and nobody is there any more."""
    return place.state == "closed" and not place.agreed


def handed_on(place: Place, double: Leader, to: Leader, today: date) -> Iterator[Place | PlaceEvent]:
    """The same person goes on with it, under another id."""
    yield from retold(place, without(place, double.id).changed(leader_id=to.id), double, to, today)


def is_near(place: Place, person_id: str) -> bool:
    return person_id in (place.found.contact_id or place.leader_id, place.found.buddy_id)


def without(place: Place, person_id: str) -> Place:
    """The contact falls back to the leader; there may be no buddy."""
    gone = {name: None for name in NEAR if getattr(place.found, name) == person_id}
    return place.changed(found=place.found.changed(**gone))


def retold(
    before: Place, after: Place, was: Leader, leader: Leader, today: date, also: tuple[str, ...] = ()
) -> Iterator[Place | PlaceEvent]:
    """Somebody at it is another one, or is reached in another way: whoever has heard of the place is told."""
    changes = (*_differences(before, after, leader, was), *also) if before.agreed_at else ()
    if not changes:
        yield after
        return
    after = noted(after, today, "changed", fields=changes)
    yield after
    yield PlaceChanged(**terms(after, leader), changes=changes)


def _differences(before: Place, after: Place, leader: Leader, was_of: Leader | None = None) -> tuple[str, ...]:
    """By the names in the event. The leader's words are not in it, and a change of them is one of the tasks."""
    was, now = terms(before, was_of or leader), terms(after, leader)
    names = (name for name in PlaceOpened.model_fields if name in now)
    own = {"tasks"} if before.found.tasks != after.found.tasks else set()
    return tuple(name for name in names if name in own or was[name] != now[name])


def terms(place: Place, leader: Leader) -> dict[str, Any]:
    """What the others are told: codes and numbers; the leader's own words about tasks stay here."""
    found = place.found
    return dict(
        **about(place),
        workplace_id=place.workplace_id,
        postnr=place.postnr,
        sector=leader.sector,
        size_band=leader.size_band,
        contact_id=found.contact_id or place.leader_id,
        buddy_id=found.buddy_id,
        tasks=tuple(Task(task_id=t.task_id, hours=t.hours, seat=t.seat) for t in found.tasks or ()),
        hours_from=found.hours_from or 0,
        hours_to=found.hours_to or 0,
        times_of_day=found.times_of_day or (),
        forms=found.forms or (),
        training_place_approved=bool(found.training_place_approved),
        purpose=found.purpose or "",
        support=found.support or (),
        frame=found.frame or (),
        seats=place.seats,
        guidance=found.guidance or "page",
        max_kommuner=found.max_kommuner or 5,
        at_once=found.at_once or "one-by-one",
        agreed_at=place.agreed_at or date.min,
    )


def about(place: Place) -> dict[str, str]:
    """What every event about a place says."""
    return {
        "place_id": place.id,
        "leader_id": place.leader_id,
        "company_id": place.company_id,
        "kommune": place.kommune,
        "state": place.state,
    }


def noted(
    place: Place, today: date, what: str, reason: str | None = None, *, fields: tuple[str, ...] | None = None
) -> Place:
    """A line in the history that the leader and the consultant read."""
    return place.changed(history=(*place.history, Past(on=today, what=what, reason=reason, fields=fields)))


def moved(place: Place, state: PlaceState, today: date, what: str, reason: str | None = None) -> Place:
    return noted(place, today, what, reason).changed(state=state)


def take_seat(place: Place, match_id: str, kommune: str, today: date) -> Iterator[Place | PlaceEvent]:
    """A match is agreed. Seats are counted as a set, so that the order in which matches come and go does not matter."""
    if match_id in place.agreed | place.over:
        return
    place = noted(place.changed(agreed=place.agreed | {match_id}), today, "match-agreed", kommune)
    if place.state == "open" and len(place.agreed) >= place.seats:
        place = moved(place, "filled", today, "filled")
        yield place
        yield PlaceFilled(**about(place))
    else:
        yield place


def history_corrected(place: Place, what: str, wrong: str | None, right: str | None) -> Place:
    """The last line that says so says what is right, or goes."""
    history = [*place.history]
    at = next((n for n in reversed(range(len(history))) if (history[n].what, history[n].reason) == (what, wrong)), None)
    if at is None:
        return place
    history[at : at + 1] = [history[at].changed(reason=right)] if right else []
    return place.changed(history=tuple(history))


def free_seat(
    place: Place, match_id: str, placement_id: str, reason: str, today: date, *, began: bool
) -> Iterator[Place | PlaceEvent]:
    """A placement is over. A full place waits for the leader's new yes; one that never began reopens by itself."""
    if match_id in place.over:
        return
    was_full = place.state == "filled"
    place = place.changed(agreed=place.agreed - {match_id}, over=place.over | {match_id})
    place = noted(place, today, "placement-over" if began else "placement-cancelled", reason)
    if not was_full:
        yield place
    elif began:
        place = moved(place, "paused", today, "paused", "seat-free")
        yield place.changed(freed_by=placement_id)
        yield PlacePaused(**about(place), reason="seat-free")
    else:
        place = moved(place, "open", today, "reopened")
        yield place
        yield PlaceReopened(**about(place), agreed_at=place.agreed_at or today, placement_id=placement_id)
