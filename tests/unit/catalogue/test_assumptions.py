"""The figures of the publication, recomputed exactly."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from shared.catalogue.assumptions import Assumptions, assumptions, rounded, value


@pytest.fixture
def in_force() -> Assumptions:
    return assumptions(date(2026, 11, 23))


def test_fifty_matches_are_worth_what_the_table_says(in_force: Assumptions) -> None:
    fifty = value(50, in_force)
    assert in_force.id == "publication-2024"
    assert fifty.lasting == 35
    assert fifty.hours_per_week == 455
    assert fifty.hours_per_year == 23_660
    assert fifty.full_time_equivalents == Fraction(455, 37)
    assert fifty.kroner == Fraction(455, 37) * 230_000
    assert fifty.kroner_of_whole_ftes == 2_760_000


def test_the_rounded_figures_stand_beside_the_exact_ones(in_force: Assumptions) -> None:
    fifty = value(50, in_force)
    assert rounded(fifty.full_time_equivalents) == 12
    assert rounded(fifty.full_time_equivalents, 6) == Decimal("12.297297")
    assert rounded(fifty.kroner, 2) == Decimal("2828378.38")
    assert rounded(fifty.kroner / 1_000_000) == rounded(fifty.kroner_of_whole_ftes / 1_000_000) == 3


def test_a_match_and_a_lasting_person_have_a_price(in_force: Assumptions) -> None:
    fifty = value(50, in_force)
    assert rounded(fifty.kroner / fifty.lasting, 2) == Decimal("80810.81")
    assert rounded(fifty.kroner / 50, 2) == Decimal("56567.57")
    assert rounded(3_000_000 / value(1, in_force).kroner, 2) == Decimal("53.03")


def test_four_cohorts_are_another_scenario(in_force: Assumptions) -> None:
    four = value(200, in_force)
    assert four.lasting == 140
    assert rounded(four.full_time_equivalents, 2) == Decimal("49.19")
    assert rounded(four.kroner / 1_000_000, 2) == Decimal("11.31")


def test_half_is_rounded_up() -> None:
    assert [rounded(Fraction(n, 2)) for n in (1, 3, 5)] == [1, 2, 3]


def test_there_are_none_before_the_publication() -> None:
    with pytest.raises(LookupError):
        assumptions(date(2024, 10, 31))
