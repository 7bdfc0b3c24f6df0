"""The answer of `GET /kpis`, key by key: it is public."""

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from metrics import figures
from metrics.figures import HOUR
from metrics.queries.base import Median, Paid
from metrics.queries.kpis import BY, FUNNEL, KpisView
from metrics.rows import Total

TODAY = date(2026, 11, 23)
COUNTED = (
    Total(figures.LEADERS.name, ("0561",), 9, 1),
    Total(figures.LEADERS.name, ("0607",), 4),
    Total(figures.REFERRALS_ANSWERED.name, ("0561", "accepted"), 8),
    Total(figures.REFERRALS_ANSWERED.name, ("0607", "accepted"), 2, 1),
    Total(figures.REFERRALS_ANSWERED.name, ("0561", "rejected"), 3),
    Total(figures.REFERRALS_ANSWERED.name, ("0561", "expired"), 20),
)
FEW = {"value": None, "suppressed": True}


NOBODY = Paid(0, Fraction())


def answer(
    counted: tuple[Total, ...] = (), durations: tuple[Median, ...] = (), matches: int = 0, paid: Paid = NOBODY
) -> Any:
    return json.loads(KpisView.of(TODAY, counted, durations, matches, paid).model_dump_json())


def test_it_says_when_it_holds_and_what_it_leaves_out() -> None:
    kpis = answer()
    assert list(kpis) == ["as_of", "kind", "suppression", "funnel", "by", "median_hours", "worth", "observed"]
    assert kpis["as_of"] == "2026-11-23"
    assert kpis["kind"] == "beskrivende"
    assert kpis["suppression"] == {"below": 5, "rule": "R-KPI-PRIV"}
    assert kpis["funnel"] == {figure.name: {"value": 0, "suppressed": False} for figure in FUNNEL}
    assert kpis["by"] == {figure.name: [] for figure in BY}
    assert kpis["median_hours"] == {}


def test_kommuner_are_put_together_and_what_was_in_error_is_taken_off() -> None:
    kpis = answer(COUNTED)
    assert kpis["funnel"]["leaders_signed_up_total"] == {"value": 12, "suppressed": False}
    assert kpis["by"]["referrals_answered_total"] == [
        {"of": ["accepted"], **FEW},
        {"of": ["expired"], "value": 20, "suppressed": False},
        {"of": ["rejected"], **FEW},
    ]


def test_a_median_is_in_whole_hours_and_not_shown_of_few() -> None:
    kpis = answer(durations=(Median("signup-to-call", 5, 2.6 * HOUR), Median("match-to-start", 4, HOUR)))
    assert kpis["median_hours"] == {
        "signup-to-call": {"value": 5, "suppressed": False, "median": 3},
        "match-to-start": {**FEW, "median": None},
    }


def test_what_it_is_worth_is_exact_and_rounded_and_names_its_assumptions() -> None:
    worth = answer((Total(figures.MATCHES_AGREED.name, ("0561",), 77),), matches=77)["worth"]
    caveats = worth.pop("caveats")
    assert all(isinstance(caveat, str) for caveat in caveats)
    cumulative = worth.pop("cumulative")
    assert worth == {
        "matches": {"value": 77, "suppressed": False},
        "assumptions": "publication-2024",
        "lasting": {"exact": "539/10", "rounded": "54"},
        "hours_a_week": {"exact": "7007/10", "rounded": "701"},
        "full_time_equivalents": {"exact": "7007/370", "rounded": "18.9"},
        "kroner_a_year": {"exact": "161161000/37", "rounded": "4355703", "of_whole_ftes": "4370000"},
    }
    assert cumulative["kroner_a_year"]["exact"] == "644644000/37"


def test_fifty_matches_are_one_yearly_cohort_and_four_of_them_another_scenario_that_says_so() -> None:
    worth = answer((Total(figures.MATCHES_AGREED.name, ("0561",), 50),), matches=50)["worth"]
    assert worth["lasting"]["exact"] == "35"
    assert worth["hours_a_week"]["exact"] == "455"
    assert worth["full_time_equivalents"]["exact"] == "455/37"
    assert worth["kroner_a_year"] == {"exact": "104650000/37", "rounded": "2828378", "of_whole_ftes": "2760000"}
    four = worth["cumulative"]
    assert (four["scenario"], four["years"]) == ("cumulative", 4)
    assert (four["lasting"]["exact"], four["full_time_equivalents"]["rounded"]) == ("140", "49.2")
    assert four["kroner_a_year"]["rounded"] == "11313514"


def begun(placements: int) -> tuple[Total, ...]:
    return (Total(figures.PLACEMENTS_STARTED.name, ("SMAAJOB",), placements),)


def test_what_was_observed_stands_beside_what_is_assumed() -> None:
    seen = answer(begun(20), paid=Paid(8, Fraction("148.5")))["observed"]
    assert seen == {
        "persist_rate": {"exact": "2/5", "rounded": "0.40"},
        "hours_per_week": {"exact": "297/16", "rounded": "18.6"},
        "lasting": {"exact": "8", "rounded": "8"},
        "hours_a_week": {"exact": "297/2", "rounded": "149"},
        "full_time_equivalents": {"exact": "297/74", "rounded": "4.0"},
        "kroner_a_year": {"exact": "34155000/37", "rounded": "923108", "of_whole_ftes": "920000"},
    }


@pytest.mark.parametrize(("lasting", "of"), [(0, 20), (4, 20), (16, 20), (19, 20)])
def test_nothing_observed_is_told_of_few_with_paid_hours_or_few_without(lasting: int, of: int) -> None:
    assert answer(begun(of), paid=Paid(lasting, Fraction(lasting * 20)))["observed"] is None


@pytest.mark.parametrize("few", [1, 4])
def test_of_few_matches_no_worth_is_told(few: int) -> None:
    assert answer(matches=few)["worth"] == {"matches": FEW}


@pytest.mark.parametrize(("ever", "shown"), [(77, True), (78, False), (81, False), (82, True)])
def test_the_matches_of_a_year_are_not_shown_where_few_others_would_be_left_of_all(ever: int, shown: bool) -> None:
    kpis = answer((Total(figures.MATCHES_AGREED.name, ("0561",), ever),), matches=77)
    assert kpis["funnel"]["matches_agreed_total"]["value"] == ever
    assert (kpis["worth"]["matches"] == FEW, "kroner_a_year" in kpis["worth"]) == (not shown, shown)


def test_no_hidden_cell_of_any_breakdown_follows_from_the_funnel() -> None:
    counted = [Total(figure.name, labels, 1) for figure in BY for labels in _labels(figure)]
    kpis = answer(tuple(counted))
    for name, cell in kpis["funnel"].items():
        parts = kpis["by"].get(name, [])
        hidden = [part for part in parts if part["suppressed"]]
        if cell["value"] and hidden:
            rest = cell["value"] - sum(part["value"] or 0 for part in parts)
            assert rest > len(hidden) > 1


def _labels(figure: figures.Figure) -> list[tuple[str, ...]]:
    return [tuple(f"{name}-{n}" for name in figure.labels) for n in range(6)]
