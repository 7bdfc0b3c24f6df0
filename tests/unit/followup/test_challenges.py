"""Challenges and interventions: what is hard, what was tried, what helped."""

from datetime import date, timedelta
from typing import Any

import pytest

from followup.commands.challenges import JudgeIntervention, RaiseChallenge, TryIntervention
from followup.commands.placements import End, Start
from shared.events.followup import ChallengeClosed, ChallengeRaised, InterventionJudged, InterventionTried
from shared.spine.decision import NotYet
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
