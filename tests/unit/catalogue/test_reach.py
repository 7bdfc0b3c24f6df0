"""Who can be asked across a border, and why."""

from itertools import product

import pytest

from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.catalogue.reach import Reach, minutes, reachable

EVERYWHERE = 10_000


def travel(start: str, end: str) -> int:
    found = minutes(start, end)
    assert found is not None, (start, end)
    return found


def why(start: str, end: str) -> str:
    return next(reach.why for reach in reachable(start, EVERYWHERE) if reach.kommune == end)


def test_the_own_kommune_is_nearest() -> None:
    assert all(reachable(code, 0)[0] == Reach(code, "own", 0) for code in KOMMUNER)


def test_every_kommune_can_be_reached_from_every_other() -> None:
    assert all(len(reachable(code, EVERYWHERE)) == 98 for code in KOMMUNER)


def test_middelfart_is_reached_from_fredericia_over_the_bridge() -> None:
    assert reachable("0607", 15)[1:] == [Reach("0410", "link", 7)]


def test_the_nearest_come_first_and_none_beyond_the_limit() -> None:
    found = [reach.minutes for reach in reachable("0751", 60)]
    assert found == sorted(found)
    assert 30 < found[-1] <= 60
    assert len(reachable("0751", 30)) < len(found)


def test_a_neighbour_is_asked_as_a_neighbour_and_what_lies_behind_it_as_a_commute() -> None:
    assert why("0607", "0630") == "neighbour"
    assert why("0607", "0766") == "commute"


def test_a_joint_entrance_counts_for_more_than_how_one_gets_there() -> None:
    assert why("0155", "0185") == "joint"
    assert why("0825", "0813") == "joint"


@pytest.mark.parametrize("island", ["0400", "0492", "0563", "0741", "0825"])
def test_nobody_reaches_an_island_without_the_ferry(island: str) -> None:
    for code in set(KOMMUNER) - {island}:
        assert why(code, island) in ("ferry", "joint")
        assert travel(code, island) >= min(crossing or 90 for crossing in KOMMUNER[island].ferries.values())


def test_a_ferry_takes_its_crossing_and_90_minutes_with_the_wait_where_that_is_not_known() -> None:
    assert travel("0563", "0561") == 12
    assert travel("0400", "0259") == 330
    assert travel("0482", "0360") == 90


def test_copenhagen_to_bornholm_is_the_way_to_koege_and_the_ferry() -> None:
    assert 0 <= travel("0101", "0259") + 330 - travel("0101", "0400") <= 1
    assert why("0101", "0400") == "ferry"


def test_there_is_as_far_as_back() -> None:
    assert all(minutes(a, b) == minutes(b, a) for a, b in product(KOMMUNER, repeat=2))


def test_a_detour_is_never_shorter() -> None:
    table = {(a, b): travel(a, b) for a, b in product(KOMMUNER, repeat=2)}
    for a, b in table:
        assert all(table[a, b] <= table[a, via] + table[via, b] for via in list(KOMMUNER)[::7])


def test_the_test_kommune_lies_nowhere() -> None:
    assert reachable(TEST_KOMMUNE, EVERYWHERE) == [Reach(TEST_KOMMUNE, "own", 0)]
    assert minutes("0101", TEST_KOMMUNE) is None
    with pytest.raises(KeyError):
        minutes("0101", "0411")
