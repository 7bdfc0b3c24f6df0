"""How things are done in a kommune where nobody has told us otherwise, in Danish, by the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from shared.catalogue.files import Dated, rows, validity


@dataclass(frozen=True, slots=True)
class _Line(Dated):
    field: str
    da: str


def general_card(on: date) -> Mapping[str, str]:
    """Field of a procedure card -> what holds in general on that day."""
    return {line.field: line.da for line in _lines() if line.holds(on)}


@cache
def _lines() -> tuple[_Line, ...]:
    return tuple(_Line(row["field"], row["da"], **validity(row)) for row in rows("card.csv"))
