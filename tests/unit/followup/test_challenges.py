"""Challenges and interventions: what is hard, what was tried, what helped."""

from datetime import date, timedelta
from typing import Any

import pytest

from followup import texts
from followup.commands.challenges import CloseChallenge, JudgeIntervention, RaiseChallenge, TryIntervention
from followup.commands.placements import End, Start
from followup.state.challenges import Challenge
from shared.catalogue.codes import codes
from shared.events.followup import ChallengeClosed, ChallengeRaised, InterventionJudged, InterventionTried
from shared.events.intake import PlaceClosed, PlacePaused
from shared.spine.decision import NotYet
from tests.unit.followup.test_places import place
from tests.unit.followup.world import COMPANY, MATCH, MONDAY, PLACE, World, agreed, an_id, refused

CHALLENGE, INTERVENTION = an_id(70), an_id(80)


def living() -> World:
    world = World()
    world.tell(agreed())
    world.tell(Start(placement_id=MATCH, on=MONDAY))
    return world


def hard(world: World, about: str = "placement", about_id: str = MATCH, **changes: Any) -> None:
    given = {"challenge_id": CHALLENGE, "about": about, "about_id": about_id, "code": "C-PHONE", "by": "leader"}
    world.tell(RaiseChallenge(**(given | changes)))


def tried(world: World, n: int = 0, **changes: Any) -> None:
    given = {"intervention_id": an_id(80 + n), "challenge_id": CHALLENGE, "code": "I-TASK-CHANGE", "minutes": 30}
    world.tell(TryIntervention(**(given | {"by": "leader"} | changes)))


def judged(world: World, result: str, n: int = 0) -> None:
    world.tell(JudgeIntervention(intervention_id=an_id(80 + n), result=result))


def test_a_challenge_about_a_placement_says_whose_and_where() -> None:
    world = living()
    hard(world, help="kommune")
    (raised,) = world.heard(ChallengeRaised)
    assert (raised.placement_id, raised.place_id, raised.kommune, raised.help) == (MATCH, PLACE, "0410", "kommune")


@pytest.mark.parametrize(("about", "about_id"), [("place", PLACE), ("company", COMPANY)])
def test_only_a_placement_has_a_kommune_to_help(about: str, about_id: str) -> None:
    world = living()
    with refused("state", "help"):
        hard(world, about, about_id, help="kommune")
    hard(world, about, about_id, code="C-ADMIN-FRIKORT")
    assert world.heard(ChallengeRaised)[0].kommune is None


def test_a_challenge_about_an_unknown_placement_waits() -> None:
    with pytest.raises(NotYet):
        hard(World())


def test_the_response_time_runs_to_the_first_intervention() -> None:
    world = living()
    hard(world)
    world.now += timedelta(hours=2)
    tried(world)
    world.now += timedelta(hours=3)
    tried(world, 1)
    judged(world, "solved", 1)
    (closed,) = world.heard(ChallengeClosed)
    assert closed.response_seconds == 7200
    assert [tried.first_of_challenge for tried in world.heard(InterventionTried)] == [True, False]


def test_an_intervention_knows_the_placement_of_its_challenge() -> None:
    world = living()
    hard(world)
    tried(world)
    assert world.heard(InterventionTried)[0].placement_id == MATCH


def test_an_intervention_can_stand_alone_but_not_in_the_air() -> None:
    world = living()
    tried(world, challenge_id=None, placement_id=MATCH)
    with refused("missing-field", "challenge_id"):
        tried(world, 1, challenge_id=None)


@pytest.mark.parametrize("result", ["partly", "not-solved", "too-early"])
def test_what_is_not_solved_stays_open(result: str) -> None:
    world = living()
    hard(world)
    tried(world)
    judged(world, result)
    assert world.heard(ChallengeClosed) == []


def test_too_early_is_judged_again_and_counts_each_time() -> None:
    world = living()
    hard(world)
    tried(world)
    for result in ("too-early", "too-early", "solved"):
        judged(world, result)
    assert [e.result for e in world.heard(InterventionJudged)] == ["too-early", "too-early", "solved"]


def test_another_judgement_is_final() -> None:
    world = living()
    hard(world)
    tried(world)
    judged(world, "partly")
    judged(world, "partly")
    assert len(world.heard(InterventionJudged)) == 1
    with refused("state", "result"):
        judged(world, "solved")


def test_two_solutions_close_a_challenge_once() -> None:
    world = living()
    hard(world)
    for n in (0, 1):
        tried(world, n)
        judged(world, "solved", n)
    assert len(world.heard(ChallengeClosed)) == 1


def test_the_end_of_a_placement_closes_its_challenges() -> None:
    world = living()
    hard(world)
    world.tell(End(placement_id=MATCH, reason="C-PHONE", on=date(2026, 11, 2)))
    (closed,) = world.heard(ChallengeClosed)
    assert closed.response_seconds is None


def test_what_is_found_hard_after_the_end_stays_somebodys_until_a_consultant_closes_it() -> None:
    world = living()
    world.tell(End(placement_id=MATCH, reason="C-PHONE", on=date(2026, 11, 2)))
    hard(world)
    assert world.heard(ChallengeClosed) == []
    world.tell(CloseChallenge(challenge_id=CHALLENGE))
    assert len(world.heard(ChallengeClosed)) == 1


def test_an_intervention_counts_from_when_it_was_tried_in_whichever_order_it_is_told() -> None:
    world = living()
    hard(world)
    raised = world.now
    world.now += timedelta(hours=48)
    tried(world)
    assert world.get(Challenge, CHALLENGE).response_seconds == 48 * 3600
    tried(world, 1, at=raised + timedelta(hours=2))
    assert world.get(Challenge, CHALLENGE).response_seconds == 2 * 3600
    assert [e.at for e in world.heard(InterventionTried)] == [None, raised + timedelta(hours=2)]


@pytest.mark.parametrize(("hours", "rule"), [(-1, "date-order"), (1, "date-future")])
def test_nothing_is_tried_before_it_was_hard_or_in_the_future(hours: int, rule: str) -> None:
    world = living()
    hard(world)
    with refused(rule, "at"):
        tried(world, at=world.now + timedelta(hours=hours))
    tried(world, at=world.now)


def test_without_a_challenge_nothing_is_tried_before_the_agreement() -> None:
    world = living()
    with refused("date-order", "at"):
        tried(world, challenge_id=None, placement_id=MATCH, at=world.now - timedelta(days=1))


def test_what_is_not_hard_any_more_is_closed_by_a_consultant_once() -> None:
    world = living()
    hard(world, "company", COMPANY, code="C-ADMIN-FRIKORT")
    for _ in range(2):
        world.tell(CloseChallenge(challenge_id=CHALLENGE))
    assert len(world.heard(ChallengeClosed)) == 1


@pytest.mark.parametrize(("kind", "closed"), [(PlaceClosed, 1), (PlacePaused, 0)])
def test_what_was_hard_about_a_place_is_over_when_the_place_is(kind: type[Any], closed: int) -> None:
    world = living()
    hard(world, "place", PLACE, code="C-INTERNAL")
    world.tell(place(kind, reason="internal"))
    assert len(world.heard(ChallengeClosed)) == closed


def test_what_is_hard_has_a_leaders_words_only_where_it_has_a_code() -> None:
    assert texts.HARD.keys() <= {entry.code for entry in codes("challenges")}
