"""Who has which seat of a place, and what becomes of it when a placement is over."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from matching import texts
from matching.commands import LeaderAnswers
from matching.rules import matches, places
from matching.state.places import Place, Spot
from shared.catalogue.calendar import add_working_days
from shared.catalogue.codes import codes
from shared.events import intake
from shared.events.base import Task
from shared.events.matching import MatchCancelled, MatchSeatFree
from shared.spine.decision import NotYet, Refused
from tests.unit.matching.world import (
    ESBJERG,
    OTHER_REFERRAL,
    PLACE,
    PLACEMENT,
    REFERRAL,
    SONDERBORG,
    THIRD_REFERRAL,
    VARDE,
    World,
    about_place,
    agreed_on,
    answer,
    changed,
    corrected,
    ended,
    never_began,
    opened,
    paused,
    place,
    profile,
    proposed,
    sent,
    told,
    withdrawn,
)


def test_the_leader_can_hold_no_more_seats_than_there_are(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    world.leader(first, "yes")
    with pytest.raises(Refused) as refused:
        world.leader(second, "yes")
    assert refused.value.rule == "no-seat"


# -- a seat that is held -----------------------------------------------------------------------------------------------

TENTH = date(2026, 12, 7)
"""The last day of a proposal of the first day."""


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def test_while_a_seat_is_held_the_others_wait_for_it_and_not_for_the_leader(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    assert told(world.leader(first, "yes")) == [("approved", "leader"), ("seat-held", "")]
    later = world.propose(2)
    for match in (second, later):
        assert matches.waits_for(world.match(match)) == "seat"
        assert matches.owed(world.match(match)) == [("young-person", TENTH)], "what the kommune owes it owes still"
        assert "skal ikke svare på dette forslag nu" in texts.what_next(world.match(match), ("", ""))["da"]
        with pytest.raises(Refused):
            world.leader(match, "yes")
    assert told(world.hear(answer(second, "young-person", "yes"))) == [("approved", "young-person")]
    assert told(world.leader(later, "no")) == [("declined", "no-reason")]
    assert matches.waits_for(world.match(first)) == "young-person"


def test_no_time_runs_for_the_leader_while_the_seat_is_held_and_afterwards_she_has_all_of_it() -> None:
    world = World(opened(), sent())
    first = world.propose(0, start=date(2027, 1, 11))
    world.tell(answer(first, "young-person", "yes"))
    second = world.propose(1, start=date(2027, 1, 11))
    world.tell(answer(second, "young-person", "yes"))
    world.wait(at(date(2026, 12, 4)))
    world.leader(first, "yes")
    assert world.wait(at(date(2026, 12, 18))) == [], "the tenth working day of the second has passed"
    assert told(world.wait(at(date(2026, 12, 19)))) == [("cancelled", "expired"), ("seat-free", "")]
    asked = world.last(MatchSeatFree)
    assert (asked.match_id, asked.answer_by) == (second, world.match(second).answer_by)
    assert matches.waits_for(world.match(second)) == "leader"
    assert asked.answer_by == add_working_days(date(2026, 12, 19), 10)
    assert world.wait(at(asked.answer_by)) == []
    assert told(world.wait(at(asked.answer_by + timedelta(days=1)))) == [("cancelled", "expired")]


@pytest.mark.parametrize("end", ["leader", "young-person", "withdrawn", "expired"])
def test_whatever_ends_what_held_the_seat_the_leader_is_asked_again(world: World, end: str) -> None:
    first, second = world.propose(0), world.propose(1)
    world.leader(first, "yes")
    match end:
        case "leader":
            said = world.leader(first, "no")
        case "young-person":
            said = world.hear(answer(first, "young-person", "no"))
        case "withdrawn":
            said = world.hear(withdrawn(0))
        case _:
            said = world.hear(answer(first, "young-person", "none", reply_id=None))
    assert told(said)[1:] == [("seat-free", "")]
    assert matches.waits_for(world.match(second)) == "leader"
    assert told(world.leader(second, "yes")) == [("approved", "leader")]


def test_of_two_seats_both_must_be_held_before_the_others_wait() -> None:
    world = World(opened(seats=2), sent())
    one, two, three = (world.propose(n) for n in range(3))
    world.leader(one, "yes")
    assert matches.waits_for(world.match(three)) == "leader"
    world.agree(two)
    assert matches.waits_for(world.match(three)) == "seat"
    assert told(world.hear(ended(two)))[0] == ("seat-free", "")
    world.leader(three, "yes")


def test_a_seat_more_or_less_is_a_seat_to_wait_for_or_not(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    world.leader(first, "yes")
    assert told(world.hear(changed(seats=2))) == [("seat-free", "")]
    assert told(world.hear(changed(seats=1))) == [("seat-held", "")]
    assert matches.waits_for(world.match(second)) == "seat"


def test_what_ends_all_at_a_place_asks_nobody_again(world: World) -> None:
    first, _ = (world.propose(n) for n in range(2))
    world.leader(first, "yes")
    assert told(world.hear(paused)) == [("cancelled", "place-paused")] * 2
    assert world.timers == {}


def test_a_place_whose_seat_was_held_before_we_noted_it_does_not_run_out(world: World) -> None:
    """An older build has noted nothing."""
    first, second = world.propose(0), world.propose(1)
    world.wait(at(date(2026, 12, 4)))
    world.decide(world.message(LeaderAnswers(match_id=first, place_id=PLACE, answer="yes", reason=None)))
    del world.timers[("match", second), "recheck"]
    assert told(world.wait(at(date(2026, 12, 8)))) == [("seat-held", "")]
    assert told(world.leader(first, "no")) == [("declined", "no-reason"), ("seat-free", "")]


def test_the_last_seat_cancels_those_who_are_left(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    world.agree(first)
    assert told(world.since(-1)) == [("cancelled", "seat-taken")]
    assert world.match(second).reason == "seat-taken"


def test_while_a_seat_is_left_the_others_stay_open() -> None:
    world = World(opened(seats=2), sent())
    matches = [world.propose(n) for n in range(3)]
    assert world.agree(matches[0]).seats_left == 1
    assert world.match(matches[2]).state == "proposed"
    assert world.agree(matches[1]).seats_left == 0
    assert world.match(matches[2]).reason == "seat-taken"


@pytest.mark.parametrize("over", [ended, never_began])
def test_when_a_placement_is_over_the_seat_and_the_person_are_free(world: World, over: Any) -> None:
    match = agreed_on(world)
    world.tell(over(match))
    world.tell(over(match))
    assert world.match(match).state == "ended"
    assert world.propose(reply_id="again") != match


def test_a_full_place_waits_for_the_leader_after_a_placement_has_ended(world: World) -> None:
    match = agreed_on(world)
    world.tell(intake.PlaceFilled(**about_place("filled")))
    world.tell(ended(match))
    assert told(world.hear(proposed(1))) == [("refused", "no-seat")]
    world.tell(intake.PlaceReopened(**about_place("open"), agreed_at=date(2027, 3, 8), placement_id=PLACEMENT))
    assert world.propose(1, reply_id="again")


def test_a_reopened_place_waits_until_its_placement_has_ended_here_too(world: World) -> None:
    match = agreed_on(world)
    reopened = intake.PlaceReopened(**about_place("open"), agreed_at=date(2027, 3, 8), placement_id=PLACEMENT)
    with pytest.raises(NotYet) as wait:
        world.tell(reopened)
    assert wait.value.waits_for == ("place", PLACE)
    world.tell(ended(match))
    world.tell(reopened)
    assert world.propose(1)


def test_after_an_early_end_the_next_match_on_the_place_has_a_stricter_gate(world: World) -> None:
    match = agreed_on(world)
    world.tell(ended(match, how="early"))
    assert "slow-match-considered" in world.match(world.propose(1)).gate


def test_a_match_that_was_open_when_a_placement_ended_early_gets_the_stricter_gate_too() -> None:
    world = World(opened(seats=2), sent())
    first, open_ = world.propose(0), world.propose(1)
    world.agree(first)
    world.tell(ended(first, how="early"))
    assert world.match(open_).gate["slow-match-considered"] is None
    world.agree(open_)


def test_an_early_end_that_crosses_the_last_yes_is_seen_at_the_agreement() -> None:
    world = World(opened(seats=2), sent())
    first, last = world.propose(0), world.propose(1)
    world.agree(first)
    world.gate(last)
    world.tell(answer(last, "young-person", "yes"))
    world.decide(world.message(LeaderAnswers(match_id=last, place_id=PLACE, answer="yes", reason=None)))
    world.decide(world.message(ended(first, how="early")))
    assert told(world.wait(world.now)) == []
    assert world.match(last).state == "proposed"
    assert told(world.gate(last)) == [("agreed", "")]


def test_an_end_that_was_another_asks_as_that_one() -> None:
    world = World(opened(seats=2), sent())
    first, open_ = world.propose(0), world.propose(1)
    world.agree(first)
    world.tell(ended(first))
    world.tell(corrected(first, how="early", reason="C-PACE", before="as-planned"))
    assert world.match(open_).gate["slow-match-considered"] is None
    assert world.match(first).reason == "C-PACE"
    world.tell(corrected(first, how="as-planned", reason="education", before="early"))
    assert "slow-match-considered" not in world.match(world.propose(2)).gate


def test_an_end_as_planned_asks_no_more() -> None:
    world = World(opened(seats=2), sent())
    first, open_ = world.propose(0), world.propose(1)
    world.agree(first)
    world.tell(ended(first))
    assert "slow-match-considered" not in world.match(open_).gate


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"hours_from": 12}, "R-FIT-HOURS"),  # ten were proposed
        ({"hours_from": 5, "hours_to": 9}, "R-FIT-HOURS"),
        ({"times_of_day": ("day",)}, "R-FIT-TIMES"),
        ({"forms": ("VIRKSOMHEDSPRAKTIK",)}, "R-FIT-FORM"),
        ({"tasks": (Task(task_id="viden_data-07"),)}, "R-FIT-TASKS"),
    ],
)
def test_a_match_that_no_longer_fits_a_place_that_changed_ends_and_says_why(
    world: World, change: dict[str, Any], rule: str
) -> None:
    match = world.propose()
    world.leader(match, "yes")
    assert told(world.hear(changed(**change))) == [("cancelled", rule)]
    assert rule in codes("match-cancelled")
    assert world.get(Place, PLACE).spots == {}


def test_a_match_that_still_fits_keeps_the_leaders_yes_and_its_seat(world: World) -> None:
    match = world.propose()
    world.leader(match, "yes")
    assert world.hear(changed(hours_from=8, hours_to=20, seats=2)) == []
    assert world.get(Place, PLACE).spots[match].state == "held"
    world.gate(match)
    assert told(world.hear(answer(match, "young-person", "yes"))) == [("approved", "young-person"), ("agreed", "")]


@pytest.mark.parametrize("change_first", [True, False])
def test_a_change_that_crosses_the_last_yes_counts_when_it_comes_before_the_agreement(
    world: World, change_first: bool
) -> None:
    match = world.propose()
    world.gate(match)
    world.tell(answer(match, "young-person", "yes"))
    yes = LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None)
    crossing = [changed(times_of_day=("day",)), yes]
    for data in crossing if change_first else reversed(crossing):
        world.decide(world.message(data))
    assert told(world.wait(world.now)) == [("cancelled", "R-FIT-TIMES")]


def test_what_is_agreed_stands_when_the_place_changes(world: World) -> None:
    match = agreed_on(world)
    assert world.hear(changed(times_of_day=("day",), seats=2)) == []
    assert world.get(Place, PLACE).spots[match].state == "taken"
    assert world.match(match).state == "agreed"


def test_a_seat_that_is_gone_goes_from_whoever_is_not_agreed() -> None:
    world = World(opened(seats=2), sent())
    first, second = world.propose(0), world.propose(1)
    world.agree(first)
    world.leader(second, "yes")
    assert told(world.hear(changed(seats=1))) == [("cancelled", "seat-taken")]


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_yeses_at_once_to_a_seat_that_became_the_last_one_gets_it(first: int) -> None:
    world = World(opened(seats=2), sent())
    both = [world.propose(n) for n in range(2)]
    for match in both:
        world.gate(match)
        world.leader(match, "yes")
    world.tell(changed(seats=1))
    for match in both:
        world.decide(world.message(answer(match, "young-person", "yes")))
    before = len(world.said)
    world.agree_first(both[first])
    world.wait(world.now)
    assert [what for what, _ in told(world.since(before))] == ["agreed", "cancelled"]
    assert [world.match(both[n]).state for n in (first, 1 - first)] == ["agreed", "cancelled"]
    assert world.last(MatchCancelled).reason == "seat-taken"


def test_of_three_kommuner_for_the_last_seat_each_loser_hears_that_it_is_taken() -> None:
    world = World(opened())
    asked = [(REFERRAL, ESBJERG), (OTHER_REFERRAL, VARDE), (THIRD_REFERRAL, SONDERBORG)]
    for referral, kommune in asked:
        world.tell(sent(referral, kommune=kommune))
    far = profile(reach=200)
    matches = [
        world.propose(n, referral_id=referral, kommune=kommune, profile=far, reply_id=f"r-{n}")
        for n, (referral, kommune) in enumerate(asked)
    ]
    world.agree(matches[1])
    losers = {event.kommune: event.reason for event in world.heard(MatchCancelled)}
    assert losers == {ESBJERG: "seat-taken", SONDERBORG: "seat-taken"}


def test_a_seat_is_free_until_it_is_taken() -> None:
    at = places.put(place(seats=2), "a", Spot())
    assert places.left(at) == 2
    assert places.left(places.hold(at, "a")) == 2
    assert places.left(places.take(at, "a")) == 1
    assert places.left(places.leave(places.take(at, "a"), "a")) == 2


def test_the_leader_holds_no_more_seats_than_there_are() -> None:
    at = place(seats=2)
    for match in ("a", "b", "c"):
        at = places.put(at, match, Spot())
    at = places.hold(places.take(at, "a"), "b")
    assert places.can_hold(at, "b")
    assert not places.can_hold(at, "c")
    assert places.can_hold(places.leave(at, "b"), "c")


def test_a_named_seat_is_that_seat() -> None:
    at = place(seats=2)
    for match, seat in (("a", 1), ("b", 1), ("c", 2), ("d", None)):
        at = places.put(at, match, Spot(seat=seat))
    at = places.take(at, "a")
    assert places.without_seat(at) == ["b"]
    assert places.without_seat(places.take(at, "c")) == ["b", "d"]


def test_a_seat_that_the_place_does_not_have_is_not_free() -> None:
    assert not places.free(place(seats=2), 3, [])


def test_what_a_newer_build_wrote_of_a_spot_stays_when_it_is_held_and_taken() -> None:
    at = places.put(place(), "a", Spot.model_validate({"seat": 1, "floor": "2"}))
    kept = places.take(places.hold(at, "a"), "a").spots["a"].model_dump(exclude_none=True)
    assert kept == {"state": "taken", "seat": 1, "floor": "2"}


@pytest.mark.parametrize("agreed", [True, False])
def test_a_place_that_goes_on_as_another_leaders_takes_its_matches_along(world: World, agreed: bool) -> None:
    someone = "00000000-0000-4000-8000-0000000000aa"
    match = agreed_on(world) if agreed else world.propose()
    world.tell(changed().changed(leader_id=someone, contact_id=someone))
    assert (world.match(match).leader_id, world.match(match).state) == (someone, "agreed" if agreed else "proposed")


def test_a_proposal_that_crosses_the_place_going_on_as_another_leaders_is_hers(world: World) -> None:
    """The gateway has not heard of it yet, and names the leader of before."""
    someone = "00000000-0000-4000-8000-0000000000aa"
    world.tell(changed().changed(leader_id=someone, contact_id=someone))
    assert world.match(world.propose()).leader_id == someone


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_for_one_seats_tasks_one_gets_it_and_who_is_for_the_other_seat_stays(first: int) -> None:
    tasks = (Task(task_id="viden_data-07", seat=1), Task(task_id="viden_data-01", seat=2))
    world = World(opened(seats=2, tasks=tasks), sent())
    both = [world.propose(n, tasks=("viden_data-07",)) for n in range(2)]
    other = world.propose(2, tasks=("viden_data-01",))
    world.agree(both[first])
    assert [world.match(match).state for match in (both[first], both[1 - first], other)] == [
        "agreed", "cancelled", "proposed",
    ]  # fmt: skip
    assert world.match(both[1 - first]).reason == "seat-taken"
    world.agree(other)
