"""Goals, progress, the young person's voice, and a certificate that names nobody."""

from datetime import date
from typing import Any

import pytest

from followup.commands.certificates import CertificateAnswer, IssueCertificate
from followup.commands.placements import Cancel, CheckIn, End, NoteLearning
from followup.rules import learning
from followup.state.certificates import Certificate
from shared.events.followup import PlacementCertificateIssued, PlacementCheckinDue
from shared.events.municipality_gateway import CandidateHeard
from tests.unit.followup.world import CANDIDATE, MATCH, START, World, agreed, an_id, begun, refused

CERTIFICATE, CODE = an_id(90), "BCDFG-HJKLM-NPQRS-TVWXZ"


def note(world: World, goals: tuple[str, ...] | None = None, by: str = "leader", **progress: str) -> None:
    made = [{"code": code.replace("_", "-"), "level": level.replace("_", "-")} for code, level in progress.items()]
    facts = {"placement_id": MATCH, "goals": goals, "progress": made, "by": by}
    world.tell(NoteLearning.model_validate(facts))


def heard(world: World, wellbeing: int, *learned: str, **changes: Any) -> None:
    facts: dict[str, Any] = {"candidate_id": CANDIDATE, "kommune": "0410", "placement_id": MATCH}
    world.tell(CandidateHeard(**(facts | changes), wellbeing=wellbeing, learning=learned))


def issue(world: World, *competences: str) -> Any:
    command = IssueCertificate(
        placement_id=MATCH, certificate_id=CERTIFICATE, code=CODE, competences=competences or None
    )
    return world.tell(command)


def test_goals_are_set_before_the_first_day_and_progress_is_made_after_it() -> None:
    world = World()
    world.tell(agreed())
    note(world, ("cooperation", "tools"))
    with refused("state", "state"):
        note(world, tools="tried")
    assert world.placement.goals == ("cooperation", "tools")


def test_progress_is_a_dated_series_and_what_was_noted_last_holds() -> None:
    world = begun()
    note(world, ("tools",), tools="tried")
    world.on(date(2026, 12, 1))
    note(world, tools="independent")
    note(world, tools="independent")
    series = [(one.code, one.level, one.on) for one in world.placement.learned]
    assert series == [("tools", "tried", START), ("tools", "independent", date(2026, 12, 1))]
    assert learning.reached(world.placement) == {"tools": "independent"}
    assert world.placement.goals == ("tools",)


def test_what_is_over_has_no_new_goals_and_what_was_learned_may_be_noted_just_after() -> None:
    world = begun()
    world.tell(End(placement_id=MATCH, reason="goal-reached", on=START))
    note(world, tools="with_support")
    with refused("state", "state"):
        note(world, ("tools",))


def test_the_young_persons_voice_is_kept_and_who_is_not_well_comes_on_the_days_list() -> None:
    world = begun()
    heard(world, 4, "meeting-on-time")
    assert not world.placement.attention
    heard(world, 2)
    assert [(voice.wellbeing, voice.on) for voice in world.placement.voices] == [(4, START), (2, START)]
    assert [a.code for a in world.placement.attention] == ["wellbeing-low"]
    assert not any(event.attention for event in world.heard(PlacementCheckinDue)), "it goes no further"
    assert learning.reached(world.placement) == {}


def test_how_somebody_felt_is_forgotten_at_the_end() -> None:
    world = begun()
    heard(world, 4, "tools")
    world.tell(End(placement_id=MATCH, reason="education", on=START))
    heard(world, 3)
    assert world.placement.voices == ()


@pytest.mark.parametrize("changes", [{"candidate_id": an_id(99)}, {"kommune": "0607"}, {"placement_id": an_id(99)}])
def test_the_voice_of_somebody_else_changes_nothing(changes: dict[str, Any]) -> None:
    world = begun()
    before = dict(world.states)
    heard(world, 1, **changes)
    assert world.states == before


def test_a_certificate_says_what_was_learned_and_done_and_nobodys_name() -> None:
    world = begun()
    note(world, tools="independent", cooperation="with_support")
    world.on(date(2026, 12, 1))
    answer: CertificateAnswer = issue(world)
    assert (answer.code, answer.issued_on) == (CODE, date(2026, 12, 1))
    certificate = world.get(Certificate, CERTIFICATE)
    assert [(one.code, one.level) for one in certificate.competences] == [
        ("tools", "independent"),
        ("cooperation", "with-support"),
    ]
    assert (certificate.started_on, certificate.until, certificate.hours) == (START, date(2026, 12, 1), 10)
    said = world.last(PlacementCertificateIssued)
    assert (said.certificate_id, said.competences) == (CERTIFICATE, ("tools", "cooperation"))
    assert CODE not in said.model_dump_json()
    fields = Certificate.model_fields.keys()
    assert not fields & {"candidate_id", "kommune", "leader_id", "company_id", "place_id"}


def test_a_certificate_of_an_ended_placement_runs_to_its_last_day() -> None:
    world = begun()
    note(world, tools="independent")
    world.tell(End(placement_id=MATCH, reason="education", on=START))
    world.on(date(2027, 3, 1))
    issue(world, "tools")
    assert world.get(Certificate, CERTIFICATE).until == START


def test_a_certificate_names_only_what_was_noted_with_a_level() -> None:
    world = begun()
    with refused("state", "competences"):
        issue(world)
    heard(world, 5, "tools")
    with refused("state", "competences"):
        issue(world, "tools")
    note(world, tools="tried")
    issue(world, "tools")
    assert len(world.heard(PlacementCertificateIssued)) == 1


def test_what_never_began_has_no_certificate() -> None:
    world = World()
    world.tell(agreed())
    with refused("state", "state"):
        issue(world)
    world.tell(Cancel(placement_id=MATCH, reason="did-not-come"))
    with refused("state", "state"):
        issue(world)


def test_an_answer_from_the_leader_alone_makes_no_competence() -> None:
    world = begun()
    world.tell(CheckIn(placement_id=MATCH, kind="first-day", answered=True, answers=("tools",), by="leader"))
    assert learning.reached(world.placement) == {}
