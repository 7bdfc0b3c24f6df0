"""The list of kick-offs: each stands for itself in links and figures."""

from datetime import date
from typing import Any

import pytest

from intake.commands.kickoffs import CorrectKickoff, RegisterKickoff
from intake.state.leaders import Kickoff
from shared.spine.decision import Refused
from tests.unit.intake.world import NOW, World


def held(**changes: Any) -> RegisterKickoff:
    facts = {"kickoff_id": "vildbjerg", "name": "Vildbjerg", "kommune": "0657", "held_on": date(2026, 2, 1)}
    return RegisterKickoff(**{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "rule", "field"),
    [
        ({"kickoff_id": "none"}, "id-taken", "id"),
        ({"kommune": "9999"}, "test-kommune", "kommune"),
        ({"held_on": date(2062, 12, 4)}, "date-far", "held_on"),
    ],
)
def test_a_kickoff_that_cannot_be_meant_is_refused(changes: dict[str, Any], rule: str, field: str) -> None:
    with pytest.raises(Refused, match=rule) as refused:
        World().tell(held(**changes))
    assert refused.value.field == field
    World().tell(held(held_on=date(2027, 11, 30)))


def test_the_same_again_is_the_same_and_another_one_never_takes_its_place() -> None:
    world = World()
    assert world.tell(held()) == world.tell(held())
    with pytest.raises(Refused, match="id-taken") as refused:
        world.tell(held(kommune="0661"))
    assert refused.value.status == 409
    assert world.get(Kickoff, "vildbjerg").kommune == "0657"


def test_a_kickoff_is_put_right_with_a_trace() -> None:
    world = World()
    world.tell(held())
    right = CorrectKickoff(kickoff_id="vildbjerg", name=None, kommune="0661", held_on=None)
    for _ in "again":
        world.tell(right)
    one = world.get(Kickoff, "vildbjerg")
    assert (one.name, one.kommune) == ("Vildbjerg", "0661")
    assert [(c.by, c.at, c.fields) for c in one.changes] == [("test", NOW, ("kommune",))]
    with pytest.raises(Refused, match="date-far"):
        world.tell(right.changed(kommune=None, held_on=date(2062, 1, 1)))
