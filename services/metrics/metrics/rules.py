"""How things are counted. Pure: states and events in, states and rows out."""

from collections.abc import Mapping
from typing import TypeVar

from metrics.figures import COMPANIES_NEW, Figure
from metrics.state import Acquaintance, Countable, Placement, Total
from shared.catalogue.forms import is_paid
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.catalogue.outcomes import outcome

C = TypeVar("C", bound=Countable)
# An outcome's hours are paid where it is a job; a student job is one beside an education.
PAID_KINDS = frozenset({"employment", "additional"})
AFTER_THE_END = ("0", "3", "6", "12")  # months
# R-KPI-PRIV: cells of fewer persons are not shown.
SMALL = 5
Cell = tuple[str, ...]


def is_test(*kommuner: str | None) -> bool:
    """The test kommune counts nowhere."""
    return TEST_KOMMUNE in kommuner


def counted(thing: C, figure: Figure, *labels: str) -> tuple[C, list[Total]]:
    """The thing counts in the figure, and remembers it. What is known to be in error is counted and corrected."""
    if thing.test:
        return thing, []
    row = Total(figure.name, labels, 1, int(thing.in_error))
    marks = tuple(sorted((*thing.counted, (figure.name, labels))))
    return thing.changed(counted=marks), [row]


def corrected(thing: C) -> tuple[C, list[Total]]:
    """Entered in error: all that it counted as is corrected, once."""
    if thing.in_error:
        return thing, []
    return thing.changed(in_error=True), [Total(*mark, 0, 1) for mark in thing.counted]


def met(known: Acquaintance, kommune: str, *, claims: int = 0, errors: int = 0) -> tuple[Acquaintance, list[Total]]:
    """A company is new to a kommune once, however many referrals say so.

    A claim in error is replaced by the next one: value and corrected only grow, `value - corrected` is 1 exactly while
    a right claim is there, and both follow from the two numbers alone, so no order of arrival matters.
    """
    after = known.changed(claims=known.claims + claims, errors=known.errors + errors)
    value = min(after.claims, after.errors + 1) - min(known.claims, known.errors + 1)
    return after, [Total(COMPANIES_NEW.name, (kommune,), value, errors)] if value or errors else []


def settled(placement: Placement) -> Placement:
    """Its paid hours now: the stage's while it runs; after the end those of the outcomes asked for last."""
    if placement.status == "active":
        hours = placement.hours if _form_is_paid(placement.form) else 0
    elif placement.status == "over":
        latest = next((placement.outcomes[when] for when in reversed(AFTER_THE_END) if when in placement.outcomes), {})
        hours = sum(hours for code, hours in latest.items() if _outcome_is_paid(code))
    else:
        hours = 0
    return placement.changed(paid_hours=hours)


def _form_is_paid(code: str) -> bool:
    """A form of tomorrow, unknown here, counts no hours rather than wrong ones."""
    try:
        return is_paid(code)
    except KeyError:
        return False


def _outcome_is_paid(code: str) -> bool:
    try:
        return not PAID_KINDS.isdisjoint(outcome(code).kinds)
    except KeyError:
        return False


def may_show(number: int) -> bool:
    return number == 0 or number >= SMALL


def suppressed(cells: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """None for what is not shown: small cells, and the next smallest until the hidden ones cannot be told from a total.

    A breakdown's sum is known from the funnel, so one hidden cell alone, or a small hidden rest, would show through.
    """
    hidden = {cell for cell, number in cells.items() if not may_show(number)}
    for cell in sorted(cells, key=lambda cell: (cells[cell], cell)):
        enough = not hidden or (len(hidden) > 1 and sum(cells[one] for one in hidden) >= SMALL)
        if enough:
            break
        if cells[cell]:
            hidden.add(cell)
    return {cell: None if cell in hidden else number for cell, number in cells.items()}
