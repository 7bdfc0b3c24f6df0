"""Whom to ask, how long is waited, and what a referral goes through."""

from datetime import date

import pytest

from municipality_gateway import texts
from municipality_gateway.rules import kommuner, places, replies, waiting
from municipality_gateway.state.kommuner import Contact, Kommune, Word
from municipality_gateway.state.places import Place
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.reach import Reach
from tests.unit.municipality_gateway.world import ESBJERG, FANOE, MONDAY, PLACE, TEST, asked, offer

TODAY = MONDAY.date()
SHARED = "fælles indgang for virksomheder"


def place(**other: object) -> Place:
    changes = {name: other.pop(name) for name in ("asked", "first") if name in other}
    return Place.model_validate({"id": PLACE, "opened": offer(**other), "version": 2, "seats": 1, **changes})


def contact(role: str, n: int, valid_to: date | None = None) -> Contact:
    id_ = f"40000000-0000-4000-8000-00000000000{n}"
    return Contact(id=id_, kommune=ESBJERG, role=role, valid_from=date(2026, 1, 1), valid_to=valid_to)


def test_the_places_own_kommune_is_asked_first() -> None:
    assert [(reach.kommune, reach.why) for reach in places.to_ask(place())] == [(ESBJERG, "own")]


def test_then_the_nearest_one_that_was_not_asked() -> None:
    assert [reach.kommune for reach in places.to_ask(place(asked=(ESBJERG,)))] == [FANOE]


def test_no_more_kommuner_are_asked_than_the_leader_wished() -> None:
    assert places.to_ask(place(asked=(ESBJERG, FANOE))) == []


def test_several_at_once_are_asked_together() -> None:
    chosen = places.to_ask(place(at_once="several", max_kommuner=3))
    assert [reach.kommune for reach in chosen][:2] == [ESBJERG, FANOE]
    assert len(chosen) == 3


def test_a_fixed_link_makes_a_kommune_near_that_is_no_neighbour() -> None:
    chosen = places.to_ask(place(kommune="0607", at_once="several"))
    assert [(reach.kommune, reach.why) for reach in chosen] == [("0607", "own"), ("0410", "link")]


def test_nobody_is_asked_beyond_an_hours_travel() -> None:
    everywhere = places.to_ask(place(at_once="several", max_kommuner=98))
    assert 1 < len(everywhere) < len(KOMMUNER)
    assert max(reach.minutes for reach in everywhere) <= places.MAX_MINUTES


@pytest.mark.parametrize(
    ("island", "then"),
    [
        ("0563", [("0561", "joint", 12)]),
        ("0825", [("0813", "joint", 90)]),
        ("0741", [("0727", "ferry", 60), ("0326", "ferry", 75)]),
        ("0400", [("0259", "ferry", 330)]),
        ("0492", [("0430", "ferry", 60), ("0540", "ferry", 70), ("0479", "ferry", 75)]),
    ],
    ids=["Fanø", "Læsø", "Samsø", "Bornholm", "Ærø"],
)
def test_from_an_island_the_kommuner_across_the_ferry_are_asked(island: str, then: list[tuple[str, str, int]]) -> None:
    chosen = places.to_ask(place(kommune=island, asked=(island,), at_once="several", max_kommuner=98))
    found = [(reach.kommune, reach.why, reach.minutes) for reach in chosen]
    assert found[: len(then)] == then


def test_no_island_is_asked_across_another_but_by_its_ferries() -> None:
    for home, one in KOMMUNER.items():
        for reach in places.way(home):
            if KOMMUNER[reach.kommune].ferry_only and reach.kommune != home and reach.why != "joint":
                assert reach.why == "ferry"
                assert reach.minutes >= min(crossing or 90 for crossing in KOMMUNER[reach.kommune].ferries.values())
        assert not one.ferry_only or len(places.way(home)) > 1


def test_who_shares_the_entrance_is_asked_before_who_is_nearer() -> None:
    home = next(code for code, one in KOMMUNER.items() if one.joint_with and one.neighbours)
    whys = [reach.why for reach in places.way(home)]
    assert whys[0] == "own"
    assert whys[1 : 1 + whys.count("joint")] == ["joint"] * whys.count("joint")


@pytest.mark.parametrize(
    ("reach", "home", "says"),
    [
        (Reach("0561", "own", 0), "0561", "Pladsen ligger i Esbjerg Kommune."),
        (Reach("0573", "neighbour", 18), "0561", "Varde Kommune er nabo til Esbjerg Kommune, 18 minutter væk."),
        (Reach("0410", "link", 1), "0607", "Middelfart Kommune ligger 1 minut væk over bro eller gennem tunnel."),
        (
            Reach("0561", "joint", 12),
            "0563",
            f"Esbjerg Kommune og Fanø Kommune har, så vidt vi ved, {SHARED}; der er 12 minutter dertil.",
        ),
        (Reach("0561", "ferry", 12), "0563", "Esbjerg Kommune nås med færge på 12 minutter."),
        (Reach("0259", "ferry", 330), "0400", "Køge Kommune nås med færge på 5 timer og 30 minutter."),
        (Reach("0621", "commute", 60), "0561", "Kolding Kommune ligger 1 time væk."),
    ],
)
def test_why_a_kommune_is_asked_is_one_sentence(reach: Reach, home: str, says: str) -> None:
    assert texts.why(reach, home) == says


def test_nothing_is_routed_to_the_test_kommune() -> None:
    assert places.to_ask(place(kommune=TEST)) == []


def test_who_found_somebody_is_asked_first_in_the_next_round() -> None:
    assert [reach.kommune for reach in places.to_ask(place(first=FANOE))] == [FANOE]


def test_the_youth_unit_is_asked_before_the_deputy() -> None:
    kommune = Kommune(id=ESBJERG, contacts=(contact("deputy", 1), contact("entrance", 2), contact("youth-unit", 3)))
    assert kommuner.desk(kommune, kommuner.FIRST, TODAY).role == "youth-unit"
    assert kommuner.desk(kommune, kommuner.SECOND, TODAY).role == "deputy"


def test_who_is_no_longer_there_is_not_asked() -> None:
    kommune = Kommune(id=ESBJERG, contacts=(contact("youth-unit", 1, date(2026, 10, 31)), contact("deputy", 2)))
    assert kommuner.desk(kommune, kommuner.FIRST, TODAY).role == "deputy"


def test_where_nobody_is_registered_the_kommunes_entrance_is_asked_and_always_has_one_id() -> None:
    desk = kommuner.desk(Kommune(id=ESBJERG), kommuner.FIRST, TODAY)
    assert desk == kommuner.default_entrance(ESBJERG)
    assert desk.role == "entrance"
    assert desk != kommuner.default_entrance(FANOE)


def test_a_kommune_is_spoken_to_in_its_own_words() -> None:
    words = {word.concept: word.term for word in kommuner.own_words(Kommune(id=ESBJERG), ("SMAAJOB",), TODAY)}
    assert words == {"company-entrance": "erhvervsplaymaker", "youth-unit": "Vindmøllen"}


def test_what_a_consultant_noted_goes_before_the_map_of_terms() -> None:
    kommune = Kommune(id=ESBJERG, words=(Word(concept="youth-unit", term="Ungehuset"),))
    assert "Ungehuset" in [word.term for word in kommuner.own_words(kommune, (), TODAY)]


def test_a_kommune_has_five_working_days_and_a_weekend_is_none() -> None:
    gateway, _ = asked()
    assert waiting.waits(gateway.referral()) == {
        "reminder": date(2026, 11, 25),
        "deputy": date(2026, 11, 26),
        "entrance": date(2026, 11, 27),
        "expired": date(2026, 11, 30),
    }
    assert gateway.referral().answer_by == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("code", "shown"), [("R-PROG-1", "rule:R-PROG-1"), ("no-seat", "no-seat"), ("made-up-further-in", "state")]
)
def test_what_a_decider_further_in_gave_as_its_reason_is_told_by_rule_or_list(code: str, shown: str) -> None:
    refused = replies.decided(code, "match_id")
    assert (refused.rule, refused.field) == (shown, "match_id")
    assert refused.da
    assert refused.en
