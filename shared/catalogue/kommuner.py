"""The 98 kommuner, the test kommune, and which postal codes lie where. Sources and licences: data/PROVENANCE.md."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import nan
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.catalogue.files import Dated, rows, validity, words
from shared.catalogue.limits import limits
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


@dataclass(frozen=True, slots=True)
class PostalCode:
    """A postal code, and how much of its area lies in which kommune: the primary one first, then by share.

    A share is None where none is known.
    """

    code: str
    town: str
    shares: Mapping[str, float | None]

    @property
    def is_address(self) -> bool:
        """Codes below 1000 are for post alone: abroad (0960), single companies (0784), sorting.

        So are those without an area in a kommune where their town is not (1532 "København V", delivered in Tårnby).
        """
        return not self.code.startswith("0") and not self._elsewhere

    @property
    def _elsewhere(self) -> bool:
        known = [share for share in self.shares.values() if share is not None]
        return not known and not _towns()[self.town] & self.shares.keys()

    def clear(self, on: date) -> bool:
        """Its kommune can be taken for a workplace's without asking."""
        return self._beside(100 - limits("postal", on)["clear-share"].value)

    def whole(self, on: date) -> bool:
        """It lies in one kommune, but for slivers."""
        return self._beside(limits("postal", on)["sliver"].value)

    def _beside(self, percent: int) -> bool:
        """No more than that much of it lies elsewhere. Beside those with a share, who has none has next to no area."""
        if len(self.shares) > 1 and not any(self.shares.values()):
            return False
        elsewhere = sum(share or 0 for share in [*self.shares.values()][1:])
        return round(elsewhere * 1000) <= percent * 10

    def may_lie_in(self, kommune: str) -> bool:
        """Also across the border of its first one: areas and borders are those of 2014, and some rows are missing."""
        return kommune in self.shares or kommune in KOMMUNER[next(iter(self.shares))].neighbours


def postal_code(postnr: str) -> PostalCode | None:
    return _postal_codes().get(postnr)


def kommuner_of_postnr(postnr: str) -> tuple[str, ...]:
    """The kommuner that a postal code lies in, the primary one first, then by share of the area; () if unknown."""
    found = postal_code(postnr)
    return tuple(found.shares) if found else ()


@cache
def _towns() -> Mapping[str, frozenset[str]]:
    """Town -> the kommune that most of its postal codes lie in: several, where they are as many."""
    counted: dict[str, Counter[str]] = {}
    for found in _postal_codes().values():
        counted.setdefault(found.town, Counter()).update([next(iter(found.shares))])
    return {town: frozenset(k for k, n in by.items() if n == max(by.values())) for town, by in counted.items()}


@cache
def _postal_codes() -> Mapping[str, PostalCode]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows("postal.csv"):
        found.setdefault(row["postnr"], []).append(row)
    return {postnr: _postal_code(postnr, lies) for postnr, lies in found.items()}


def _postal_code(postnr: str, lies: list[Mapping[str, str]]) -> PostalCode:
    known = {row["kommune"]: float(row["area_share"]) if row["area_share"] else None for row in lies}
    primary = {row["kommune"] for row in lies if row["primary"] == "1"}
    order = sorted(known, key=lambda code: (code not in primary, -(known[code] or 0), code))
    return PostalCode(postnr, lies[0]["town"], MappingProxyType({code: known[code] for code in order}))


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
