"""The data files of the catalogue, and what it means that a fact holds on a day."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TypedDict

_DATA = files(__package__) / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A fact with its first and last day, both included; None where the source names no such day."""

    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)


class Validity(TypedDict):
    valid_from: date | None
    valid_to: date | None


def text(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text(name).splitlines()))


def validity(row: Mapping[str, str]) -> Validity:
    return {"valid_from": _day(row["valid_from"]), "valid_to": _day(row["valid_to"])}


def words(cell: str) -> tuple[str, ...]:
    """`0147;0157` -> both; an empty cell -> none."""
    return tuple(cell.split(";")) if cell else ()


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
