"""HTTP of metrics: the figures for partners and press, with small numbers left out."""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from metrics import figures, rules, store
from metrics.figures import Figure
from metrics.state import Total
from shared.catalogue import calendar
from shared.catalogue.assumptions import assumptions, rounded, value
from shared.web.access import Principal, allow
from shared.web.dependencies import RuntimeDep

router = APIRouter()
Reader = Annotated[Principal, Depends(allow("partner", "consultant", "operator", "kommune"))]

# The way of a place and of a young person, in order.
FUNNEL = (
    figures.LEADERS, figures.COMPANIES, figures.CALLS, figures.PLACES_OPENED, figures.REFERRALS_SENT,
    figures.REFERRALS_ANSWERED, figures.MATCHES_PROPOSED, figures.MATCHES_AGREED, figures.PLACEMENTS_STARTED,
    figures.STAGE_CHANGES, figures.PLACEMENTS_ENDED,
)  # fmt: skip
# Never by kommune here: one kommune's small numbers would show through the others.
BY = (
    figures.REFERRALS_ANSWERED, figures.MATCHES_DECLINED, figures.PLACEMENTS_STARTED, figures.STAGE_CHANGES,
    figures.PLACEMENTS_ENDED, figures.OUTCOMES, figures.CHALLENGES, figures.INTERVENTIONS,
)  # fmt: skip


@router.get("/kpis")
async def kpis(who: Reader, runtime: RuntimeDep) -> dict[str, Any]:
    """How it goes, for the whole country. Descriptive: before and after, without a comparison, so no claim of effect.

    Cells below 5 are left out (`suppressed`), and as many more as it takes that none can be found by subtraction.
    """
    today = calendar.today(runtime.clock.now())
    totals = await store.totals(runtime.pool)
    matches = await store.matches_of_a_year(runtime.pool, runtime.clock.now())
    durations = await store.medians(runtime.pool)
    return {
        "as_of": today,
        "kind": "beskrivende",
        "suppression": {"below": rules.SMALL, "rule": "R-KPI-PRIV"},
        "funnel": {figure.name: _cell(sum(_cells(totals, figure).values())) for figure in FUNNEL},
        "by": {figure.name: _shown(_cells(totals, figure)) for figure in BY},
        # Whole hours: the median of few is one person's own time.
        "median_hours": {
            row["step"]: _cell(row["count"])
            | {"median": round(row["seconds"] / figures.HOUR) if row["count"] >= rules.SMALL else None}
            for row in durations
        },
        "worth": _worth(matches, today),
    }


def _cells(totals: list[Total], figure: Figure) -> dict[tuple[str, ...], int]:
    """Without what was entered in error, and without the kommune."""
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for total in totals:
        if total.counter == figure.name:
            labels = zip(figure.labels, total.labels, strict=True)
            found[tuple(label for name, label in labels if name != "kommune")] += total.value - total.corrected
    return found


def _cell(number: int) -> dict[str, Any]:
    return {"value": number, "suppressed": False} if rules.may_show(number) else {"value": None, "suppressed": True}


def _shown(cells: dict[tuple[str, ...], int]) -> list[dict[str, Any]]:
    kept = rules.suppressed(cells)
    return [{"of": labels, "value": kept[labels], "suppressed": kept[labels] is None} for labels in sorted(cells)]


def _worth(matches: int, today: Any) -> dict[str, Any]:
    """One yearly cohort under a versioned set of assumptions; exact, and rounded for showing."""
    if not rules.may_show(matches):
        return {"matches": _cell(matches)}
    held = assumptions(today)
    found = value(matches, held)
    return {
        "matches": _cell(matches),
        "assumptions": held.id,
        "caveats": held.caveats,
        "full_time_equivalents": {
            "exact": str(found.full_time_equivalents),
            "rounded": str(rounded(found.full_time_equivalents, 1)),
        },
        "kroner_a_year": {
            "exact": str(found.kroner),
            "rounded": str(rounded(found.kroner)),
            "of_whole_ftes": str(rounded(found.kroner_of_whole_ftes)),
        },
    }
