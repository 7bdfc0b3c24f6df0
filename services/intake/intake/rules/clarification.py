"""What has to be clear before a place opens, and what the rules of the day say of it: block, warn, info."""

from collections.abc import Iterator
from datetime import date

from intake import refusals
from intake.commands.places import RuleAnswer
from intake.state.leaders import Leader
from intake.state.places import Frame, Place
from shared.catalogue.forms import is_paid, praktik_seats
from shared.catalogue.kommuner import kommuner_of_postnr, postal_code
from shared.catalogue.limits import limits
from shared.catalogue.rules import rule
from shared.spine.decision import Refused

# Without these a kommune cannot find anyone, and the leader cannot know what was agreed (step 1 of the model).
NEEDED = ("tasks", "hours_from", "hours_to", "times_of_day", "forms", "purpose")

# What others have to settle first: the rule, and what is hard about it.
STOPS = {"R-SHOP-FLOOR": "C-INTERNAL", "R-HEADCOUNT": "C-HEADCOUNT"}


def unclear(place: Place, leader: Leader, today: date) -> Iterator[Refused]:
    """What is still to be found with the leader (P1 before P2)."""
    if leader.outcome != "reached":
        yield refusals.leader_not_reached()
    yield from incomplete(place, today)


def incomplete(place: Place, today: date) -> Iterator[Refused]:
    if lacking := [name for name in NEEDED if not getattr(place.found, name)]:
        yield refusals.missing(lacking)
    if where(place, today) == "R-KOMMUNE-1":
        yield refusals.choose_kommune(kommuner_of_postnr(place.postnr))
    yield from impossible(place.found, place.seats)


def impossible(found: Frame, seats: int | None) -> Iterator[Refused]:
    """What can be meant by nobody, however little is found so far."""
    tasks, most = found.tasks or (), _most(found)
    if found.hours_to and found.hours_from and found.hours_to < found.hours_from:
        yield refusals.hours_shrink()
    if any(task.task_id.endswith("-00") and not task.words for task in tasks):
        yield refusals.task_without_words()
    if most and any(task.hours and task.hours > most for task in tasks):
        yield refusals.task_longer_than_week(most)
    if seats and any(task.seat and task.seat > seats for task in tasks):
        yield refusals.no_such_seat(seats)


def check(found: Iterator[Refused]) -> None:
    """One at a time: the first."""
    for refused in found:
        raise refused


def where(place: Place, today: date) -> str | None:
    """The rule that speaks where nobody has said in which of several kommuner the workplace lies."""
    found = postal_code(place.postnr)
    if place.found.kommune or found is None or found.whole(today):
        return None
    return "R-KOMMUNE-2" if found.clear(today) else "R-KOMMUNE-1"


def told(place: Place, leader: Leader, today: date) -> tuple[RuleAnswer, ...]:
    """All that a rule of the day says of it; what stops it first."""
    found, forms, jump = place.found, place.found.forms or (), limits("hours-jump", today)
    counted = any("employees-per-seat" in limits(form, today) for form in forms)
    here = where(place, today)
    speaks = {
        ("R-SHOP-FLOOR", "shop_floor_ready"): found.shop_floor_ready is False,
        ("R-HEADCOUNT", "top_manager_confirms"): found.counts_in_headcount and not found.top_manager_confirms,
        ("R-KOMMUNE-1", "kommune"): here == "R-KOMMUNE-1",
        ("R-KOMMUNE-2", "kommune"): here == "R-KOMMUNE-2",
        ("R-PLACE-LAERLING-1", "forms"): "LAERLING" in forms and not found.training_place_approved,
        ("R-HOURS-JUMP", "hours_to"): (found.hours_from or jump["from-below"].value) < jump["from-below"].value
        and (found.hours_to or 0) >= jump["to"].value,
        ("R-TASK-HOURS", "tasks"): _tasks_exceed(found, place.seats),
        ("R-CAP-1", "seats"): counted and leader.size_band and place.seats > praktik_seats(leader.size_band, today),
        ("R-PAY-2", "forms"): not all(is_paid(form) for form in forms[:1]),
        ("R-EMP-1", "tasks"): any(task.words for task in found.tasks or ()),
    }
    spoken = (name for name, holds in speaks.items() if holds)
    return tuple(RuleAnswer.by(id_, field) for id_, field in spoken if rule(id_).holds(today))


def stopped(place: Place, leader: Leader, today: date) -> Iterator[Refused]:
    """An opened place does not become one that may not open."""
    for one in told(place, leader, today):
        if one.rule in STOPS:
            yield Refused.by(one.rule, one.field)


def stops(said: tuple[RuleAnswer, ...]) -> list[str]:
    """Those that others have to settle first."""
    return [one.rule for one in said if one.rule in STOPS]


def _most(found: Frame) -> float:
    return max(found.hours_to or 0, found.hours_from or 0)


def _tasks_exceed(found: Frame, seats: int) -> bool:
    """All of them together, or those of one seat."""
    hours: dict[int | None, float] = {}
    for task in found.tasks or ():
        hours[task.seat] = hours.get(task.seat, 0) + (task.hours or 0)
    most = _most(found)
    return bool(most) and (sum(hours.values()) > most * seats or any(hours[seat] > most for seat in hours if seat))
