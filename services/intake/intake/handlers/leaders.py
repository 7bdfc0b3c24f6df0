"""Leaders join and are called."""

from intake.commands.leaders import LeaderAnswer, RecordCall, SignUp
from intake.handlers.base import handlers
from intake.rows import LeaderEmail, Registered
from intake.rules import leaders as rules
from intake.rules import places
from intake.state.leaders import Company, Leader
from shared.events.intake import LeaderCalled, LeaderSignedUp, LeaderSignedUpAgain
from shared.people.vault import Person
from shared.spine.decision import Outdated
from shared.spine.work import Message, Work


@handlers.on(SignUp, (Leader, "leader_id"), (Company, "company_id"))
def sign_up(work: Work, message: Message[SignUp]) -> LeaderAnswer:
    """Who has joined already is no less work, and says no less: else the time of the answer would tell."""
    data = message.data
    if data.kommune_chosen:
        places.check_lies_in(data.postnr, data.kommune)
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
    where = {"postnr", "kommune", "kommune_chosen"}
    work.put(
        Leader(
            id=data.leader_id,
            signed_up_on=work.today,
            next_call_on=work.today,
            **data.model_dump(include=where | {"company_id", "workplace_id", "company_name", "sector", "size_band"}),
        )
    )
    facts = {"leader_id", "company_id", "workplace_id", "kommune", "sector", "size_band", "kickoff"}
    work.emit(LeaderSignedUp(first_of_company=first, **data.model_dump(include=facts)))
    return data.leader_id


@handlers.on(RecordCall, (Leader, "leader_id"))
def record_call(work: Work, message: Message[RecordCall]) -> LeaderAnswer:
    data = message.data
    leader = rules.called(work.need(Leader, data.leader_id), data.outcome, data.next_call_on, work.today)
    work.put(leader)
    work.emit(
        LeaderCalled(
            leader_id=leader.id,
            kommune=leader.kommune,
            outcome=data.outcome,
            attempt=leader.attempts,
            next_call_on=leader.next_call_on,
        )
    )
    return LeaderAnswer(leader_id=leader.id)
