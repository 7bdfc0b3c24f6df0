"""How far a kommune is from another in minutes, and why it can be asked.

Travel is the shortest way from main town to main town over the graph of land borders, fixed links and ferries. A hop by
land is its great-circle distance at 60 km/h; a ferry is its crossing where that is known, else 60 minutes and 30 for
waiting (assumed, for want of timetables). Sums are whole seconds, so that there and back are equal; a minute that has
begun counts, so that a detour is never shorter than the way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from shared.catalogue.kommuner import KOMMUNER, Kommune, kommune

Why = Literal["own", "joint", "neighbour", "link", "ferry", "commute", "asked-for"]
FERRY_SECONDS = (60 + 30) * 60
SECONDS_PER_KM = 60
EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True, slots=True)
class Reach:
    """`ferry`: the fastest way takes at least one. `commute`: over land, through other kommuner.

    `asked-for` is no matter of travel: somebody wished for that kommune.
    """

    kommune: str
    why: Why
    minutes: int


def reachable(code: str, max_minutes: int) -> list[Reach]:
    """The kommuner within so many minutes, the nearest first (at a tie by code), its own at the head."""
    return [reach for reach in _from(code).values() if reach.minutes <= max_minutes]


def minutes(start: str, end: str) -> int | None:
    """None where there is no way: the test kommune lies nowhere. KeyError for what is no kommune."""
    reach = _from(start).get(kommune(end).code)
    return reach.minutes if reach else None


@cache
def _from(code: str) -> Mapping[str, Reach]:
    home = kommune(code)
    found = (Reach(end, _why(home, end, ferries), -(-time // 60)) for end, (time, ferries) in _ways(code).items())
    return {reach.kommune: reach for reach in sorted(found, key=lambda reach: (reach.minutes, reach.kommune))}


def _why(home: Kommune, end: str, ferries: int) -> Why:
    if end == home.code:
        return "own"
    if end in home.joint_with:
        return "joint"
    if end in home.neighbours:
        return "neighbour"
    if end in home.links:
        return "link"
    return "ferry" if ferries else "commute"


def _ways(code: str) -> Mapping[str, tuple[int, int]]:
    """Dijkstra: kommune -> (seconds, ferries taken); at a tie the way with fewer ferries."""
    settled: dict[str, tuple[int, int]] = {}
    queue = [(0, 0, code)]
    while queue:
        time, ferries, here = heappop(queue)
        if here in settled:
            continue
        settled[here] = time, ferries
        for there, hop, ferry in _hops(kommune(here)):
            heappush(queue, (time + hop, ferries + ferry, there))
    return settled


def _hops(here: Kommune) -> Iterator[tuple[str, int, int]]:
    for there in (*here.neighbours, *here.links):
        yield there, round(_kilometres(here, KOMMUNER[there]) * SECONDS_PER_KM), 0
    for there, crossing in here.ferries.items():
        yield there, FERRY_SECONDS if crossing is None else crossing * 60, 1


def _kilometres(a: Kommune, b: Kommune) -> float:
    """Great circle (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))
