"""Small numbers are hidden, and cannot be found by subtraction."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules import SMALL, may_show, met, parts_tree, suppressed, suppressed_tree
from metrics.state.referrals import Acquaintance

CELLS = st.dictionaries(st.tuples(st.text(min_size=1, max_size=2)), st.integers(0, 40), max_size=8)


def test_a_small_cell_takes_another_with_it_by_name() -> None:
    assert suppressed({("b",): 2, ("c",): 9, ("a",): 30}) == {("b",): None, ("a",): None, ("c",): 9}


def test_without_a_small_cell_all_are_shown() -> None:
    assert suppressed({("a",): 5, ("b",): 0}) == {("a",): 5, ("b",): 0}


@given(CELLS)
def test_no_hidden_number_follows_from_the_sum_and_those_that_are_shown(cells: dict[tuple[str, ...], int]) -> None:
    shown = suppressed(cells)
    hidden = [cells[cell] for cell, value in shown.items() if value is None]
    assert all(value is None or value == 0 or value >= SMALL for value in shown.values())
    if hidden and sum(cells.values()) >= SMALL:  # the sum is shown as well
        assert len(hidden) > 1
        assert sum(hidden) >= SMALL
        assert sum(hidden) > len(hidden)  # none is 0: otherwise each would be 1


def test_a_breakdown_of_ones_says_nothing_beside_its_sum() -> None:
    ones: dict[tuple[str, ...], int] = {(code,): 1 for code in "abcde"}
    assert suppressed(ones) == {}
    assert suppressed({**ones, ("f",): 30}) == dict.fromkeys([*ones, ("f",)])


@given(st.permutations([(1, 0)] * 4 + [(0, 1)] * 3))
def test_a_company_is_new_to_a_kommune_once_whatever_the_order_of_claims_and_errors(
    moves: list[tuple[int, int]],
) -> None:
    known, value, corrected = Acquaintance(id="0561.x"), 0, 0
    for claims, errors in moves:
        if known.errors + errors > known.claims + claims:
            return  # nothing is in error before it was said
        known, more = met(known, claims=claims, errors=errors)
        value += more
        corrected += errors
        assert value - corrected == (known.claims > known.errors)
        assert more >= 0
    assert (value, corrected) == (4, 3)


@pytest.mark.parametrize(("cells", "most"), [(2, 18), (3, 18), (4, 12)])
def test_whoever_knows_the_sum_and_the_rule_finds_no_small_cell(cells: int, most: int) -> None:
    """Every table of so many cells: what is shown of one is shown of another, too, in which that cell is different."""
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for table in product(range(most + 1), repeat=cells):
        shown = suppressed({(str(n),): value for n, value in enumerate(table)})
        if shown and may_show(sum(table)):
            alike.setdefault((sum(table), *shown.values()), []).append(table)
    found = [
        (shown, tables)
        for (_, *shown), tables in alike.items()
        for n, value in enumerate(shown)
        if value is None and len({table[n] for table in tables}) == 1 and tables[0][n] < SMALL
        if max(map(max, tables)) <= most - SMALL  # a larger table could be another one
    ]
    assert found == []


@pytest.mark.parametrize("most", [11])
def test_whoever_knows_the_sums_of_two_levels_finds_no_small_leaf(most: int) -> None:
    leaves = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for table in product(range(most + 1), repeat=4):
        shown = suppressed_tree(dict(zip(leaves, table, strict=True)))
        if shown[()] is not None:
            alike.setdefault(tuple(shown[cell] for cell in sorted(shown)), []).append(table)
    found = [
        (shown, tables)
        for shown, tables in alike.items()
        for n, leaf in enumerate(leaves)
        if shown[sorted([(), ("a",), ("b",), *leaves]).index(leaf)] is None
        if len({table[n] for table in tables}) == 1 and tables[0][n] < SMALL
        if max(map(max, tables)) <= most - SMALL  # a larger table could be another one
    ]
    assert found == []


def test_of_what_is_hidden_no_part_is_shown_and_of_few_nothing() -> None:
    few = suppressed_tree({("a", "1"): 2, ("a", "2"): 1, ("b", "1"): 30, ("c", "1"): 40})
    assert few == {
        (): 73, ("a",): None, ("b",): None, ("c",): 40, ("a", "1"): None, ("a", "2"): None, ("b", "1"): None,
        ("c", "1"): 40,
    }  # fmt: skip
    assert set(suppressed_tree({("a", "1"): 4}).values()) == {None}
    assert suppressed_tree({}) == {(): 0}


def test_a_part_is_not_shown_either_where_few_are_left_of_its_whole() -> None:
    wholes: dict[tuple[str, ...], int] = {("a",): 20, ("b",): 20, ("c",): 30}
    assert parts_tree({("a",): 17, ("b",): 10, ("c",): 15}, wholes) == {
        (): 42, ("a",): None, ("b",): None, ("c",): 15,
    }  # fmt: skip
