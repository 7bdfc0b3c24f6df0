"""Who follows a placement, hand-over, and who stands in for whom."""

from datetime import date
from typing import Any

import pytest

from followup.commands.consultants import HandOver, HandOverAnswer, HandOverBody, NoteAbsence
from followup.commands.placements import CheckIn, Start
from followup.state.consultants import Absence, Consultant, stands_in
from followup.state.placements import Placement
from tests.unit.followup.world import MATCH, START, World, agreed, an_id, refused

OTHER = an_id(60)


def two() -> World:
    world = World()
    world.tell(agreed())
    world.tell(agreed(match_id=OTHER, candidate_id=an_id(61)))
    world.on(START)
    for match in (MATCH, OTHER):
        world.tell(Start(placement_id=match, on=START), by="anne")
    return world


def follows(world: World) -> list[str | None]:
    return [world.get(Placement, id_).consultant for id_ in (MATCH, OTHER)]


def hand_over(world: World, before: str | None, after: str, *ids: str) -> Any:
    return world.tell(HandOver(placement_ids=ids, from_=before, to=after))


def test_the_first_consultant_who_asks_follows_it_and_a_leader_does_not() -> None:
    world = World()
    world.tell(agreed())
    world.tell(CheckIn(placement_id=MATCH, kind="first-day", answered=True, by="leader"), by="lone")
    assert world.placement.consultant is None
    world.tell(CheckIn(placement_id=MATCH, kind="first-day", answered=True, by="consultant"), by="anne")
    world.tell(CheckIn(placement_id=MATCH, kind="first-day", answered=True, by="consultant"), by="bo")
    assert world.placement.consultant == "anne"


def test_one_or_all_are_handed_over() -> None:
    world = two()
    hand_over(world, "anne", "bo", MATCH)
    assert follows(world) == ["bo", "anne"]
    answer: HandOverAnswer = hand_over(world, "anne", "carl", MATCH, OTHER)
    assert (answer.placement_ids, follows(world)) == ((OTHER,), ["bo", "carl"])


@pytest.mark.parametrize("asked_first", [True, False])
def test_who_asks_while_it_is_handed_over_does_not_take_it_back(asked_first: bool) -> None:
    world = two()
    ask = CheckIn(placement_id=MATCH, kind="first-day", answered=True, by="consultant")
    if asked_first:
        world.tell(ask, by="anne")
    hand_over(world, "anne", "bo", MATCH)
    if not asked_first:
        world.tell(ask, by="anne")
    assert follows(world) == ["bo", "anne"]


def test_what_nobody_follows_is_given_to_somebody() -> None:
    world = World()
    world.tell(agreed())
    hand_over(world, None, "bo", MATCH)
    hand_over(world, None, "carl", MATCH)
    assert world.placement.consultant == "bo"


def test_a_hand_over_names_one_placement_or_one_consultant() -> None:
    for body in ({"to": "bo"}, {"to": "bo", "from": "anne", "placement_id": MATCH}):
        with pytest.raises(ValueError, match="missing-field"):
            HandOverBody.model_validate(body)


def absent(world: World, first: date, last: date, substitute: str = "bo") -> None:
    world.tell(NoteAbsence(consultant="anne", from_=first, to=last, substitute=substitute))


def test_an_absence_has_a_substitute_and_both_its_days_count() -> None:
    world = two()
    absent(world, date(2026, 12, 1), date(2026, 12, 4))
    anne = world.get(Consultant, "anne")
    away = [stands_in([anne], "anne", date(2026, 12, day)) for day in (4, 5)]
    assert (stands_in([anne], "anne", date(2026, 11, 30)), away) == (None, ["bo", None])
    assert stands_in([anne], "bo", date(2026, 12, 1)) is None
    assert stands_in([anne], None, date(2026, 12, 1)) is None


def test_an_absence_with_the_same_first_day_replaces_the_one_before_and_past_ones_are_dropped() -> None:
    world = two()
    absent(world, date(2026, 12, 1), date(2026, 12, 4))
    absent(world, date(2026, 12, 1), date(2026, 12, 11), "carl")
    assert [(a.to.day, a.substitute) for a in world.get(Consultant, "anne").absences] == [(11, "carl")]
    world.on(date(2027, 1, 4))
    absent(world, date(2027, 2, 1), date(2027, 2, 5))
    assert [a.from_.month for a in world.get(Consultant, "anne").absences] == [2]


@pytest.mark.parametrize(
    ("first", "last", "substitute", "rule", "field"),
    [
        (date(2026, 12, 1), date(2026, 12, 4), "anne", "state", "substitute"),
        (date(2026, 12, 4), date(2026, 12, 1), "bo", "date-order", "to"),
        (date(2026, 11, 2), date(2026, 11, 3), "bo", "date-order", "to"),
        (date(2062, 12, 4), date(2062, 12, 5), "bo", "date-far", "from"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(first: date, last: date, substitute: str, rule: str, field: str) -> None:
    with refused(rule, field):
        absent(two(), first, last, substitute)


def test_a_substitute_who_is_away_passes_it_on_and_a_circle_ends() -> None:
    def away(who: str, substitute: str) -> Consultant:
        return Consultant(id=who, absences=(Absence(from_=START, to=START, substitute=substitute),))

    assert stands_in([away("anne", "bo"), away("bo", "carl")], "anne", START) == "carl"
    assert stands_in([away("anne", "bo"), away("bo", "anne")], "anne", START) is None
