"""Who is near a place changes: a double is merged, somebody is forgotten, a phone was wrong. The place goes on."""

from typing import Any
from uuid import uuid4

import pytest

from intake import texts
from intake.commands.leaders import CorrectLeader, MergeLeaders
from intake.commands.people import Contact, CorrectColleague, Erase
from intake.commands.places import ChangePlace, ChangePlaceBody, DraftPlace, OpenPlace
from intake.queries.steps import leaders_own
from intake.state.leaders import Company, Leader
from intake.state.people import Colleague
from intake.state.places import Place
from shared.events.intake import PlaceChanged
from shared.people.vault import Erased
from shared.spine.decision import NotYet, Outdated, Refused
from tests.unit.intake.world import COLLEAGUE, COMPANY, FOUND, LEADER, NOW, PLACE, World, company, leader, place

OTHER, ELSEWHERE = str(uuid4()), str(uuid4())
OPENED: dict[str, Any] = {"agreed_at": NOW.date()}


def double(**changes: Any) -> Leader:
    return leader(outcome="reached", next_call_on=None, places=frozenset({PLACE}), **changes)


def other(**changes: Any) -> Leader:
    return leader(**changes).changed(id=OTHER)


def merged(one: Place, *more: Any) -> World:
    world = World(one, double(), *(more or (other(), company(LEADER, OTHER))))
    world.tell(MergeLeaders(leader_id=LEADER, into=OTHER, places=(PLACE,)))
    return world


@pytest.mark.parametrize(
    ("state", "agreed"), [("open", ()), ("paused", ()), ("filled", ("m",)), ("closed", ("m",)), ("closed", ())]
)
def test_the_places_of_a_double_go_on_as_the_other_leaders_and_everybody_hears_it(state: Any, agreed: Any) -> None:
    world = merged(place(state=state, agreed=frozenset(agreed), **OPENED))
    assert (world.place.leader_id, world.place.state) == (OTHER, state)
    said = world.last(PlaceChanged)
    assert (said.leader_id, said.contact_id, said.changes, said.state) == (
        OTHER, OTHER, ("leader_id", "contact_id"), state,
    )  # fmt: skip
    assert world.get(Leader, OTHER).places == {PLACE}
    assert (world.get(Leader, LEADER).merged_into, world.get(Leader, LEADER).places) == (OTHER, frozenset())
    assert world.rows == [Erased(LEADER, "test")]
    assert texts.sentence(world.place.history[-1]).startswith("Der er nye kontaktoplysninger")


def test_a_draft_of_a_double_goes_on_without_a_word() -> None:
    world = merged(place(state="draft"))
    assert (world.place.leader_id, world.types()) == (OTHER, ["leader.erased"])


def test_where_the_double_was_contact_or_buddy_it_is_the_other_leader_or_nobody() -> None:
    found = FOUND.changed(contact_id=LEADER, buddy_id=LEADER)
    world = merged(place(state="open", found=found, **OPENED))
    assert (world.last(PlaceChanged).contact_id, world.last(PlaceChanged).buddy_id) == (OTHER, None)


def test_who_takes_over_a_place_at_another_company_belongs_to_that_one_too() -> None:
    away = other(company_id=ELSEWHERE)
    world = merged(place(state="open", **OPENED), away, company(LEADER), Company(id=ELSEWHERE, cvr="1", name="B"))
    assert world.get(Company, COMPANY).people == {OTHER}, "it is not forgotten with the double"
    world.tell(Erase(person_id=OTHER))
    assert world.get(Company, COMPANY).people == frozenset()


def test_a_place_that_begins_at_this_moment_is_seen_before_two_leaders_become_one() -> None:
    world = World(place(), double(), other())
    with pytest.raises(Outdated):
        world.tell(MergeLeaders(leader_id=LEADER, into=OTHER, places=()))


def test_whoever_asks_about_a_place_that_has_just_gone_on_asks_again() -> None:
    world = merged(place(state="draft"))
    for command in (
        ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody(seats=2).found),
        OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date()),
    ):
        with pytest.raises(NotYet):
            world.tell(command)


def test_a_merged_leader_reads_where_it_all_is_now() -> None:
    assert leaders_own(leader(merged_into=OTHER, erased=True), [], NOW).da.startswith("Du var tilmeldt to gange")


# -- somebody is forgotten ---------------------------------------------------------------------------------------------


def named(*fields: str, state: Any = "open") -> World:
    someone = Colleague(id=COLLEAGUE, company_id=COMPANY)
    world = World(place(state=state, **OPENED), double(), someone, company(LEADER, COLLEAGUE))
    found = ChangePlaceBody.model_validate(dict.fromkeys(fields, COLLEAGUE)).found
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=found))
    world.said.clear()
    return world


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        (("contact_id",), ("contact_id",)),
        (("buddy_id",), ("buddy_id",)),
        (("contact_id", "buddy_id"), ("contact_id", "buddy_id")),
    ],
)
def test_when_a_contact_or_buddy_is_forgotten_it_is_the_leader_or_nobody_and_everybody_hears_it(
    fields: tuple[str, ...], changes: tuple[str, ...]
) -> None:
    world = named(*fields)
    world.tell(Erase(person_id=COLLEAGUE))
    [said] = world.heard(PlaceChanged)
    assert (said.contact_id, said.buddy_id, said.changes) == (LEADER, None, changes)
    assert (world.place.found.contact_id, world.place.found.buddy_id) == (None, None)


@pytest.mark.parametrize("gone", ["colleague", "leader"])
def test_nobody_who_is_forgotten_becomes_contact_or_buddy(gone: str) -> None:
    someone = Colleague(id=COLLEAGUE, company_id=COMPANY, erased=True)
    person = someone if gone == "colleague" else other(erased=True)
    found = ChangePlaceBody(contact_id=person.id).found
    with pytest.raises(Refused, match="unknown-id"):
        World(place(), double(), person).tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=found))
    draft = DraftPlace(place_id=str(uuid4()), leader_id=LEADER, found=found)
    with pytest.raises(Refused, match="unknown-id"):
        World(place(), double(), person).tell(draft)


def test_another_leader_of_the_company_may_be_the_contact_until_she_is_forgotten() -> None:
    world = World(place(state="open", **OPENED), double(), other(), company(LEADER, OTHER))
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody(contact_id=OTHER).found))
    assert world.last(PlaceChanged).contact_id == OTHER
    world.tell(Erase(person_id=OTHER))
    assert world.last(PlaceChanged).contact_id == LEADER


# -- a phone was wrong -------------------------------------------------------------------------------------------------


def right(world: World, fields: tuple[str, ...] = ("phone",), **facts: Any) -> None:
    contact = Contact(name="En Leder", phone="+4520123457") if "phone" in fields else None
    world.tell(
        CorrectLeader(
            leader_id=LEADER, seen=0, fields=fields, contact=contact, email_hashes=(), company_id=COMPANY,
            old_company_id=COMPANY, cvr=None, p_number=None, workplace_id=str(uuid4()), facts=facts, places=(PLACE,),
        )
    )  # fmt: skip


def test_a_corrected_phone_of_the_leader_is_told_to_whoever_knows_the_place() -> None:
    world = World(place(state="open", **OPENED), double(), company(LEADER))
    right(world)
    assert world.last(PlaceChanged).changes == ("contact",)
    assert "+4520123457" not in world.last(PlaceChanged).model_dump_json()
    assert texts.sentence(world.place.history[-1]).startswith("Der er nye kontaktoplysninger")


def test_a_corrected_sector_is_told_and_what_concerns_nobody_is_not() -> None:
    world = World(place(state="open", **OPENED), double(), company(LEADER))
    right(world, ("sector",), sector="retail")
    assert (world.last(PlaceChanged).sector, world.last(PlaceChanged).changes) == ("retail", ("sector",))
    for silent in (named("contact_id"), World(place(state="closed", **OPENED), double(), company(LEADER))):
        right(silent)
        assert silent.heard(PlaceChanged) == [], "she is not the contact, or it is over"


def test_a_corrected_phone_of_a_colleague_is_told_where_he_is_contact_or_buddy() -> None:
    correct = CorrectColleague(person_id=COLLEAGUE, seen=0, fields=("phone",), role=None,
        contact=Contact(name="Bo", phone="+4520123457"))  # fmt: skip
    world = named("buddy_id")
    world.tell(correct)
    assert world.last(PlaceChanged).changes == ("contact",)
    world = named("buddy_id")
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody(buddy_id=None).found))
    world.said.clear()
    world.tell(correct)
    assert world.types() == []
