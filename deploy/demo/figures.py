"""Prometheus figures, read as a dashboard would."""

from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

PREFIX = "lederalliancen_"


class Figure(NamedTuple):
    """A sample: its name without the prefix, and its labels."""

    name: str
    labels: frozenset[tuple[str, str]]

    def __str__(self) -> str:
        labels = ",".join(f'{name}="{value}"' for name, value in sorted(self.labels))
        return f"{self.name}{{{labels}}}" if labels else self.name


def figure(name: str, **labels: str) -> Figure:
    return Figure(name, frozenset(labels.items()))


def read(text: str) -> dict[Figure, float]:
    """All of ours in the text of a /metrics."""
    return {
        figure(sample.name.removeprefix(PREFIX), **sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(PREFIX)
    }


def by_hand(text: str) -> dict[Figure, float]:
    """What somebody counted, in the same words as a scrape, without the prefix."""
    return read("".join(f"{PREFIX}{line.strip()}\n" for line in text.split("\n") if line.strip()))
