"""Leaders join and are called."""

from typing import Any

from intake.commands.leaders import CallAnswer, CorrectCall, LeaderAnswer, NoteDevelopment, RecordCall, SignUp
from intake.handlers.base import handlers
from intake.rows import LeaderEmail, Registered
from intake.rules import leaders as rules
from intake.state.leaders import Call, Company, Developed, Leader
from shared.events.intake import (
    LeaderCallCorrected,
    LeaderCalled,
    LeaderDevelopmentNoted,
    LeaderSignedUp,
    LeaderSignedUpAgain,
)
from shared.people.vault import Person
from shared.spine.decision import Outdated
from shared.spine.work import Message, Work


@handlers.on(SignUp, (Leader, "leader_id"), (Company, "company_id"))
def sign_up(work: Work, message: Message[SignUp]) -> LeaderAnswer:
    """Who has joined already is no less work, and says no less: else the time of the answer would tell."""
    data = message.data
    leader = work.get(Leader, data.leader_id)
    person_id = _again(work, data, leader) if leader else _join(work, data)
    work.write(
        Person(person_id, data.contact.model_dump(exclude_none=True)),
        *(LeaderEmail(data.leader_id, hash_) for hash_ in data.email_hashes),
        Registered(f"cvr:{data.cvr}", data.company_id, data.company_id),
        Registered(f"workplace:{data.workplace}", data.workplace_id, data.company_id),
    )
    return LeaderAnswer(leader_id=data.leader_id)


def _again(work: Work, data: SignUp, leader: Leader) -> str:
    if leader.erased:
        raise Outdated
    again = rules.signed_up_again(leader, data, work.today)
    work.put(leader.changed(again=again, next_call_on=min(leader.next_call_on or work.today, work.today)))
    work.emit(LeaderSignedUpAgain(leader_id=leader.id, kommune=leader.kommune))
    return again.id


def _join(work: Work, data: SignUp) -> str:
    company = work.get(Company, data.company_id)
    first = company is None or not company.people
    company = company or Company(id=data.company_id, cvr=data.cvr, name=data.company_name)
    work.put(company.changed(people=company.people | {data.leader_id}))
    work.put(
        Leader(
            id=data.leader_id,
            signed_up_on=work.today,
            next_call_on=work.today,
            **data.model_dump(
                include={"company_id", "workplace_id", "company_name", "postnr", "kommune", "sector", "size_band"}
            ),
        )
    )
    facts = {"leader_id", "company_id", "workplace_id", "kommune", "sector", "size_band", "kickoff"}
    work.emit(LeaderSignedUp(first_of_company=first, **data.model_dump(include=facts)))
    return data.leader_id


@handlers.on(RecordCall, (Leader, "leader_id"))
def record_call(work: Work, message: Message[RecordCall]) -> CallAnswer:
    data, leader = message.data, work.need(Leader, message.data.leader_id)
    call = Call(at=work.now, by=message.by, outcome=data.outcome, next_call_on=data.next_call_on)
    if not rules.repeated(leader, call):
        rules.check_next_call(data.next_call_on, work.today)
        leader = rules.called(leader, call)
        work.put(leader)
        work.emit(LeaderCalled(outcome=data.outcome, **_call(leader)))
    return _answer(leader)


@handlers.on(CorrectCall, (Leader, "leader_id"))
def correct_call(work: Work, message: Message[CorrectCall]) -> CallAnswer:
    data, before = message.data, work.need(Leader, message.data.leader_id)
    rules.check_next_call(data.next_call_on, work.today)
    leader = rules.corrected(before, data.attempt, data.outcome, data.next_call_on, message.by, work.now)
    if leader != before:
        work.put(leader)
        was = before.calls[-1].outcome
        work.emit(LeaderCallCorrected(outcome=data.outcome, before=was, **_call(leader)))
    return _answer(leader)


def _call(leader: Leader) -> dict[str, Any]:
    return {
        "leader_id": leader.id,
        "kommune": leader.kommune,
        "attempt": leader.attempts,
        "next_call_on": leader.next_call_on,
    }


def _answer(leader: Leader) -> CallAnswer:
    return CallAnswer(leader_id=leader.id, attempt=leader.attempts, next_call_on=leader.next_call_on)


@handlers.on(NoteDevelopment, (Leader, "leader_id"))
def note_development(work: Work, message: Message[NoteDevelopment]) -> LeaderAnswer:
    """The same on the same day is the same."""
    data, leader = message.data, work.need(Leader, message.data.leader_id)
    developed = Developed(on=work.today, codes=tuple(sorted({*data.codes})), confidence=data.confidence)
    if developed not in leader.developed:
        work.put(leader.changed(developed=(*leader.developed, developed)))
        work.emit(
            LeaderDevelopmentNoted(
                leader_id=leader.id, kommune=leader.kommune, codes=developed.codes, confidence=data.confidence
            )
        )
    return LeaderAnswer(leader_id=leader.id)
