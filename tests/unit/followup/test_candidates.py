"""A candidate is withdrawn: before, with or after the agreement."""

from shared.events.followup import PlacementCancelled, PlacementCheckinDue, PlacementPlanned
from tests.unit.followup.world import START, World, agreed, begun, withdrawn


def test_a_withdrawal_cancels_a_planned_placement() -> None:
    world = World()
    world.tell(agreed())
    world.tell(withdrawn(), version=2)
    assert [e.reason for e in world.heard(PlacementCancelled)] == ["candidate-withdrawn"]


def test_a_withdrawal_that_arrives_before_the_agreement_cancels_it_as_well() -> None:
    world = World()
    world.tell(withdrawn(), version=2)
    world.tell(agreed(candidate_version=1))
    assert [e.reason for e in world.heard(PlacementCancelled)] == ["candidate-withdrawn"]
    assert len(world.heard(PlacementPlanned)) == 1


def test_a_candidate_who_came_back_after_a_withdrawal_is_agreed_on() -> None:
    world = World()
    world.tell(withdrawn(), version=2)
    world.tell(agreed(candidate_version=3))
    assert world.placement.state == "planned"


def test_a_withdrawal_from_a_living_placement_is_for_people_to_decide() -> None:
    world = begun()
    world.tell(withdrawn(), version=2)
    assert world.placement.state == "active"
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)][-1] == ("after-change", START)
