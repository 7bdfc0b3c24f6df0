"""How things are counted, and what is not shown. Pure: states and numbers in, states and numbers out."""

from collections.abc import Mapping, Set
from itertools import pairwise

from metrics.figures import OTHER, PLACEMENTS_STARTED, STAGE_CHANGES, WHEN, Figure
from metrics.state.leaders import Kickoffs
from metrics.state.placements import Placement
from metrics.state.referrals import Acquaintance
from shared.catalogue.forms import is_paid
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.catalogue.outcomes import outcome

# An outcome's hours are paid where it is a job; a student job is one beside an education.
PAID_KINDS = frozenset({"employment", "additional"})
# Intake keeps the list of kick-offs. More than so many are a fault there, which shall not become series for ever.
MOST_KICKOFFS = 100
# R-KPI-PRIV: cells of fewer persons are not shown.
SMALL = 5
Cell = tuple[str, ...]


def is_test(*kommuner: str | None) -> bool:
    """The test kommune counts nowhere."""
    return TEST_KOMMUNE in kommuner


def attributed(known: Kickoffs, code: str) -> tuple[Kickoffs, str]:
    """The kick-off's label: itself, or `other` beyond the bound."""
    if code in known.known:
        return known, code
    if len(known.known) >= MOST_KICKOFFS:
        return known, OTHER
    return known.changed(known=tuple(sorted((*known.known, code)))), code


def met(known: Acquaintance, *, claims: int = 0, errors: int = 0) -> tuple[Acquaintance, int]:
    """A company is new to a kommune once, however many referrals say so. Returns also how many more times it counts.

    A claim in error is replaced by the next one: what is counted and what is corrected only grow, their difference is
    1 exactly while a right claim is there, and both follow from the two numbers alone, so no order of arrival matters.
    """
    after = known.changed(claims=known.claims + claims, errors=known.errors + errors)
    return after, min(after.claims, after.errors + 1) - min(known.claims, known.errors + 1)


def steps(stages: tuple[tuple[str, str], ...]) -> list[tuple[Figure, *tuple[str, ...]]]:
    """What those stages count as: the first begins a placement, each other one changes its form."""
    forms = [form for _, form in stages]
    begins = [(PLACEMENTS_STARTED, form) for form in forms[:1]]
    return [*begins, *((STAGE_CHANGES, before, after) for before, after in pairwise(forms))]


def settled(placement: Placement) -> Placement:
    """Its paid hours now: the stage's while it runs; after the end those of the outcomes asked for last."""
    if placement.status == "active":
        hours = placement.hours if _form_is_paid(placement.form) else 0
    elif placement.status == "over":
        latest = next((placement.outcomes[when] for when in reversed(WHEN.values) if when in placement.outcomes), {})
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


def part_may_show(part: int, whole: int) -> bool:
    """Beside its whole: what is left of that is a number too."""
    return may_show(part) and may_show(whole - part)


def suppressed(cells: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """None for what is not shown: small cells, and others in the order of their names until no small one can be told.

    A breakdown's sum is known from the funnel, and so is this rule. What is hidden besides is chosen by name, for a
    choice by size would tell the sizes. Where there is not enough to hide among, nothing is said at all.
    """
    hidden = {cell for cell, number in cells.items() if not may_show(number)}
    for cell in sorted(cells):
        if not hidden or _hide(cells, hidden):
            break
        if cells[cell]:
            hidden.add(cell)
    if hidden and may_show(sum(cells.values())) and not _hide(cells, hidden):
        return {}
    return {cell: None if cell in hidden else number for cell, number in cells.items()}


def suppressed_tree(leaves: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """Sums at each level of a tree, `()` being the whole: so that nothing small follows from what is shown around it.

    A leaf's name begins with that of what it is a part of. Of what is hidden itself, no part is shown.
    """
    sums: dict[Cell, int] = {(): 0}
    for leaf, number in leaves.items():
        for depth in range(len(leaf) + 1):
            sums[leaf[:depth]] = sums.get(leaf[:depth], 0) + number
    shown: dict[Cell, int | None] = {(): sums[()] if may_show(sums[()]) else None}
    for cell in sorted(sums, key=len):
        inner = {part: number for part, number in sums.items() if part[:-1] == cell and part}
        kept = suppressed(inner) if shown[cell] is not None else {}
        shown |= {part: kept.get(part) for part in inner}
    return shown


def parts_tree(parts: Mapping[Cell, int], wholes: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """Of parts of what is shown as well: what is left of each is a number too."""
    shown = suppressed_tree(parts)
    left = suppressed_tree({leaf: wholes[leaf] - number for leaf, number in parts.items()})
    return {cell: number if left[cell] is not None else None for cell, number in shown.items()}


def _hide(cells: Mapping[Cell, int], hidden: Set[Cell]) -> bool:
    """Each other: by their sum alone, the least small cells are not all 1, the most not all 4, and none is the rest."""
    rest = sum(cells[cell] for cell in hidden)
    return len(hidden) > 1 and rest >= max(2 * SMALL - 1, len(hidden) + 1) and rest != (SMALL - 1) * len(hidden)
