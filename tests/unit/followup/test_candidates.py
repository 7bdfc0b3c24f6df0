"""A candidate is withdrawn: before, with or after the agreement."""

from datetime import date
from typing import Any

from followup.commands.corrections import CorrectEnd
from followup.commands.placements import Cancel, End, Start
from followup.state.placements import Placement
from shared.events.followup import PlacementCancelled, PlacementCheckinDue, PlacementPlanned
from tests.unit.followup.test_races import next_stage
from tests.unit.followup.world import MATCH, START, World, agreed, an_id, begun, praktik, withdrawn


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


def test_a_withdrawal_of_before_that_arrives_after_the_agreement_changes_nothing() -> None:
    """Withdrawn, proposed again and agreed on: the withdrawal is heard last."""
    world = World()
    world.tell(agreed(candidate_version=3))
    world.tell(withdrawn(), version=2)
    assert (world.placement.state, world.placement.attention) == ("planned", ())


def test_a_withdrawal_from_a_living_placement_is_for_people_to_decide() -> None:
    world = begun()
    world.tell(withdrawn(), version=2)
    assert world.placement.state == "active"
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)][-1] == ("after-change", START)


UNPAID = praktik()


def _and_again(world: World, n: int, **changes: Any) -> PlacementPlanned:
    """The one before ends, and the same young person comes again some weeks later."""
    world.tell(End(placement_id=an_id(n - 1) if n > 101 else MATCH, reason="period-over", on=world.work().today))
    world.tell(agreed(**({"match_id": an_id(n)} | changes)))
    return world.last(PlacementPlanned)


def test_one_unpaid_placement_after_another_warns() -> None:
    world = begun(**UNPAID)
    assert _and_again(world, 101, **UNPAID).warnings == ("R-CHAIN-1",)


def test_a_paid_placement_breaks_the_chain_and_a_first_one_is_none() -> None:
    world = begun(**UNPAID)
    assert world.last(PlacementPlanned).warnings == ()
    assert _and_again(world, 101).warnings == ()
    world.tell(Start(placement_id=an_id(101), on=START))
    assert _and_again(world, 102, **UNPAID).warnings == ()


def test_praktik_that_came_to_paid_hours_is_no_link_of_a_chain() -> None:
    world = begun(**UNPAID)
    world.tell(next_stage(date(2026, 11, 16)))
    world.on(date(2026, 11, 16))
    assert _and_again(world, 101, **UNPAID).warnings == ()


def test_what_was_entered_in_error_or_never_began_is_no_link_either() -> None:
    world = begun(**UNPAID)
    world.tell(End(placement_id=MATCH, reason="entered-in-error", on=START))
    world.tell(agreed(match_id=an_id(101), **UNPAID))
    world.tell(Cancel(placement_id=an_id(101), reason="did-not-come"))
    world.tell(agreed(match_id=an_id(102), **UNPAID))
    assert world.last(PlacementPlanned).warnings == ()


def test_what_turns_out_to_be_an_error_is_no_link_and_what_turns_out_to_be_none_is_one() -> None:
    world = begun(**UNPAID)
    world.tell(End(placement_id=MATCH, reason="period-over", on=START))
    world.tell(CorrectEnd(placement_id=MATCH, reason="entered-in-error", on=START))
    world.tell(agreed(match_id=an_id(101), **UNPAID))
    assert world.last(PlacementPlanned).warnings == ()
    world.tell(CorrectEnd(placement_id=MATCH, reason="period-over", on=START))
    world.tell(agreed(match_id=an_id(102), **UNPAID))
    assert world.last(PlacementPlanned).warnings == ("R-CHAIN-1",)


def test_matchings_own_warning_is_said_once() -> None:
    world = begun(**UNPAID)
    assert _and_again(world, 101, **UNPAID, warnings=("R-CAP-1", "R-CHAIN-1")).warnings == ("R-CAP-1", "R-CHAIN-1")


def test_who_returns_to_the_same_company_is_known_to_return() -> None:
    world = begun()
    planned = _and_again(world, 101)
    assert (planned.earlier, world.get(Placement, an_id(101)).earlier) == (MATCH, MATCH)
    elsewhere = begun()
    assert _and_again(elsewhere, 101, company_id=an_id(77)).earlier is None
