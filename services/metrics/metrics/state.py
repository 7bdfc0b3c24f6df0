"""What must be remembered to count: what is open, and what a thing has counted as, in case it was entered in error.

No state depends on the order in which different subjects' events arrive.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from metrics.figures import Figure
from shared.spine.work import Aggregate

Mark = tuple[str, tuple[str, ...]]
"""(counter, label values)"""


@dataclass(frozen=True, slots=True)
class Total:
    """A row to add: `value` to a counter, `corrected` to what it counted in error."""

    counter: str
    labels: tuple[str, ...]
    value: int = 1
    corrected: int = 0

    @classmethod
    def of(cls, figure: Figure, *labels: str) -> "Total":
        return cls(figure.name, labels)


@dataclass(frozen=True, slots=True)
class Moment:
    """A row: on the journey `key`, this kind of event happened `at`; the earliest stays."""

    kind: str
    key: str
    thing: str
    at: datetime


class Place(Aggregate):
    """Its state as intake says it, and its seats."""

    state: str
    seats: int = 0
    test: bool = False


class Countable(Aggregate):
    """Base of what may turn out to be entered in error. `counted` is sorted."""

    test: bool = False
    in_error: bool = False
    counted: tuple[Mark, ...] = ()


class Referral(Countable):
    kommune: str
    state: str
    answered: bool = False
    company_new: bool = False


class Match(Countable):
    """`held`: the leader has said yes."""

    place_id: str
    status: Literal["open", "held", "agreed", "over"] = "open"


class Placement(Countable):
    """`outcomes`: when -> outcome -> hours a week. `paid_hours` is what counts now."""

    match_id: str
    status: Literal["planned", "active", "paused", "over"] = "planned"
    form: str
    hours: float
    outcomes: dict[str, dict[str, float]] = Field(default_factory=dict)
    paid_hours: float = 0


class Challenge(Aggregate):
    placement_id: str | None
    open: bool = True
    test: bool = False


class Acquaintance(Aggregate):
    """One kommune and one company: referrals that said "we didn't know it", and how many of those were in error."""

    claims: int = 0
    errors: int = 0
