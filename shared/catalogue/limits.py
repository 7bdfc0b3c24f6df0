"""Dated numbers of law and policy, each with its unit and source in data/limits.csv."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

from shared.catalogue.files import Dated, rows, validity


@dataclass(frozen=True, slots=True)
class Limit(Dated):
    """`subject` is a form, or `under-18`, `in-school`, `mentor`, `hours-jump`, `chain`,
    `typed-date`, `outcome`, `wellbeing`, `call`, `contact`, `postal`, `figures`."""

    subject: str
    name: str
    value: int
    unit: str
    source: str
    confidence: str
    note: str


@lru_cache(1024)
def limits(subject: str, on: date) -> Mapping[str, Limit]:
    """What holds for a subject on a day, by name. What is missing is unknown on that day, not unlimited."""
    return MappingProxyType({one.name: one for one in _limits() if one.subject == subject and one.holds(on)})


@cache
def _limits() -> tuple[Limit, ...]:
    return tuple(
        Limit(
            subject=row["subject"],
            name=row["limit"],
            value=int(row["value"]),
            unit=row["unit"],
            source=row["source"],
            confidence=row["confidence"],
            note=row["note"],
            **validity(row),
        )
        for row in rows("limits.csv")
    )
