"""What lasting work is worth to the state a year, under versioned assumptions. Exact; rounded only to be shown."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from shared.catalogue.files import text


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Rates are shares of 1, gains kroner a year. Every figure names the `id` of the set that it rests on."""

    id: str
    valid_from: date
    persist_rate: Fraction
    hours_per_week: Fraction
    weeks_per_year: Fraction
    hours_per_fte: Fraction
    gain_per_fte: Fraction
    cumulative_years: int
    """Of the scenario in which as many matches follow each year and all cohorts last."""
    goal_matches_per_year: int
    """What the alliance has set itself."""
    source: str
    caveats: tuple[str, ...]
    caveats_da: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """What so many lasting people are worth. `kroner_of_whole_ftes` starts from the rounded full-time equivalents."""

    lasting: Fraction
    hours_per_week: Fraction
    hours_per_year: Fraction
    full_time_equivalents: Fraction
    kroner: Fraction
    kroner_of_whole_ftes: Fraction


def value(n_match: int, a: Assumptions) -> Value:
    """n matches, of whom a share lasts, at so many hours."""
    lasting = n_match * a.persist_rate
    return _value(lasting, lasting * a.hours_per_week, a)


def value_of_hours(lasting: int, hours_per_week: Fraction, a: Assumptions) -> Value:
    """Of so many people who have these paid hours a week together: observed, not assumed."""
    return _value(Fraction(lasting), hours_per_week, a)


def _value(lasting: Fraction, per_week: Fraction, a: Assumptions) -> Value:
    """Against a full-time year and its gain."""
    per_year = per_week * a.weeks_per_year
    ftes = per_year / a.hours_per_fte
    return Value(lasting, per_week, per_year, ftes, ftes * a.gain_per_fte, Fraction(rounded(ftes)) * a.gain_per_fte)


def rounded(exact: Fraction, decimals: int = 0) -> Decimal:
    """For showing beside the exact figure. Half is rounded up."""
    scaled = exact * 10**decimals
    whole = (scaled + Fraction(1, 2)).__floor__()
    return Decimal(whole).scaleb(-decimals)


def assumptions(on: date) -> Assumptions:
    """The set in force: the latest that began by then. LookupError before the first."""
    begun = [one for one in assumption_sets() if one.valid_from <= on]
    if not begun:
        raise LookupError(f"no assumptions on {on}")
    return max(begun, key=lambda one: one.valid_from)


@cache
def assumption_sets() -> tuple[Assumptions, ...]:
    return tuple(
        Assumptions(
            id=s["id"],
            valid_from=date.fromisoformat(s["valid_from"]),
            persist_rate=Fraction(s["persist_rate"]),
            hours_per_week=Fraction(s["hours_per_week"]),
            weeks_per_year=Fraction(s["weeks_per_year"]),
            hours_per_fte=Fraction(s["hours_per_fte"]),
            gain_per_fte=Fraction(s["gain_per_fte"]),
            cumulative_years=s["cumulative_years"],
            goal_matches_per_year=s["goal_matches_per_year"],
            source=s["source"],
            caveats=tuple(s["caveats"]),
            caveats_da=tuple(s["caveats_da"]),
        )
        for s in json.loads(text("assumptions.json"))
    )
