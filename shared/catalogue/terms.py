"""The seed of the map of terms: one concept, the words that kommuner, companies and the law use for it, and when."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, cast

from shared.catalogue.files import Dated, rows, validity

Register = Literal["kommune", "virksomhed", "lov"]


@dataclass(frozen=True, slots=True)
class Term(Dated):
    """`kommune` is None for a word that is used in general. A note may say to avoid it."""

    concept: str
    kommune: str | None
    term: str
    register: Register
    source: str
    note: str


def terms(concept: str, kommune: str, on: date) -> list[Term]:
    """The words for a concept in a kommune on a day, its own before the general ones."""
    found = [t for t in _terms() if t.concept == concept and t.kommune in (kommune, None) and t.holds(on)]
    return sorted(found, key=lambda t: t.kommune is None)


@cache
def _terms() -> tuple[Term, ...]:
    return tuple(
        Term(
            concept=row["concept"],
            kommune=None if row["kommune"] == "*" else row["kommune"],
            term=row["term"],
            register=cast("Register", row["register"]),
            source=row["source"],
            note=row["note"],
            **validity(row),
        )
        for row in rows("terms.csv")
    )
