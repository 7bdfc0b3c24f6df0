"""Forms of engagement: who pays, who approves before the start, and the limits on a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Literal, cast

from shared.catalogue.files import Dated, rows, validity, words
from shared.catalogue.limits import Limit, limits

Pay = Literal["none", "wage", "agreement"]
Approver = Literal["kommune", "school", "training-place", "fgu"]


@dataclass(frozen=True, slots=True)
class Form(Dated):
    """`approval` is empty for ordinary employment; `offered` is False for what Lederalliancen does not bring about."""

    code: str
    da: str
    en: str
    pay: Pay
    approval: tuple[Approver, ...]
    offered: bool
    source: str
    confidence: str
    note: str

    def limits(self, on: date) -> Mapping[str, Limit]:
        return limits(self.code, on)


@lru_cache(1024)
def forms(on: date) -> tuple[Form, ...]:
    return tuple(form for form in _forms() if form.holds(on))


def form(code: str, on: date) -> Form:
    """KeyError where there is no such form on that day."""
    found = next((form for form in forms(on) if form.code == code), None)
    if found is None:
        raise KeyError(code)
    return found


def is_offered(code: str, on: date | None = None) -> bool:
    """Lederalliancen brings it about: on that day, or on any."""
    return any(form.code == code and form.offered and (on is None or form.holds(on)) for form in _forms())


def needs_kommune_approval(code: str, on: date) -> bool:
    """The young person's kommune must approve before the start (R-PAY-1, R-XBORDER-1)."""
    return "kommune" in form(code, on).approval


def needs_training_place(code: str, on: date) -> bool:
    """The company must be approved as a training place (R-PLACE-LAERLING-1)."""
    return "training-place" in form(code, on).approval


def is_paid(code: str) -> bool:
    """Pay is what a form is, whatever the day. EGU is paid as its agreement says, and counts as paid."""
    return _pays()[code] != "none"


def praktik_seats(size_band: str | None, on: date) -> int:
    """One for each 5 ordinary employees up to 50, then one for each 10, and always one; by the band's lower end."""
    limit = limits("VIRKSOMHEDSPRAKTIK", on)
    employees = int(next(iter(re.findall(r"\d+", size_band or "")), "1"))
    first_band = limit["employees-in-first-band"].value
    first = min(employees, first_band) // limit["employees-per-seat"].value
    further = max(0, employees - first_band) // limit["employees-per-further-seat"].value
    return max(1, first + further)


@cache
def _pays() -> Mapping[str, Pay]:
    return {form.code: form.pay for form in _forms()}


@cache
def _forms() -> tuple[Form, ...]:
    return tuple(
        Form(
            code=row["code"],
            da=row["da"],
            en=row["en"],
            pay=cast("Pay", row["pay"]),
            approval=cast("tuple[Approver, ...]", () if row["approval"] == "none" else words(row["approval"])),
            offered=row["offered"] == "yes",
            source=row["source"],
            confidence=row["confidence"],
            note=row["note"],
            **validity(row),
        )
        for row in rows("forms.csv")
    )
