"""What became of a placement: while it lives, at its end, and 3, 6 and 12 months after."""

from datetime import date, timedelta

from followup import texts
from followup.rules import Decision, dates
from followup.state.placements import Outcome, Placement, When
from shared.catalogue.calendar import add_months
from shared.catalogue.limits import limits
from shared.catalogue.outcomes import outcome as outcome_of
from shared.events.followup import PlacementOutcomeRecorded
from shared.events.municipality_gateway import PlacementReported
from shared.spine.decision import Refused

MONTHS: dict[When, int] = {"0": 0, "3": 3, "6": 6, "12": 12}


def became(p: Placement, found: Outcome, today: date, field: str = "") -> Decision:
    """Several can hold at once (S03: education and a student job)."""
    if p.state == "cancelled":
        raise texts.over()
    if p.state == "planned":
        raise texts.never_began()
    if p.reason == "entered-in-error":
        raise texts.was_an_error()
    if outcome_of(found.outcome).hours_required and not found.hours:
        raise texts.hours_missing()
    if found in p.outcomes:
        return p, []
    dates.happened(found.on, today, f"{field}on", after=p.started_on)
    p = p.changed(outcomes=(*p.outcomes, found))
    said = PlacementOutcomeRecorded(
        **p.about, outcome=found.outcome, hours=found.hours, on=found.on, when=found.when, by=found.by
    )
    return p, [said]


def when(p: Placement, on: date, said: When | None = None) -> When:
    """While it lives, or whole months since the end, rounded down to 0, 3, 6 or 12.

    A consultant may say which, some days early; what held before the end may be said of the end.
    """
    found: When = "living"
    fitting: set[When] = {"living"}
    if p.ended_on:
        found = _passed(p.ended_on, on) or "living"
        soon = _passed(p.ended_on, on + timedelta(days=limits("outcome", on)["early"].value))
        fitting = {found, soon or "0"} - {"living"}
    if said and said not in fitting:
        raise texts.other_time()
    return said or found


def _passed(ended_on: date, on: date) -> When | None:
    """The last of the times that has come."""
    return next((w for w in reversed(MONTHS) if add_months(ended_on, MONTHS[w]) <= on), None)


def reported(p: Placement, report: PlacementReported, today: date) -> Decision:
    """The young person's kommune tells what became of it."""
    if report.kommune != p.kommune:
        raise Refused.by("R-XBORDER-1", "kommune")
    found = Outcome(outcome=report.outcome, hours=report.hours, on=report.on, when=when(p, report.on), by="kommune")
    return became(p, found, today)
