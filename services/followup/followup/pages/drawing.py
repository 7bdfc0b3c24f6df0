"""The stages of a placement as a picture: hours over time. Where everything stands, for the template to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from followup.queries.placements import WholeStageView
from shared.catalogue.calendar import add_months
from shared.catalogue.forms import is_paid

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 480, 260, 34, 30, 34, 10
FULL_TIME = 37
OPEN_END = timedelta(weeks=6)
"""What has no last day is drawn so far beyond the last day that is known."""
_WIDE = 46
"""Fewer pixels hold no words."""


@dataclass(frozen=True)
class Box:
    stage: WholeStageView
    paid: bool
    x: float
    y: float
    width: float
    height: float
    says: bool
    """There is room for its hours."""


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    months: list[tuple[float, date]]
    hours: list[tuple[float, int]]
    today: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


def drawn(stages: Sequence[WholeStageView], today: date) -> Drawing:
    """`stages` in the order of their days; one without an end goes on to the next, or out of the picture."""
    first, last = stages[0].from_, _last(stages, today)
    days = max((last - first).days, 28)
    bottom, height = HEIGHT - BOTTOM, HEIGHT - TOP - BOTTOM

    def x(day: date) -> float:
        share = min(max((day - first).days / days, 0.0), 1.0)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(hours: float) -> float:
        return round(bottom - min(hours, FULL_TIME) / FULL_TIME * height, 1)

    boxes = []
    for n, stage in enumerate(stages):
        following = stages[n + 1].from_ if n + 1 < len(stages) else last
        end = min(stage.to + timedelta(days=1), following) if stage.to else following
        left, right = x(stage.from_), x(end)
        width = max(round(right - left, 1), 3.0)
        boxes.append(
            Box(stage, is_paid(stage.form), left, y(stage.hours), width, bottom - y(stage.hours), says=width >= _WIDE)
        )
    return Drawing(
        boxes,
        [(x(day), day) for day in _months(first, last)],
        [(y(hours), hours) for hours in (0, 10, 20, 30, FULL_TIME)],
        x(today) if first <= today <= first + timedelta(days=days) else None,
    )


def _last(stages: Sequence[WholeStageView], today: date) -> date:
    known = [day for stage in stages for day in (stage.from_, stage.to) if day]
    if stages[-1].to is None:
        return max(*known, today if stages[-1].begun else stages[-1].from_) + OPEN_END
    return max(known)


def _months(first: date, last: date) -> list[date]:
    """The first of each month between, no more than eight of them."""
    found, month = [], add_months(first.replace(day=1), 1)
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found[:: len(found) // 7 + 1]
