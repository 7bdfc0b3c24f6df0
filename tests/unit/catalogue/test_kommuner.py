"""98 kommuner, their regions and postal codes."""

from collections import Counter
from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.catalogue.files import rows
from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE, KommuneCode, kommune, kommuner_of_postnr, postal_code

CODE: TypeAdapter[str] = TypeAdapter(KommuneCode)
LAST_DAY, FIRST_DAY = date(2026, 12, 31), date(2027, 1, 1)


def region(code: str, on: date) -> str:
    found = kommune(code).region(on)
    assert found is not None, code
    return found.name


def test_there_are_98_and_the_test_kommune_is_none_of_them() -> None:
    assert len(KOMMUNER) == 98
    assert TEST_KOMMUNE not in KOMMUNER
    assert kommune(TEST_KOMMUNE).name == "Testkommune"
    assert kommune(TEST_KOMMUNE).neighbours == ()


@pytest.mark.parametrize("relation", ["neighbours", "links", "ferries", "joint_with"])
def test_every_relation_goes_both_ways(relation: str) -> None:
    pairs = {(code, other) for code, one in KOMMUNER.items() for other in getattr(one, relation)}
    assert pairs
    assert pairs == {(b, a) for a, b in pairs}
    assert all(a != b for a, b in pairs)


def test_a_fixed_link_is_no_land_border() -> None:
    assert all(not set(one.neighbours) & set(one.links) for one in KOMMUNER.values())
    assert kommune("0607").links == ("0410",)


def test_only_ferries_reach_five_kommuner() -> None:
    assert {one.name for one in KOMMUNER.values() if one.ferry_only} == {"Bornholm", "Ærø", "Fanø", "Samsø", "Læsø"}
    assert all(one.ferries and not one.neighbours + one.links for one in KOMMUNER.values() if one.ferry_only)


def test_every_kommune_has_one_region_on_every_day() -> None:
    for day in (LAST_DAY, FIRST_DAY):
        assert all(sum(r.holds(day) for r in one.regions) == 1 for one in KOMMUNER.values())
    assert sorted(Counter(region(code, LAST_DAY) for code in KOMMUNER).values()) == [11, 17, 19, 22, 29]


def test_two_regions_become_one_on_new_years_day_2027() -> None:
    assert (region("0101", LAST_DAY), region("0101", FIRST_DAY)) == ("Region Hovedstaden", "Region Østdanmark")
    assert (region("0370", LAST_DAY), region("0370", FIRST_DAY)) == ("Region Sjælland", "Region Østdanmark")
    assert region("0851", FIRST_DAY) == "Region Nordjylland"
    assert kommune("0101").regions[-1].code is None, "not known yet"


def test_a_postal_code_lies_in_its_primary_kommune_first() -> None:
    assert kommuner_of_postnr("6640")[0] == "0621"
    assert kommuner_of_postnr("9400") == ("0851",)
    assert kommuner_of_postnr("4600") == ("0259", "0336", "0316")
    assert kommuner_of_postnr("1810") == ("0147", "0101")
    assert kommuner_of_postnr("0001") == ()


def test_every_postal_code_has_one_primary_kommune_and_every_kommune_a_postal_code() -> None:
    primary = Counter(row["postnr"] for row in rows("postal.csv") if row["primary"] == "1")
    assert set(primary.values()) == {1}
    assert len(primary) == 1121
    assert {row["kommune"] for row in rows("postal.csv")} == set(KOMMUNER)


@pytest.mark.parametrize(
    ("postnr", "clear", "whole"),
    [("8471", False, False), ("7442", False, False), ("2970", False, False), ("7000", True, False),
     ("4200", True, False), ("6640", True, True), ("2750", True, True), ("9400", True, True), ("5863", True, True)],
)  # fmt: skip
def test_a_postal_code_is_clear_where_most_of_it_lies_in_one_kommune_and_whole_where_nearly_all_does(
    postnr: str, *, clear: bool, whole: bool
) -> None:
    found = postal_code(postnr)
    assert found is not None
    assert (found.clear(LAST_DAY), found.whole(LAST_DAY)) == (clear, whole)


def test_a_workplace_may_lie_across_the_border_of_its_postal_code_and_not_far_away() -> None:
    sabro = postal_code("8471")
    assert sabro is not None
    assert dict(sabro.shares) == {"0751": 0.505, "0710": 0.443, "0746": 0.052}
    assert sabro.may_lie_in("0746")
    assert sabro.may_lie_in("0706"), "Syddjurs borders Aarhus"
    assert not sabro.may_lie_in("0101")
    assert not sabro.may_lie_in("0615"), "Horsens borders only a sliver of it"


def test_a_postal_code_in_several_kommuner_of_which_nobody_knows_the_shares_is_not_clear() -> None:
    found = postal_code("1810")
    assert found is not None
    assert (len(found.shares), found.clear(LAST_DAY), found.whole(LAST_DAY)) == (2, False, False)


def test_a_code_is_four_digits_of_a_kommune() -> None:
    assert CODE.validate_python("0101") == "0101"
    assert CODE.validate_python(TEST_KOMMUNE) == TEST_KOMMUNE
    for wrong in ("101", "0411", "0100", "", "København"):
        with pytest.raises(ValidationError, match="four digits"):
            CODE.validate_python(wrong)
