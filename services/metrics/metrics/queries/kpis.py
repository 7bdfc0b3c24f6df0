"""The figures for partners and press, with small numbers left out."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal, Self

import asyncpg

from metrics import figures, rules
from metrics.figures import Figure
from metrics.queries.base import Median, Paid, matches_of_a_year, medians, paid, totals
from metrics.rows import Total
from shared.catalogue import calendar
from shared.catalogue.assumptions import Assumptions, Value, assumptions, rounded, value, value_of_hours
from shared.frozen import Frozen

# The way of a place and of a young person, in order.
FUNNEL = (
    figures.LEADERS, figures.COMPANIES, figures.CALLS, figures.PLACES_OPENED, figures.REFERRALS_SENT,
    figures.REFERRALS_ANSWERED, figures.MATCHES_PROPOSED, figures.MATCHES_AGREED, figures.PLACEMENTS_STARTED,
    figures.STAGE_CHANGES, figures.PLACEMENTS_ENDED, figures.CERTIFICATES,
)  # fmt: skip
# Never by kommune here: one kommune's small numbers would show through the others.
BY = (
    figures.COMPANIES, figures.REFERRALS_ANSWERED, figures.MATCHES_DECLINED, figures.PLACEMENTS_STARTED,
    figures.STAGE_CHANGES, figures.PLACEMENTS_ENDED, figures.OUTCOMES, figures.CHALLENGES, figures.INTERVENTIONS,
    figures.DEVELOPMENT,
)  # fmt: skip


class SuppressionView(Frozen):
    """Numbers below this are not shown, by that rule."""

    below: int
    rule: str


class CellView(Frozen):
    """A number, or none where it is too small to show."""

    value: int | None
    suppressed: bool

    @classmethod
    def of(cls, number: int, whole: int | None = None) -> "CellView":
        """`whole`: what it is a part of, which is shown as well."""
        shown = rules.may_show(number) if whole is None else rules.part_may_show(number, whole)
        return cls(value=number if shown else None, suppressed=not shown)


class PartView(Frozen):
    """One cell of a breakdown: `of` these values of the figure's labels."""

    of: tuple[str, ...]
    value: int | None
    suppressed: bool


class DurationView(Frozen):
    """How many took the step, and the median in whole hours: that of few is one person's own time."""

    value: int | None
    suppressed: bool
    median: int | None

    @classmethod
    def of(cls, found: Median) -> "DurationView":
        cell, enough = CellView.of(found.journeys), found.journeys >= rules.SMALL
        hours = round(found.seconds / figures.HOUR) if enough else None
        return cls(value=cell.value, suppressed=cell.suppressed, median=hours)


class AmountView(Frozen):
    """Exact, as a fraction where it is one, and rounded for showing."""

    exact: str
    rounded: str

    @classmethod
    def of(cls, exact: Fraction, decimals: int = 0) -> "AmountView":
        return cls(exact=str(exact), rounded=str(rounded(exact, decimals)))


class KronerView(AmountView):
    """`of_whole_ftes` starts from the rounded full-time equivalents."""

    of_whole_ftes: str


class EffectView(Frozen):
    """People in lasting work, their paid hours together, and what those are worth to the state."""

    lasting: AmountView
    hours_a_week: AmountView
    full_time_equivalents: AmountView
    kroner_a_year: KronerView

    @classmethod
    def of(cls, found: Value, **more: Any) -> Self:
        kroner = AmountView.of(found.kroner)
        return cls(
            lasting=AmountView.of(found.lasting),
            hours_a_week=AmountView.of(found.hours_per_week),
            full_time_equivalents=AmountView.of(found.full_time_equivalents, 1),
            kroner_a_year=KronerView(
                exact=kroner.exact, rounded=kroner.rounded, of_whole_ftes=str(rounded(found.kroner_of_whole_ftes))
            ),
            **more,
        )


class CumulativeView(EffectView):
    """A scenario: as many matches in each of so many years, and all cohorts last."""

    scenario: Literal["cumulative"] = "cumulative"
    years: int


class ObservedView(EffectView):
    """Not assumed: `lasting` are those who have paid hours now, a share `persist_rate` of all who have begun."""

    persist_rate: AmountView
    hours_per_week: AmountView


class MatchesView(Frozen):
    """Agreed in the last 12 months."""

    matches: CellView


class WorthView(MatchesView, EffectView):
    """What the lasting work of one yearly cohort is worth, under a versioned set of assumptions."""

    assumptions: str
    caveats: tuple[str, ...]
    cumulative: CumulativeView

    @classmethod
    def of_matches(cls, matches: CellView, n: int, held: Assumptions) -> "WorthView":
        years = held.cumulative_years
        return cls.of(
            value(n, held),
            matches=matches,
            assumptions=held.id,
            caveats=held.caveats,
            cumulative=CumulativeView.of(value(n * years, held), years=years),
        )


class KpisView(Frozen):
    """`worth` says no more than `matches` where they, or those of earlier years, are too few to show."""

    as_of: date
    kind: Literal["beskrivende"] = "beskrivende"
    suppression: SuppressionView
    funnel: dict[str, CellView]
    by: dict[str, list[PartView]]
    median_hours: dict[str, DurationView]
    worth: WorthView | MatchesView
    observed: ObservedView | None

    @classmethod
    def of(
        cls, today: date, counted: Sequence[Total], durations: Sequence[Median], matches: int, paid: Paid
    ) -> "KpisView":
        of_year = CellView.of(matches, whole=sum(_cells(counted, figures.MATCHES_AGREED).values()))
        held = assumptions(today)
        return cls(
            as_of=today,
            suppression=SuppressionView(below=rules.SMALL, rule="R-KPI-PRIV"),
            funnel={figure.name: CellView.of(sum(_cells(counted, figure).values())) for figure in FUNNEL},
            by={figure.name: _parts(_cells(counted, figure)) for figure in BY},
            median_hours={one.step: DurationView.of(one) for one in durations},
            worth=MatchesView(matches=of_year) if of_year.suppressed else WorthView.of_matches(of_year, matches, held),
            observed=_observed(paid, sum(_cells(counted, figures.PLACEMENTS_STARTED).values()), held),
        )


def _observed(paid: Paid, begun: int, held: Assumptions) -> ObservedView | None:
    """None where those with paid hours, or the others of all who have begun, are too few to show, or nobody."""
    lasting = paid.placements
    if not lasting or not rules.part_may_show(lasting, begun):
        return None
    return ObservedView.of(
        value_of_hours(lasting, paid.hours, held),
        persist_rate=AmountView.of(Fraction(lasting, begun), 2),
        hours_per_week=AmountView.of(paid.hours / lasting, 1),
    )


async def whole_country(pool: asyncpg.Pool, now: datetime) -> KpisView:
    """How it goes. Never by kommune."""
    matches = await matches_of_a_year(pool, now)
    return KpisView.of(calendar.today(now), await totals(pool), await medians(pool), matches, await paid(pool))


def _cells(counted: Sequence[Total], figure: Figure) -> dict[rules.Cell, int]:
    """Without what was entered in error, and without the kommune."""
    found: dict[rules.Cell, int] = defaultdict(int)
    for total in counted:
        if total.counter == figure.name:
            labels = zip(figure.names, total.labels, strict=True)
            found[tuple(label for name, label in labels if name != "kommune")] += total.value - total.corrected
    return found


def _parts(cells: dict[rules.Cell, int]) -> list[PartView]:
    kept = rules.suppressed(cells)
    return [PartView(of=cell, value=kept[cell], suppressed=kept[cell] is None) for cell in sorted(kept)]
