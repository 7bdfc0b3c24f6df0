"""Colleagues, who is forgotten, and by what people are looked for."""

import pytest

from intake.commands.people import AddColleague, Contact, Erase
from intake.commands.places import ChangePlace
from intake.rules.people import looked_for
from intake.state.leaders import Leader
from intake.state.people import Colleague
from intake.state.places import Frame
from shared.people.vault import Erased, Person
from shared.spine.decision import Refused
from tests.unit.intake.world import COMPANY, LEADER, PLACE, World, leader, place

COLLEAGUE = "0199ab00-0000-7000-8000-000000000001"


def test_a_colleague_is_sealed_with_what_is_known() -> None:
    world = World()
    answer = world.tell(AddColleague(person_id=COLLEAGUE, company_id=COMPANY, contact=Contact(name="En Kollega")))
    assert answer.person_id == COLLEAGUE
    assert world.rows == [Person(COLLEAGUE, {"name": "En Kollega"})]
    assert world.get(Colleague, COLLEAGUE).company_id == COMPANY


@pytest.mark.parametrize("field", ["contact_id", "buddy_id"])
def test_nobody_of_another_company_is_near_a_place(field: str) -> None:
    found = Frame.model_validate({field: COLLEAGUE})
    for known in ((), (Colleague(id=COLLEAGUE, company_id="another"),)):
        with pytest.raises(Refused, match="unknown-id") as refused:
            World(place(), *known).tell(ChangePlace(place_id=PLACE, found=found))
        assert refused.value.field == field
    world = World(place(), Colleague(id=COLLEAGUE, company_id=COMPANY))
    world.tell(ChangePlace(place_id=PLACE, found=found))
    assert getattr(world.place.found, field) == COLLEAGUE


def test_a_leader_who_is_forgotten_is_called_no_more() -> None:
    world = World(leader())
    world.tell(Erase(person_id=LEADER))
    assert world.rows == [Erased(LEADER, "test")]
    assert world.get(Leader, LEADER).next_call_on is None
    assert world.types() == ["leader.erased"]
    world.tell(Erase(person_id=COLLEAGUE))
    assert world.types() == ["leader.erased", "person.erased"]


def test_people_are_looked_for_by_exactly_one_of_e_mail_and_phone() -> None:
    assert looked_for("leder@firma.example", None) == ("email", "leder@firma.example")
    assert looked_for(None, "+4520123456") == ("phone", "+4520123456")
    for email, phone, field in ((None, None, "email"), ("leder@firma.example", "+4520123456", "phone")):
        with pytest.raises(Refused, match="exactly-one") as refused:
            looked_for(email, phone)
        assert (refused.value.field, refused.value.status) == (field, 422)
