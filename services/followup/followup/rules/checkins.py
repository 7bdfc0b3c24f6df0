"""When somebody asks how it goes. Danish days; a check-in is a call, so it falls on a working day."""

from collections.abc import Iterable
from datetime import date, timedelta

from followup.state.placements import Checkin, CheckinMade, Placement
from shared.catalogue.calendar import add_months, add_working_days, is_working_day

Plan = tuple[Checkin, ...]
WEEK = timedelta(weeks=1)

# While it is new (four weeks), somebody asks every week.
FIRST_WEEKS = {1: "first-week", 2: "weekly", 3: "weekly", 4: "weekly"}
# Aftercare: "efterværn og tilgængelighed gennem hele processen" (pluss); figures are asked for at 3, 6 and 12 months.
AFTER_MONTHS = (3, 6, 12)
REGULAR = ("first-day", "first-week", "weekly", "monthly")
# A call that comes a little early is that call.
EARLY = timedelta(days=3)
# From fewer than 30 hours straight to full time is how S09 ended early: asked after three days too.
AFTER_JUMP = timedelta(days=3)


def when_planned(first_day: date) -> Plan:
    """On the first day somebody asks whether it began."""
    return (_on("first-day", first_day),)


def when_started(plan: Plan, on: date, to: date | None) -> Plan:
    first = next((c for c in plan if c.kind == "first-day" and c.on == _working(on)), _on("first-day", on))
    return _sorted((first, *_first_weeks(on, on), *_before_end(to, on)))


def when_begun_another_day(plan: Plan, asked: Iterable[CheckinMade], on: date) -> Plan:
    """The calls of the first weeks follow the first day; those that were made are not made again."""
    last = max((made.on for made in asked if made.answered), default=on)
    first = tuple(_on("first-day", on) for c in plan if c.kind == "first-day")
    others = (c for c in plan if c.kind not in ("first-day", *FIRST_WEEKS.values()))
    return _sorted((*first, *_first_weeks(on, max(on, last)), *others))


def when_changed(plan: Plan, on: date, to: date | None, today: date, *, jump: bool) -> Plan:
    """A week after every change, for that is when it gets hard; and a week before the new stage ends."""
    kept = (c for c in plan if c.kind != "before-stage-ends")
    extra = (_on("after-change", on + AFTER_JUMP),) if jump else ()
    return _sorted((*kept, *extra, _on("after-change", on + WEEK), *_before_end(to, today)))


def when_paused(until: date | None, today: date) -> Plan:
    """On the day the time-out ends, or after a week."""
    return (_on("after-change", until or today + WEEK),)


def when_resumed(started_on: date, today: date, to: date | None) -> Plan:
    return _sorted((*_first_weeks(started_on, today), _on("after-change", today + WEEK), *_before_end(to, today)))


def when_ended(on: date) -> Plan:
    return tuple(_on(f"after-{n}-months", add_months(on, n)) for n in AFTER_MONTHS)


def with_look_in(plan: Plan, today: date) -> Plan:
    """Something happened around the placement: it comes on today's agenda."""
    return _sorted((*plan, Checkin(kind="after-change", on=today)))


def with_support_ending(plan: Plan, to: date, today: date) -> Plan:
    """A week before the kommune's support ends somebody asks what comes after it."""
    return _sorted((*plan, _on("before-support-ends", max(to - WEEK, today))))


def when_moved(plan: Plan, on: date) -> Plan:
    return _sorted((*plan, _on("after-change", on + WEEK)))


def when_asked(plan: Plan, made: CheckinMade) -> Plan:
    """An answer settles all that was due; without one, the same is asked again on the next working day."""
    done = [c for c in plan if c.on <= made.on or (c.kind == made.kind and c.on <= made.on + EARLY)]
    if made.answered:
        return tuple(c for c in plan if c not in done)
    again = Checkin(kind=made.kind, on=add_working_days(made.on, 1))
    return _sorted((*(c for c in plan if c not in done or c.kind != made.kind), again))


def never_without(placement: Placement, today: date) -> Placement:
    """Every living placement always has a next check-in (publication 2024): in a month; paused, in a week.

    A planned one whose start nobody has recorded is asked about until somebody does.
    """
    if placement.state == "planned" and not placement.plan:
        missing = Checkin(kind="first-day", on=add_working_days(today, 1))
    elif placement.state == "active" and not any(c.kind in REGULAR for c in placement.plan):
        missing = _on("monthly", add_months(today, 1))
    elif placement.state == "paused" and not placement.plan:
        missing = _on("weekly", today + WEEK)
    else:
        return placement
    return placement.changed(plan=_sorted((*placement.plan, missing)))


def announced(plan: Plan, today: date) -> tuple[Plan, Plan]:
    """The plan with today's marked as said, and those that are to be said now."""
    due = tuple(c for c in plan if c.on <= today and not c.announced)
    return tuple(c.changed(announced=True) if c in due else c for c in plan), due


def _first_weeks(started_on: date, after: date) -> Plan:
    weeks = (_on(kind, started_on + n * WEEK) for n, kind in FIRST_WEEKS.items())
    return tuple(c for c in weeks if c.on > after)


def _before_end(to: date | None, today: date) -> Plan:
    return (_on("before-stage-ends", max(to - WEEK, today)),) if to else ()


def _on(kind: str, day: date) -> Checkin:
    return Checkin(kind=kind, on=_working(day))


def _working(day: date) -> date:
    return day if is_working_day(day) else add_working_days(day, 1)


def _sorted(checkins: Iterable[Checkin]) -> Plan:
    """In order of their days; the same one twice is one."""
    return tuple(sorted({(c.on, c.kind): c for c in checkins}.values(), key=lambda c: c.on))
