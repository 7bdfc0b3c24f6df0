"""What pages make of what is typed, and where a line of the day leads."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from fastapi import Request

from intake.pages import pages
from intake.pages.day import WHERE, where
from intake.pages.people import ways
from intake.pages.places import chosen, found, rows, typed
from intake.queries.day import LineView, RingView
from intake.queries.places import FrameView, WholePlaceView
from intake.rules import day as rules
from shared.spine.decision import Refused
from shared.web.edge import unfolded
from shared.web.pages.forms import Form
from shared.web.pages.router import answers
from tests.unit.intake.world import LEADER, NOW, PLACE, leader, place

TODAY = NOW.date()


def form(*pairs: tuple[str, str], method: str = "POST") -> Form:
    return Form(Request({"type": "http", "method": method, "headers": []}), unfolded(pairs))


# -- the day -----------------------------------------------------------------------------------------------------------


def test_each_thing_to_do_is_of_one_kind_of_work_and_leads_to_a_page() -> None:
    assert set(rules.WORK) == {*get_args(rules.Due)} == set(WHERE)
    assert {*rules.WORK.values()} == {*get_args(rules.Work)}
    ids = dict.fromkeys(("leader_id", "place_id", "referral_id", "match_id", "placement_id", "kommune"), PLACE)
    for way in WHERE.values():
        if way.startswith(("/ledere", "/pladser")):
            scope = {"type": "http", "method": "GET", "path": way.format(**ids), "headers": [(b"accept", b"text/html")]}
            assert answers(pages, scope), way


@pytest.mark.parametrize(
    ("about", "to"),
    [
        ({"placement_id": "p", "place_id": "q", "leader_id": "l"}, "/forloeb/p"),
        ({"place_id": "q", "leader_id": "l"}, "/pladser/q"),
        ({"leader_id": "l"}, "/ledere/l"),
    ],
)
def test_what_is_hard_is_seen_at_the_placement_else_the_place_else_the_company(about: dict[str, str], to: str) -> None:
    line = LineView(what="help", da="", en="", since=TODAY, due=TODAY, ring=RingView(), where="", **about)
    assert where(line) == to


@pytest.mark.parametrize(
    ("next_call", "states", "what"),
    [
        (None, ("open",), "mail-refused"),
        (TODAY + timedelta(days=90), (), "mail-refused"),
        (TODAY, ("open",), "call-again"),
        (None, ("closed",), "over"),
        (None, (), "find-tasks"),
    ],
)
def test_a_leader_whose_mail_came_back_is_rung_unless_she_is_rung_anyway_or_misses_nothing(
    next_call: Any, states: tuple[Any, ...], what: str
) -> None:
    one = leader(outcome="reached", next_call_on=next_call, attempts=1, mail_refused_on=TODAY - timedelta(days=2))
    turn = rules.of_leader(one, [place(state=state) for state in states], TODAY)
    assert turn.what == what
    assert rules.is_line(turn, TODAY) == (what != "over")


# -- who is it that rings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "by"),
    [
        ("en.leder@firma.example", [{"email": "en.leder@firma.example"}]),
        ("20 12 34 56", [{"phone": "+4520123456"}]),
        ("20 12 34 00", [{"phone": "+4520123400"}, {"cvr": "20123400"}]),
        ("1003388394", [{"p_number": "1003388394"}]),
        ("Café 2", [{"name": "Café 2"}, {"company_name": "Café 2"}]),
    ],
)
def test_what_is_known_is_looked_up_in_each_way_that_it_may_mean(known: str, by: list[dict[str, str]]) -> None:
    assert [way.model_dump(exclude_none=True) for way in ways(known)] == by


def test_an_address_that_is_none_is_explained_at_the_field() -> None:
    with pytest.raises(Refused) as refused:
        ways("en.leder@firma")
    assert refused.value.field == "known"


# -- a place, as it is filled in ---------------------------------------------------------------------------------------

FOUND = {
    "tasks": [
        {"task_id": "kontor-00", "words": "Kalibrere måleudstyr", "hours": 2.5, "from_job": "engineer"},
        {"task_id": "viden_data-07", "hours": 3},
    ],
    "hours_from": 7.5,
    "forms": ["SMAAJOB", "FLEKSJOB"],
    "shop_floor_ready": False,
}


def shown(**of_place: Any) -> WholePlaceView:
    of = {"place_id": PLACE, "leader_id": LEADER, "company_id": "c", "workplace_id": "w", "kommune": "0561"}
    given = {"state": "draft", "seats": 2, "seats_taken": 0, "history": [], "postnr": "6700", **of_place}
    return WholePlaceView(found=FrameView.model_validate(FOUND), **of, **given)


def sent(first: Form) -> list[tuple[str, str]]:
    """As a browser sends what it was shown."""
    pairs = [(name, text) for name, values in first.sent.items() if name != "tasks" for text in values]
    tasks: list[dict[str, list[str]]] = first.sent["tasks"]
    return [
        *pairs,
        *(
            (f"tasks.{n}.{name}", text)
            for n, row in enumerate(tasks)
            for name, values in row.items()
            for text in values
        ),
    ]


def test_a_form_is_the_leaders_wish_where_it_was_put_before_its_turn() -> None:
    place = shown()
    for forms, wish in ((("VIRKSOMHEDSPRAKTIK", "SMAAJOB"), ""), (("SMAAJOB", "VIRKSOMHEDSPRAKTIK"), "SMAAJOB")):
        found_ = place.found.changed(forms=forms)
        assert form(method="GET").begin(typed(place.changed(found=found_))).value("_first") == wish


def test_a_place_that_is_shown_and_saved_is_the_same_place() -> None:
    first = form(method="GET").begin(typed(shown()))
    assert (first.value("hours_from"), first.value("tasks.0.hours"), first.value("_first")) == ("7,5", "2,5", "")
    assert (rows(first, own=True), rows(first, own=False)) == (["tasks.0"], ["tasks.1"])
    again = found(form(*sent(first)), shown()).found
    assert again.model_dump(exclude_none=True) == FrameView.model_validate(
        FOUND | {"postnr": "6700", "seats": 2}
    ).model_dump(exclude_none=True)


def test_what_is_no_longer_ticked_or_has_no_words_is_taken_back() -> None:
    one = form(
        ("_task", "butik-01"), ("tasks.0.task_id", "viden_data-07"), ("tasks.0.hours", "3"),
        ("tasks.900.task_id", "kontor-00"), ("tasks.900.words", " "), ("tasks.901.words", "Pakke"), ("hours_from", ""),
        ("tasks.901.task_id", "service-00"),
    )  # fmt: skip
    assert chosen(one) == [{"words": ["Pakke"], "task_id": ["service-00"]}, {"task_id": ["butik-01"]}]
    body = found(one, shown())
    assert [task.task_id for task in body.tasks or ()] == ["service-00", "butik-01"]
    asked = body.model_fields_set
    assert (body.hours_from, body.forms, body.support) == (None, None, None)
    assert {"hours_from", "forms", "support"} <= asked
    assert "seats" not in asked, "it was not on the page"


def test_what_the_leader_likes_best_comes_first() -> None:
    ticked = (("forms", "SMAAJOB"), ("forms", "FLEKSJOB"))
    assert found(form(*ticked, ("_first", "FLEKSJOB")), shown()).forms == ("FLEKSJOB", "SMAAJOB")
    assert found(form(*ticked, ("_first", "ORDINARY")), shown()).forms == ("SMAAJOB", "FLEKSJOB")


def test_a_kommune_that_was_chosen_in_another_postal_code_is_not_chosen_in_this_one() -> None:
    moved = found(form(("postnr", "7000"), ("kommune", "0561")), shown())
    assert (moved.postnr, "kommune" in moved.model_fields_set) == ("7000", False)
    assert found(form(("postnr", "6700"), ("kommune", "0561")), shown()).kommune == "0561"
