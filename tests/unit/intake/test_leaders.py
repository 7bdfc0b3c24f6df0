"""Leaders join and are called."""

from datetime import date

import pytest

from intake.commands.leaders import RecordCall
from intake.handlers import handlers
from intake.rows import LeaderEmail, Registered
from intake.state.leaders import Company, Leader, SignedUpAgain
from shared.events.intake import LeaderCalled, LeaderSignedUp
from shared.people.vault import Person
from shared.spine.decision import Outdated
from shared.spine.work import Command
from tests.unit.intake.world import COLLEAGUE, COMPANY, LEADER, NOW, World, company, leader, sign_up


def test_a_sign_up_seals_the_contact_data_and_tells_none_of_it() -> None:
    world = World()
    world.tell(sign_up())
    assert [type(row) for row in world.rows] == [Person, LeaderEmail, Registered, Registered]
    assert world.rows[0].data == {"name": "En leder", "phone": "+4512345678"}
    [signed_up] = world.heard(LeaderSignedUp)
    assert "En leder" not in signed_up.model_dump_json()
    assert "12345678" not in "".join(state.model_dump_json() for state in world.states.values())


def test_only_the_first_leader_of_a_company_is_its_first() -> None:
    world = World(company(COLLEAGUE))
    world.tell(sign_up())
    [signed_up] = world.heard(LeaderSignedUp)
    assert not signed_up.first_of_company
    assert world.get(Company, COMPANY).people == {COLLEAGUE, LEADER}


def test_who_signs_up_again_is_called_and_the_data_of_the_first_time_stand() -> None:
    world = World(leader(next_call_on=None))
    world.tell(sign_up(person_id="second", postnr="8000"))
    world.tell(sign_up(person_id="third", postnr="9000"))
    assert [row.id for row in world.rows if isinstance(row, Person)] == ["second", "second"]
    state = world.get(Leader, LEADER)
    assert (state.postnr, state.next_call_on) == ("6700", NOW.date())
    assert state.again == SignedUpAgain(
        id="second", on=NOW.date(), company_id=COMPANY, company_name="Vagtcentralen", postnr="9000"
    )
    assert world.types() == ["leader.signed-up-again"] * 2


def test_joining_and_coming_again_are_the_same_work() -> None:
    first, again = World(), World(leader())
    for world in (first, again):
        world.tell(sign_up())
    assert len(first.said) == len(again.said)
    assert [type(row) for row in first.rows] == [type(row) for row in again.rows]


def test_an_address_that_is_erased_at_this_moment_is_looked_up_anew() -> None:
    with pytest.raises(Outdated):
        World(leader(erased=True)).tell(sign_up())


def test_a_leader_who_did_not_answer_is_called_again() -> None:
    world = World(leader())
    world.tell(RecordCall(leader_id=LEADER, outcome="no-answer", next_call_on=date(2026, 12, 1)))
    state = world.get(Leader, LEADER)
    assert (state.attempts, state.next_call_on) == (1, date(2026, 12, 1))
    assert world.last(LeaderCalled).attempt == 1


@pytest.mark.parametrize(("outcome", "next_call_on"), [("no-answer", NOW.date()), ("reached", None), ("not-now", None)])
def test_a_leader_stays_on_the_list_until_a_call_settles_it(outcome: str, next_call_on: date | None) -> None:
    world = World(leader())
    world.tell(RecordCall(leader_id=LEADER, outcome=outcome, next_call_on=None))
    assert world.get(Leader, LEADER).next_call_on == next_call_on


def test_who_was_reached_once_stays_reached() -> None:
    world = World(leader(outcome="reached"))
    world.tell(RecordCall(leader_id=LEADER, outcome="no-answer", next_call_on=None))
    assert world.get(Leader, LEADER).outcome == "reached"


def test_every_command_says_which_aggregates_it_touches() -> None:
    for kind, route in handlers.routes.items():
        if issubclass(kind, Command):
            assert route.keys, kind
