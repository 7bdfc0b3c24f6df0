"""The 98 kommuner, the test kommune, and which postal codes lie where. Sources and licences: data/PROVENANCE.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import nan
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.catalogue.files import Dated, rows, validity, words
from shared.catalogue.refusal import refusal


@dataclass(frozen=True, slots=True)
class Region(Dated):
    """`code` is None for Region Østdanmark: not known yet."""

    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Kommune:
    """Coordinates (WGS84) are the main town's, not the town hall's. `joint_with` is last known, a hint only."""

    code: str
    name: str
    formal_name: str
    main_town: str
    lat: float
    lon: float
    ferry_only: bool = False
    neighbours: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    ferries: Mapping[str, int | None] = field(default_factory=dict)
    """Kommune on the other side -> minutes of the crossing; None where nobody has told."""
    joint_with: tuple[str, ...] = ()
    joint_evidence: str = ""
    regions: tuple[Region, ...] = ()

    def region(self, on: date) -> Region | None:
        return next((region for region in self.regions if region.holds(on)), None)


def _crossings(name: str) -> dict[str, tuple[str, ...]]:
    ends: dict[str, list[str]] = {}
    for row in rows(name):
        ends.setdefault(row["code_a"], []).append(row["code_b"])
        ends.setdefault(row["code_b"], []).append(row["code_a"])
    return {code: tuple(sorted(others)) for code, others in ends.items()}


def _ferries() -> dict[str, dict[str, int | None]]:
    ends: dict[str, dict[str, int | None]] = {}
    for row in rows("ferries.csv"):
        minutes = int(row["minutes"]) if row["minutes"] else None
        ends.setdefault(row["code_a"], {})[row["code_b"]] = minutes
        ends.setdefault(row["code_b"], {})[row["code_a"]] = minutes
    return ends


def _load() -> Mapping[str, Kommune]:
    links, ferries = _crossings("links.csv"), _ferries()
    regions: dict[str, list[Region]] = {}
    for row in rows("regions.csv"):
        for code in words(row["kommuner"]):
            regions.setdefault(code, []).append(Region(row["code"] or None, row["name"], **validity(row)))
    return MappingProxyType(
        {
            row["code"]: Kommune(
                code=row["code"],
                name=row["name"],
                formal_name=row["formal_name"],
                main_town=row["main_town"],
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                ferry_only=row["ferry_only"] == "1",
                neighbours=words(row["neighbours"]),
                links=links.get(row["code"], ()),
                ferries=ferries.get(row["code"], {}),
                joint_with=words(row["joint_with"]),
                joint_evidence=row["joint_evidence"],
                regions=tuple(regions[row["code"]]),
            )
            for row in rows("kommuner.csv")
        },
    )


KOMMUNER: Mapping[str, Kommune] = _load()
"""Code -> kommune, in the order of the codes. The test kommune is not among them: it counts nowhere."""

TEST_KOMMUNE = "9999"
_TEST = Kommune(TEST_KOMMUNE, "Testkommune", "Testkommune", "", nan, nan)  # it lies nowhere


def kommune(code: str) -> Kommune:
    """The test kommune has an answer too. KeyError where there is no such kommune."""
    return _TEST if code == TEST_KOMMUNE else KOMMUNER[code]


def kommuner_of_postnr(postnr: str) -> tuple[str, ...]:
    """The kommuner that a postal code lies in, the primary one first, then by share of the area; () if unknown."""
    return _postnumre().get(postnr, ())


@cache
def _postnumre() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[tuple[bool, float, str]]] = {}
    for row in rows("postal.csv"):
        at = (row["primary"] != "1", -float(row["area_share"] or 0), row["kommune"])
        found.setdefault(row["postnr"], []).append(at)
    return {postnr: tuple(code for _, _, code in sorted(at)) for postnr, at in found.items()}


def _known(code: str) -> str:
    if code in KOMMUNER or code == TEST_KOMMUNE:
        return code
    raise refusal(
        "kommune-code",
        "There is no such kommune. Write its code with four digits (0101, not 101): GET /kommuner shows them.",
        "Kommunen findes ikke. Skriv koden med fire cifre (0101, ikke 101): GET /kommuner viser dem.",
    )


KommuneCode = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"pattern": "^[0-9]{4}$"})]
"""One of the 98, or the test kommune."""
