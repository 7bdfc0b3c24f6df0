"""The kommune's support (X8): a need that is greater than the workplace can meet."""

from datetime import date
from typing import Any

import pytest

from followup.commands.challenges import RaiseChallenge
from followup.commands.placements import CheckIn, End
from followup.rules import support
from followup.state.challenges import Challenge, Intervention
from shared.events.followup import InterventionTried, PlacementAnswerRefused, PlacementCheckinDue
from shared.events.municipality_gateway import PlacementSupportAnswered
from tests.unit.followup.world import MATCH, PLACE, START, World, an_id, begun

CHALLENGE = an_id(70)


def asked(**changes: Any) -> World:
    world = begun()
    facts: dict[str, Any] = {"about": "placement", "about_id": MATCH, "code": "C-SUPPORT-GAP", "help": "kommune"}
    world.tell(RaiseChallenge(challenge_id=CHALLENGE, by="leader", **(facts | changes)))
    return world


def answer(world: World, said: str = "granted", **changes: Any) -> None:
    facts = {"placement_id": MATCH, "place_id": PLACE, "challenge_id": CHALLENGE, "kommune": "0410", "reply_id": "r1"}
    hours = {"support": "mentor-hours", "minutes": 120, "from": date(2026, 11, 16), "to": date(2027, 2, 14)}
    given = facts | {"answer": said} | (hours if said == "granted" else {})
    world.tell(PlacementSupportAnswered.model_validate(given | changes))


def test_granted_mentor_hours_are_kept_and_count_as_tried_by_the_kommune() -> None:
    world = asked()
    answer(world)
    (kept,) = world.placement.support
    assert (kept.support, kept.minutes, kept.from_, kept.to) == (
        "mentor-hours",
        120,
        date(2026, 11, 16),
        date(2027, 2, 14),
    )
    (tried,) = world.heard(InterventionTried)
    assert (tried.challenge_id, tried.placement_id, tried.code, tried.by, tried.minutes) == (
        CHALLENGE,
        MATCH,
        "I-MENTOR-FUNDED",
        "kommune",
        0,
    )
    assert world.get(Challenge, CHALLENGE).response_seconds == 0
    assert world.get(Intervention, tried.intervention_id).result is None


@pytest.mark.parametrize(
    ("granted", "code"),
    [("transport", "I-TRANSPORT"), ("course", "I-COURSE"), ("aids", "I-PUBLIC-SUPPORT"), ("other", "I-PUBLIC-SUPPORT")],
)
def test_what_is_granted_says_what_was_tried(granted: str, code: str) -> None:
    world = asked()
    answer(world, support=granted)
    assert world.last(InterventionTried).code == code


def test_somebody_asks_a_week_before_the_support_ends() -> None:
    world = asked()
    answer(world)
    world.on(date(2027, 2, 8))
    assert ("before-support-ends", date(2027, 2, 8)) in [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)]


@pytest.mark.parametrize("said", ["granted", "refused", "later"])
def test_each_answer_comes_on_the_days_list_until_somebody_has_asked(said: str) -> None:
    world = asked()
    answer(world, said)
    assert [(a.code, a.on) for a in world.placement.attention] == [(f"support-{said}", START)]
    assert world.get(Challenge, CHALLENGE).answer == said
    world.tell(CheckIn(placement_id=MATCH, kind="after-change", answered=True, by="consultant"))
    assert world.placement.attention == ()


def test_later_and_then_granted_are_two_answers_and_the_same_twice_is_one() -> None:
    world = asked()
    answer(world, "later")
    answer(world)
    answer(world, reply_id="r2")
    assert [given.answer for given in world.placement.support] == ["later", "granted"]
    assert len(world.heard(InterventionTried)) == 1


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"kommune": "0607"}, "kommune", "R-XBORDER-1"),
        ({"challenge_id": an_id(99)}, "challenge_id", "state"),
        ({"support": None}, "support", "missing-field"),
        ({"to": date(2026, 11, 1)}, "to", "date-order"),
        ({"to": date(2100, 1, 1)}, "to", "date-far"),
        ({"from": date(2062, 12, 4), "to": None}, "from", "date-far"),
    ],
)
def test_an_answer_about_support_that_does_not_fit_is_told_and_changes_nothing(
    changes: dict[str, Any], field: str, rule: str
) -> None:
    world = asked()
    before = dict(world.states)
    answer(world, **changes)
    told = world.heard(PlacementAnswerRefused)
    assert [(e.reply_id, e.field, e.rule) for e in told] == [("r1", field, rule)]
    assert world.states == before


def test_help_that_was_not_wanted_is_not_answered() -> None:
    world = asked(help=None)
    answer(world)
    assert world.last(PlacementAnswerRefused).field == "challenge_id"


def test_support_for_what_is_over_is_told_back() -> None:
    world = asked()
    world.tell(End(placement_id=MATCH, reason="C-SUPPORT-GAP", on=START))
    answer(world)
    assert world.last(PlacementAnswerRefused).rule == "state"


@pytest.mark.parametrize(("to", "warned"), [(date(2027, 5, 15), False), (date(2027, 5, 16), True)])
def test_mentor_hours_for_more_than_half_a_year_say_their_rule(to: date, warned: bool) -> None:
    world = asked()
    answer(world, to=to)
    assert support.warnings(world.placement.support[0]) == (("R-MENTOR-1",) if warned else ())
