"""What a run has shown: a table for people, JSON for machines."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.chaos.checks import Check, Said
from tests.chaos.load import Seen


@dataclass(frozen=True)
class Phase:
    """What went on meanwhile. `waits`: for an answer over HTTP, with all that it was sent again."""

    name: str
    seconds: float
    events_a_second: float
    requests: int
    sent_again: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


class Phases:
    """Told as they end; what went on in each is known afterwards."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spans: list[tuple[str, float, float]] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        begun = time.time()
        yield
        self._spans.append((name, begun, time.time()))
        self._console.print(f"{name}: {time.time() - begun:.0f} s")

    def all(self, seen: Seen, heard: Sequence[Said]) -> list[Phase]:
        return [_phase(*span, seen, heard) for span in self._spans]


def _phase(name: str, begun: float, ended: float, seen: Seen, heard: Sequence[Said]) -> Phase:
    requests = [(took * 1000, again) for at, took, again in seen.requests if begun <= at < ended]
    waits = [took for took, _ in requests]
    cuts = quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    events = sum(begun <= one.at < ended for one in heard) / (ended - begun)
    sent_again = sum(again for _, again in requests)
    longest = max(waits, default=0.0)
    return Phase(name, ended - begun, events, len(requests), sent_again, cuts[49], cuts[98], longest)


def tell(console: Console, title: str, phases: Sequence[Phase], checks: Sequence[Check]) -> None:
    table = Table("phase", "s", "events/s", "requests", "sent again", "p50 ms", "p99 ms", "longest ms", title=title)
    for phase in phases:
        name, *figures = asdict(phase).values()
        table.add_row(name, *(f"{figure:.0f}" for figure in figures))
    console.print(table)
    table = Table("what", "found")
    for check in checks:
        table.add_row(check.what, f"{check.found:g}", style=None if check.ok else "red")
    console.print(table)
    for check in checks:
        for note in check.notes:
            console.print(f"{check.what}: {note}", style=None if check.ok else "red", markup=False, soft_wrap=True)


def write(file: Path, about: Mapping[str, Any], phases: Sequence[Phase], checks: Sequence[Check]) -> None:
    run = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count()}
    found = {"phases": [asdict(phase) for phase in phases], "checks": [asdict(check) for check in checks]}
    file.write_text(json.dumps(run | dict(about) | found, indent=2))
