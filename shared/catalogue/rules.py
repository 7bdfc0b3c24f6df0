"""The rules that people meet: what each says, and the way out. The decisions that apply them lie in the services."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, cast

from shared.catalogue.codes import InList
from shared.catalogue.files import Dated, rows, validity

Severity = Literal["block", "warn", "info"]
RuleId = Annotated[str, InList("rules")]


@dataclass(frozen=True, slots=True)
class Rule(Dated):
    """`confidence`: seed, looked-up, general-knowledge, design or uncertain. No rule has been confirmed by a lawyer."""

    id: str
    severity: Severity
    da: str
    en: str
    way_out_da: str
    way_out_en: str
    source: str
    confidence: str


def every_rule() -> tuple[Rule, ...]:
    return tuple(_rules().values())


def rule(rule_id: str) -> Rule:
    """KeyError if unknown."""
    return _rules()[rule_id]


@cache
def _rules() -> dict[str, Rule]:
    return {
        row["code"]: Rule(
            id=row["code"],
            severity=cast("Severity", row["severity"]),
            da=row["da"],
            en=row["en"],
            way_out_da=row["way_out_da"],
            way_out_en=row["way_out_en"],
            source=row["source"],
            confidence=row["confidence"],
            **validity(row),
        )
        for row in rows("rules.csv")
    }
