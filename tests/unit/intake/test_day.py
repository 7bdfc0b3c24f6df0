"""Whose turn it is with everything: exactly one answer for each, in the order in which one would ring, and whom."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations_with_replacement, product
from typing import Any, get_args

import pytest

from intake import texts
from intake.queries.turns import turns
from intake.rules import day as rules
from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.referrals import Referral
from shared.catalogue.codes import codes
from shared.events import followup
from shared.events import municipality_gateway as gateway
from shared.events.intake import PlaceState
from shared.events.municipality_gateway import TaskStatus
from tests.unit.intake.standing import (
    BUDDY,
    CHALLENGE,
    CONTACT,
    DAYS,
    EVER,
    GUIDED,
    MATCH,
    OF_PLACEMENT,
    OTHER,
    OUTCOMES,
    PLACEMENT,
    SENT,
    STAGE,
    TODAY,
    heard,
    in_state,
    known,
    line,
    living,
    said,
    turn_of,
)
from tests.unit.intake.world import COMPANY, FOUND, LEADER, NOW, PLACE, REFERRAL, leader


@pytest.mark.parametrize("gone", [{}, {"erased": True}, {"merged_into": "another"}])
@pytest.mark.parametrize("places", [(), *combinations_with_replacement(get_args(PlaceState), 1),
                                    *combinations_with_replacement(get_args(PlaceState), 2)])  # fmt: skip
def test_a_leader_is_on_one_line_or_carried_by_a_place_that_is_on_one_or_over(
    places: tuple[PlaceState, ...], gone: dict[str, Any]
) -> None:
    for outcome, day in product(OUTCOMES, DAYS):
        someone = leader(outcome=outcome, next_call_on=day, attempts=1, **gone)
        theirs = [in_state(state, f"place-{n}") for n, state in enumerate(places)]
        found = turns(known(someone, *theirs), NOW)
        assert Counter(one.id for one in found) == dict.fromkeys([LEADER, *(p.id for p in theirs)], 1)
        mine = turn_of(found, LEADER)
        lines = {one.id for one in found if rules.is_line(one.turn, EVER)}
        match mine.what:
            case "over":
                assert gone or (outcome == "reached" and set(places) == {"closed"})
            case "with-places":
                assert set(places) - {"closed"}
            case what:
                assert what in ("call-again", "find-tasks")
                assert LEADER in lines
        for one in theirs:
            its = turn_of(found, one.id)
            assert (its.what == "over") == (one.state == "closed")
            if its.what == "with-call":
                assert mine.what == "call-again", "the draft is talked about in the call that is to come"
            elif its.what not in ("over", "with-placements"):
                assert one.id in lines, its


@pytest.mark.parametrize(("state", "asked_back", "guided"), list(product(get_args(TaskStatus), (0, 1), (0, 1))))
@pytest.mark.parametrize("days", [0, 7, 60])
def test_an_open_place_is_the_kommunes_whose_referral_is_on_one_list_or_a_consultants(
    state: TaskStatus, asked_back: int, guided: int, days: int
) -> None:
    over, now = state in rules.OVER, NOW + timedelta(days=days)
    asked = Asked(
        state=state, leader_id=LEADER, company_id=COMPANY, since=TODAY, by=None, asked_back=bool(asked_back),
        turned_at=NOW,
    )  # fmt: skip
    referral = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", guided=bool(guided), over=over, asked=asked)
    found = turns(known(leader(outcome="reached", next_call_on=None), in_state("open"), referral), now)
    its, of_place = turn_of(found, REFERRAL), turn_of(found, PLACE)
    assert (its.what == "over") == over
    if over:
        assert of_place.what == ("asking" if days == 0 else "nobody-left")
    else:
        assert of_place.what == "with-kommune"
        # On hold it goes on by itself on the day that the gateway has set; all others come to a consultant.
        assert its.what == "on-hold" or rules.is_line(its, EVER) or (its.due and its.due > now.date())


@pytest.mark.parametrize("state", ["planned", "active", "paused", "finished", "cancelled"])
@pytest.mark.parametrize(("reason", "day"), list(product((None, "approval-expired"), (None, TODAY, EVER))))
def test_a_placement_is_asked_about_until_it_is_over(state: str, reason: str | None, day: date | None) -> None:
    one = Placement(
        id=PLACEMENT, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, company_id=COMPANY, kommune="0561",
        state=state, reason=reason, since=TODAY, next_checkin=day,
    )  # fmt: skip
    turn = rules.of_placement(one)
    over = state == "cancelled" or (state == "finished" and day is None)
    assert (turn.what == "over") == over
    assert rules.is_line(turn, EVER) != over


@pytest.mark.parametrize(
    "missing", [(), ("leader",), ("young-person",), ("kommune", "young-person"), ("leader", "kommune")]
)
@pytest.mark.parametrize("state", ["proposed", "agreed", "over"])
def test_a_match_waits_for_one_at_a_time_and_comes_to_a_consultant_at_last(missing: Any, state: str) -> None:
    one = Match(
        id=MATCH, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, kommune="0561", missing=frozenset(missing),
        answer_by=TODAY + timedelta(days=14), proposed_on=TODAY, state=state,
    )  # fmt: skip
    turn = rules.of_match(one)
    first = {(): "gate", ("leader",): "leader-yes", ("leader", "kommune"): "leader-yes"}.get(missing, "kommune-yes")
    assert turn.what == (first if state == "proposed" else "over")
    assert rules.is_line(turn, EVER) == (state == "proposed")


@pytest.mark.parametrize(("raised", "closed", "help_", "answered", "tried"), list(product((0, 1), repeat=5)))
def test_something_hard_is_somebodys_until_it_is_closed(
    raised: int, closed: int, help_: int, answered: int, tried: int
) -> None:
    one = Challenge(
        id=CHALLENGE, raised_on=TODAY if raised else None, closed=bool(closed), help=bool(help_),
        answered=bool(answered), tried_on=TODAY if tried else None,
    )  # fmt: skip
    turn = rules.of_challenge(one, TODAY)
    assert (turn.what == "over") == bool(closed or not raised)
    assert rules.is_line(turn, EVER) == (turn.what != "over")


def test_a_free_seat_and_a_paused_place_are_asked_about_once_and_again_a_month_after_the_last_call() -> None:
    freed = in_state("paused", freed_by=PLACEMENT)
    now = rules.of_place(freed, leader(outcome="reached", next_call_on=None), [], NOW)
    assert (now.what, now.who, now.due) == ("seat-free", "leader", TODAY - timedelta(days=40))
    rung = leader(outcome="reached", next_call_on=None, called_on=date(2026, 11, 20))
    for one in (freed, in_state("paused")):
        later = rules.of_place(one, rung, [], NOW)
        assert (later.what, later.due) == ("paused", date(2026, 12, 21)), "the first working day from then on"


def test_who_needs_help_is_rung_first_then_what_runs_out_then_the_rest() -> None:
    soon, later = TODAY + timedelta(days=1), TODAY + timedelta(days=14)
    right = [line("help"), line("leader-yes", soon), line("silent", soon), line("leader-yes", later), line("start"),
             line("silent", later), line("call", TODAY), line("draft"), line("paused", TODAY)]  # fmt: skip
    mixed = [right[n] for n in (8, 3, 1, 6, 0, 7, 2, 5, 4)]
    assert sorted(mixed, key=lambda turn: rules.order(turn, TODAY)) == right


def test_what_is_hard_has_a_label_in_the_sentence() -> None:
    for code in codes("challenges"):
        assert texts.due("help", hard=code.code).da != texts.due("help").da
    assert texts.due("help", hard="C-LIFE").da == (
        "Noget er svært. Ring, og hjælp. Det handler om »Noget uden for arbejdet driller«."
    )
    assert texts.due("judge", hard="C-SME-ECONOMY").da == (
        "Noget er prøvet. Ring, og hør, om det hjalp. Det handler om »Lille virksomhed: ekstra personale koster«."
    )
    assert "noget på arbejdspladsen" in texts.due("help", hard="C-OF-TOMORROW").da


@pytest.mark.parametrize(
    ("gone", "whom", "what"),
    [
        ((), CONTACT, "check-in"),
        ((CONTACT,), LEADER, "check-in"),
        ((CONTACT, LEADER), BUDDY, "check-in"),
        ((CONTACT, LEADER, BUDDY), OTHER, "check-in"),
        ((CONTACT, LEADER, BUDDY, OTHER), None, "new-contact"),
    ],
)
def test_who_is_forgotten_is_never_rung_but_the_next_one_near_or_a_new_contact_is_found(
    gone: tuple[str, ...], whom: str | None, what: str
) -> None:
    one = in_state("filled").changed(found=FOUND.changed(buddy_id=BUDDY))
    all_ = replace(known(one, living(contact_id=CONTACT)), of_companies={COMPANY: OTHER}, gone=frozenset(gone))
    [found] = [found for found in turns(all_, NOW) if found.thing == "placement"]
    assert (found.person_id, found.turn.what) == (whom, what)
    assert what == "check-in" or found.turn.due == TODAY, "it is not waited for the next check-in"


def test_the_places_contact_and_leader_are_rung_about_a_placement_that_has_none_of_its_own() -> None:
    one = in_state("filled").changed(leader_id=OTHER)
    [found] = [found for found in turns(known(one, living()), NOW) if found.thing == "placement"]
    assert (found.person_id, found.leader_id) == (OTHER, OTHER), "the place went on as another's"
    world = heard(said(followup.PlacementMoved, OF_PLACEMENT, contact_id=CONTACT, stage=STAGE))
    assert world.get(Placement, PLACEMENT).contact_id == CONTACT


def test_a_kommune_whose_referral_nobody_has_by_name_is_one_without_a_contact() -> None:
    escalated = said(gateway.ReferralEscalated, contact_id=OTHER, contact_role="entrance", due_by=date(2026, 12, 7))
    world = heard(SENT, GUIDED, escalated)
    assert rules.of_referral(world.referral, "page", TODAY).what == "no-contact"
    world.tell(GUIDED.changed(contact_id=OTHER))
    assert rules.of_referral(world.referral, "page", TODAY).what == "with-kommune"


def test_a_kommune_that_has_proposed_somebody_is_neither_slow_nor_searching() -> None:
    world = heard(SENT, GUIDED)
    long_after = date(2027, 1, 4)
    assert rules.of_referral(world.referral, "page", long_after).what == "silent"
    turn = rules.of_referral(world.referral, "page", long_after, proposed=True)
    assert (turn.what, turn.who, turn.due) == ("with-matches", None, None)
