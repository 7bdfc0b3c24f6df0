"""Whom to ask, how long is waited, and what a referral goes through."""

from datetime import date

import pytest

from municipality_gateway.rules import kommuner, places, replies, waiting
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.places import Place
from shared.catalogue.kommuner import KOMMUNER
from shared.events.kommune.referrals import OwnWord
from tests.unit.municipality_gateway.world import ESBJERG, MONDAY, PLACE, TEST, VARDE, asked, offer

TODAY = MONDAY.date()


def place(**other: object) -> Place:
    changes = {name: other.pop(name) for name in ("asked", "first") if name in other}
    return Place.model_validate({"id": PLACE, "opened": offer(**other), "version": 2, "seats": 1, **changes})


def contact(role: str, n: int, valid_to: date | None = None) -> Contact:
    id_ = f"40000000-0000-4000-8000-00000000000{n}"
    return Contact(id=id_, kommune=ESBJERG, role=role, valid_from=date(2026, 1, 1), valid_to=valid_to)


def test_the_places_own_kommune_is_asked_first() -> None:
    assert [(reach.kommune, reach.why) for reach in places.to_ask(place())] == [(ESBJERG, "own")]


def test_then_the_nearest_one_that_was_not_asked() -> None:
    assert [reach.kommune for reach in places.to_ask(place(asked=(ESBJERG,)))] == [VARDE]


def test_no_more_kommuner_are_asked_than_the_leader_wished() -> None:
    assert places.to_ask(place(asked=(ESBJERG, VARDE))) == []


def test_several_at_once_are_asked_together() -> None:
    chosen = places.to_ask(place(at_once="several", max_kommuner=3))
    assert [reach.kommune for reach in chosen][:2] == [ESBJERG, VARDE]
    assert len(chosen) == 3


def test_a_fixed_link_makes_a_kommune_near_that_is_no_neighbour() -> None:
    chosen = places.to_ask(place(kommune="0607", at_once="several"))
    assert [(reach.kommune, reach.why) for reach in chosen] == [("0607", "own"), ("0410", "link")]


def test_nobody_is_asked_beyond_an_hours_travel() -> None:
    everywhere = places.to_ask(place(at_once="several", max_kommuner=98))
    assert 1 < len(everywhere) < len(KOMMUNER)
    assert max(reach.minutes for reach in everywhere) <= places.MAX_MINUTES


def test_nothing_is_routed_to_the_test_kommune() -> None:
    assert places.to_ask(place(kommune=TEST)) == []


def test_who_found_somebody_is_asked_first_in_the_next_round() -> None:
    assert [reach.kommune for reach in places.to_ask(place(first=VARDE))] == [VARDE]


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
    assert desk != kommuner.default_entrance(VARDE)


def test_a_kommune_is_spoken_to_in_its_own_words() -> None:
    words = {word.concept: word.term for word in kommuner.own_words(Kommune(id=ESBJERG), ("SMAAJOB",), TODAY)}
    assert words == {"company-entrance": "erhvervsplaymaker", "youth-unit": "Vindmøllen"}


def test_what_a_consultant_noted_goes_before_the_map_of_terms() -> None:
    kommune = Kommune(id=ESBJERG, words=(OwnWord(concept="youth-unit", term="Ungehuset"),))
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
