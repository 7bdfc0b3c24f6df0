"""The 98 kommuner as dots, by where their main towns lie. Bornholm is drawn nearer, in a box."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sqrt

from metrics.queries.kpis import CellView
from shared.catalogue.kommuner import KOMMUNER

WIDTH, HEIGHT = 300, 330
BORNHOLM = "0400"
BOX = (238, 8, 54, 54)
"""Bornholm's: x, y, width, height."""
_WEST, _NORTH, _DEGREE = 7.95, 57.85, 100.0
_EAST = _DEGREE * cos(radians(56))
_LARGEST, _SMALLEST = 13.0, 3.5


@dataclass(frozen=True)
class Dot:
    """`look`: `none`, `hidden` or `shown`. The larger ones come first, so that none is covered."""

    code: str
    x: float
    y: float
    r: float
    look: str


@cache
def _at(code: str) -> tuple[float, float]:
    if code == BORNHOLM:
        x, y, width, height = BOX
        return x + width / 2, y + height / 2
    one = KOMMUNER[code]
    return round((one.lon - _WEST) * _EAST, 1), round((_NORTH - one.lat) * _DEGREE, 1)


@cache
def borders() -> tuple[tuple[float, float, float, float], ...]:
    """A line between each two that lie side by side, and a point of each: drawn broad, they are the land."""
    pairs = {tuple(sorted((code, other))) for code, one in KOMMUNER.items() for other in one.neighbours}
    return tuple((*_at(a), *_at(b)) for a, b in sorted({*pairs, *((code, code) for code in KOMMUNER)}))


def dots(numbers: Mapping[str, CellView]) -> list[Dot]:
    """By code; who is not there has none."""
    most = max((cell.value or 0 for cell in numbers.values()), default=0)
    found = []
    for code in KOMMUNER:
        cell = numbers.get(code)
        if cell is None or cell.value == 0:
            found.append(Dot(code, *_at(code), 2, "none"))
        elif cell.value is None:
            found.append(Dot(code, *_at(code), _SMALLEST, "hidden"))
        else:
            r = _SMALLEST + (_LARGEST - _SMALLEST) * sqrt(cell.value / most)
            found.append(Dot(code, *_at(code), round(r, 1), "shown"))
    return sorted(found, key=lambda dot: -dot.r)
