"""Colleagues, who is forgotten, and by what people are looked for."""

from typing import Any
from uuid import uuid4

import pytest

from intake.commands.people import AddColleague, Contact, Erase
from intake.commands.places import ChangePlace, DraftPlace
from intake.rows import Unregistered
from intake.rules.people import looked_for
from intake.state.leaders import Company, Leader, SignedUpAgain
from intake.state.people import Colleague
from intake.state.places import Frame
from shared.events.intake import PlaceClosed
from shared.people.vault import Erased, Person
from shared.spine.decision import Refused
from tests.unit.intake.world import COLLEAGUE, COMPANY, LEADER, NOW, PLACE, World, company, leader, place


def added(**facts: Any) -> AddColleague:
    return AddColleague(person_id=COLLEAGUE, company_id=COMPANY, contact=Contact(name="En Kollega"), **facts)


def test_a_colleague_is_sealed_with_what_is_known() -> None:
    world = World(company(LEADER))
    answer = world.tell(added())
    assert answer.person_id == COLLEAGUE
    assert world.rows == [Person(COLLEAGUE, {"name": "En Kollega"})]
    assert world.get(Colleague, COLLEAGUE).company_id == COMPANY
    assert world.get(Company, COMPANY).people == {LEADER, COLLEAGUE}


@pytest.mark.parametrize("field", ["contact_id", "buddy_id"])
def test_nobody_of_another_company_is_near_a_place(field: str) -> None:
    found = Frame.model_validate({field: COLLEAGUE})
    for known in ((), (Colleague(id=COLLEAGUE, company_id="another"),)):
        with pytest.raises(Refused, match="unknown-id") as refused:
            World(place(), leader(), *known).tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=found))
        assert refused.value.field == field
    world = World(place(), leader(), Colleague(id=COLLEAGUE, company_id=COMPANY))
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=found))
    assert getattr(world.place.found, field) == COLLEAGUE


@pytest.mark.parametrize("state", ["draft", "additional-assessment-required", "open", "paused", "filled"])
def test_the_places_of_a_leader_who_is_forgotten_close_and_no_other_begins(state: str) -> None:
    world = World(leader(places=frozenset({PLACE})), place(state=state), company(LEADER))
    world.tell(Erase(person_id=LEADER))
    closed = world.last(PlaceClosed)
    assert (closed.place_id, closed.reason, world.place.state) == (PLACE, "leader-left", "closed")
    world.tell(Erase(person_id=LEADER))
    assert len(world.heard(PlaceClosed)) == 1
    with pytest.raises(Refused, match="leader-erased"):
        world.tell(DraftPlace(place_id=str(uuid4()), leader_id=LEADER, found=Frame()))


def test_a_leader_who_is_forgotten_is_called_no_more() -> None:
    world = World(leader(), company(LEADER, COLLEAGUE), Colleague(id=COLLEAGUE, company_id=COMPANY))
    world.tell(Erase(person_id=LEADER))
    assert world.rows == [Erased(LEADER, "test")]
    assert (world.get(Leader, LEADER).next_call_on, world.get(Leader, LEADER).company_name) == (None, "")
    assert world.types() == ["leader.erased"]
    assert world.get(Company, COMPANY) == company(COLLEAGUE)
    world.tell(Erase(person_id=COLLEAGUE))
    assert world.types() == ["leader.erased", "person.erased"]


def test_with_the_last_of_its_people_a_company_is_forgotten() -> None:
    """A sole trader's bears the owner's name, and the number leads to it."""
    world = World(leader(), company(LEADER))
    world.tell(Erase(person_id=LEADER))
    assert world.rows == [Erased(LEADER, "test"), Unregistered(COMPANY)]
    assert world.get(Company, COMPANY) == company().changed(cvr="", name="")


def test_what_was_said_the_second_time_is_erased_with_the_first() -> None:
    again = SignedUpAgain(id="second", on=NOW.date(), company_id="other", company_name="Jens Hansen", postnr="8000")
    world = World(leader(again=again), company(LEADER, COLLEAGUE))
    world.tell(Erase(person_id=LEADER))
    assert world.rows == [Erased(LEADER, "test"), Erased("second", "test"), Unregistered("other")]
    assert world.get(Leader, LEADER).again is None


def test_people_are_looked_for_by_exactly_one_thing() -> None:
    one = {"email": None, "phone": "+4520123456", "cvr": None}
    assert looked_for(one) == ("phone", "+4520123456")
    for asked, field in ((one | {"cvr": "13585628"}, "cvr"), (dict.fromkeys(one), "email")):
        with pytest.raises(Refused, match="exactly-one") as refused:
            looked_for(asked)
        assert (refused.value.field, refused.value.status) == (field, 422)
