"""Placements."""

from typing import Literal

from pydantic import Field

from metrics.state.base import Countable

PlacementStatus = Literal["planned", "active", "paused", "over"]


class Placement(Countable):
    """`outcomes`: when -> outcome -> hours a week. `paid_hours` is what counts now. `stages`: (id, form) in order."""

    match_id: str
    status: PlacementStatus = "planned"
    form: str
    hours: float
    stages: tuple[tuple[str, str], ...] = ()
    outcomes: dict[str, dict[str, float]] = Field(default_factory=dict)
    paid_hours: float = 0
