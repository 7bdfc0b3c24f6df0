"""What became of a placement: as what each outcome counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from shared.catalogue.files import rows, words

CountsAs = Literal["positive", "neutral", "open", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kinds`: employment, education, clarified, additional. `unknown` is shown, never dropped."""

    code: str
    counts_as: CountsAs
    kinds: tuple[str, ...]
    hours_required: bool


def outcome(code: str) -> Outcome:
    """KeyError if unknown."""
    return outcomes()[code]


@cache
def outcomes() -> Mapping[str, Outcome]:
    """All, by code."""
    return {
        row["code"]: Outcome(
            row["code"], cast("CountsAs", row["counts_as"]), words(row["kinds"]), row["hours_required"] == "yes"
        )
        for row in rows("outcomes.csv")
    }
