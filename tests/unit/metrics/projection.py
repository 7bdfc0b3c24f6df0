"""The projection in memory, as the spine feeds it: versions, redeliveries, what waits for another topic."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from metrics import figures
from metrics.handlers import handlers
from metrics.rows import Moment, Total
from shared.events.base import Event
from shared.spine.decision import NotYet
from tests.harness import World


class Told(NamedTuple):
    """An event as its topic holds it."""

    event: Event
    version: int
    at: datetime

    @property
    def stream(self) -> tuple[str, str]:
        return self.event.TOPIC.name, self.event.subject


def versioned(said: Sequence[tuple[Event, datetime]]) -> list[Told]:
    versions: dict[tuple[str, str], int] = defaultdict(int)
    told = []
    for event, at in said:
        stream = event.TOPIC.name, event.subject
        versions[stream] += 1
        told.append(Told(event, versions[stream], at))
    return told


class Projection:
    """What is counted so far. `counted`: (counter, labels) -> (value, corrected)."""

    def __init__(self) -> None:
        self.world = World(handlers, datetime(2026, 11, 23, 11, tzinfo=UTC))
        self.last: dict[tuple[str, str], int] = defaultdict(int)
        self.waiting: list[Told] = []
        self.counted: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        self.moments: dict[tuple[str, str, str], Moment] = {}

    def take(self, told: Told) -> None:
        """Once: as often as it comes. Out of its turn it waits, and so does what needs another topic's."""
        self.waiting.append(told)
        while any(self._try(one) for one in list(self.waiting)):
            pass

    def _try(self, told: Told) -> bool:
        if told.version > self.last[told.stream] + 1:
            return False
        if told.version == self.last[told.stream] + 1:
            try:
                self._handle(told)
            except NotYet:
                return False
        self.waiting.remove(told)
        return True

    def _handle(self, told: Told) -> None:
        route = handlers.routes.get(type(told.event))
        if route:
            self.world.decide(self.world.message(told.event, version=told.version, time=told.at))
        self.last[told.stream] = told.version
        for row in self.world.rows:
            if isinstance(row, Total):
                value, corrected = self.counted.get((row.counter, row.labels), (0, 0))
                self.counted[row.counter, row.labels] = value + row.value, corrected + row.corrected
            if isinstance(row, Moment):
                self.moments.setdefault((row.kind, row.key, row.thing), row)
        self.world.rows.clear()

    @property
    def durations(self) -> dict[str, list[int]]:
        """Seconds of each step, shortest first."""
        first = [moment for moment in self.moments.values() if moment.first]
        began = {(moment.kind, moment.key): moment.at for moment in first}
        found: dict[str, list[int]] = {}
        for step in figures.STEPS:
            seconds = [
                max(0, int((end.at - began[step.begins, end.key]).total_seconds()))
                for end in first
                if end.kind == step.ends and (step.begins, end.key) in began
            ]
            if seconds:
                found[step.name] = sorted(seconds)
        return found

    @property
    def figures(self) -> dict[str, int]:
        """All that never falls, as a scrape shows it."""
        found: dict[str, int] = {}
        for (counter, labels), (value, corrected) in self.counted.items():
            found[f"{counter}{labels}"], found[f"corrections {counter}{labels}"] = value, corrected
        for step, seconds in self.durations.items():
            found[f"{step} sum"] = sum(seconds)
            for limit in figures.BUCKETS:
                found[f"{step} up to {limit}"] = sum(one <= limit for one in seconds)
        return found

    @property
    def all(self) -> Any:
        """Gauges are read from the states."""
        return self.figures, self.moments, self.world.states
