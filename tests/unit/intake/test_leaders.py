"""Leaders join and are called."""

from datetime import date
from typing import Any

import pytest

from intake.commands.leaders import CorrectCall, NoteDevelopment, RecordCall
from intake.handlers import handlers
from intake.rows import LeaderEmail, Registered
from intake.state.leaders import Company, Leader, SignedUpAgain
from shared.events.intake import LeaderCallCorrected, LeaderCalled, LeaderDevelopmentNoted, LeaderSignedUp
from shared.people.vault import Person
from shared.spine.decision import Outdated, Refused
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


@pytest.mark.parametrize("named", [None, date(2027, 3, 1)])
@pytest.mark.parametrize(
    ("outcome", "usual"),
    [("no-answer", NOW.date()), ("later", NOW.date()), ("reached", None), ("not-now", date(2027, 5, 31))],
)
def test_a_leader_is_called_again_on_the_day_that_is_named_and_whoever_wants_none_now_in_half_a_year(
    outcome: str, usual: date | None, named: date | None
) -> None:
    world = World(leader())
    answer = world.tell(RecordCall(leader_id=LEADER, outcome=outcome, next_call_on=named))
    assert world.get(Leader, LEADER).next_call_on == answer.next_call_on == (named or usual)
    assert world.last(LeaderCalled).next_call_on == (named or usual)


@pytest.mark.parametrize(("day", "rule"), [(date(2026, 11, 29), "date-order"), (date(2027, 12, 1), "date-far")])
def test_a_next_call_that_cannot_be_meant_is_refused_on_its_field(day: date, rule: str) -> None:
    world = World(leader())
    with pytest.raises(Refused, match=rule) as refused:
        world.tell(RecordCall(leader_id=LEADER, outcome="later", next_call_on=day))
    assert refused.value.field == "next_call_on"
    for allowed in (NOW.date(), date(2027, 11, 30)):
        World(leader()).tell(RecordCall(leader_id=LEADER, outcome="later", next_call_on=allowed))


def test_a_call_that_was_entered_wrongly_is_put_right_with_a_trace_as_if_it_had_been_right_at_once() -> None:
    wrong, right = World(leader()), World(leader())
    wrong.tell(RecordCall(leader_id=LEADER, outcome="reached", next_call_on=None))
    correct = CorrectCall(leader_id=LEADER, attempt=1, outcome="not-now", next_call_on=date(2027, 1, 4))
    wrong.tell(correct)
    wrong.tell(correct)  # is no further correction
    right.tell(RecordCall(leader_id=LEADER, outcome="not-now", next_call_on=date(2027, 1, 4)))
    one, other = wrong.get(Leader, LEADER), right.get(Leader, LEADER)
    assert (one.outcome, one.next_call_on, one.attempts) == (other.outcome, other.next_call_on, other.attempts)
    [corrected] = wrong.heard(LeaderCallCorrected)
    assert (corrected.before, corrected.outcome, corrected.attempt) == ("reached", "not-now", 1)
    assert [(c.by, c.fields) for c in one.changes] == [("test", ("outcome", "next_call_on"))]


def test_only_the_last_call_is_corrected() -> None:
    world = World(leader())
    for outcome in ("later", "no-answer"):
        world.tell(RecordCall(leader_id=LEADER, outcome=outcome, next_call_on=None))
    with pytest.raises(Refused, match="state") as refused:
        world.tell(CorrectCall(leader_id=LEADER, attempt=1, outcome="reached", next_call_on=None))
    assert refused.value.field == "attempt"


def test_what_a_leader_has_learned_is_said_once_with_the_kommune() -> None:
    world = World(leader())
    for codes in (("patience", "feedback"), ("feedback", "patience")):
        world.tell(NoteDevelopment(leader_id=LEADER, codes=codes, confidence=4))
    [noted] = world.heard(LeaderDevelopmentNoted)
    assert (noted.kommune, noted.codes, noted.confidence) == ("0561", ("feedback", "patience"), 4)


def test_who_was_reached_once_stays_reached() -> None:
    world = World(leader(outcome="reached"))
    world.tell(RecordCall(leader_id=LEADER, outcome="no-answer", next_call_on=None))
    assert world.get(Leader, LEADER).outcome == "reached"


def test_every_command_says_which_aggregates_it_touches() -> None:
    for kind, route in handlers.routes.items():
        if issubclass(kind, Command):
            assert route.keys, kind


@pytest.mark.parametrize("gone", [{"erased": True}, {"erased": True, "merged_into": "another"}])
def test_nothing_is_noted_of_a_leader_who_is_gone(gone: Any) -> None:
    world = World(leader(**gone))
    with pytest.raises(Refused, match="state"):
        world.tell(NoteDevelopment(leader_id=LEADER, codes=("patience",), confidence=None))
    assert world.types() == []
