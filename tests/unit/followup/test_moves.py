"""Another department in the same placement (S06)."""

from datetime import date
from typing import Any

import pytest

from followup.commands.placements import Cancel, End, Move
from shared.events.followup import PlacementMoved
from tests.unit.followup.test_races import next_stage
from tests.unit.followup.world import (
    CANDIDATE,
    COMPANY,
    LEADER,
    MATCH,
    PLACE,
    START,
    World,
    agreed,
    an_id,
    begun,
    praktik,
    refused,
)

CONTACT, BUDDY = an_id(41), an_id(42)


def move(world: World, on: date = START, **changes: Any) -> None:
    world.tell(Move(placement_id=MATCH, **({"on": on, "contact_id": CONTACT, "buddy_id": BUDDY} | changes)))


def test_another_department_is_the_same_placement_on_the_same_approval() -> None:
    world = begun(**praktik())
    world.on(date(2026, 11, 16))
    move(world, date(2026, 11, 13), tasks=("kontor-01",))
    (said,) = world.heard(PlacementMoved)
    assert (said.placement_id, said.contact_id, said.buddy_id, said.stage.tasks) == (
        MATCH,
        CONTACT,
        BUDDY,
        ("kontor-01",),
    )
    p = world.placement
    assert [(m.on, m.contact_id, m.buddy_id) for m in p.moves] == [(date(2026, 11, 13), LEADER, None)]
    assert (p.state, p.stage.form, p.stage.to) == ("active", "VIRKSOMHEDSPRAKTIK", date(2026, 12, 6))
    assert ("after-change", date(2026, 11, 20)) in [(c.kind, c.on) for c in p.plan]


def test_praktik_ends_and_paid_hours_begin_in_the_other_department() -> None:
    world = begun(**praktik())
    move(world, tasks=("kontor-01",))
    world.tell(next_stage())
    world.on(date(2026, 12, 7))
    p = world.placement
    assert (p.id, p.contact_id, p.stage.form) == (MATCH, CONTACT, "SMAAJOB")


def test_the_same_move_twice_is_one() -> None:
    world = begun()
    move(world)
    move(world)
    assert len(world.heard(PlacementMoved)) == 1


@pytest.mark.parametrize("over", [True, False])
def test_only_what_lives_moves(over: bool) -> None:
    world = begun() if over else World()
    world.tell(End(placement_id=MATCH, reason="company", on=START) if over else agreed())
    with refused("state", "state"):
        move(world)
    if not over:
        world.tell(Cancel(placement_id=MATCH, reason="changed-mind"))
        with refused("state", "state"):
            move(world)


@pytest.mark.parametrize("thing", [MATCH, PLACE, CANDIDATE, COMPANY])
@pytest.mark.parametrize("field", ["contact_id", "buddy_id"])
def test_what_is_no_person_is_nobodys_contact(field: str, thing: str) -> None:
    world = begun()
    with refused("unknown-id", field):
        move(world, START, **{field: thing})
    move(world, START, **{field: LEADER})
