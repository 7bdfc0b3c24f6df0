"""Leaders join and are called."""

from intake.commands.leaders import LeaderAnswer, RecordCall, SignUp
from intake.handlers.base import handlers
from intake.rows import LeaderEmail
from intake.rules import leaders as rules
from intake.state.leaders import Company, Leader
from shared.events.intake import LeaderCalled, LeaderSignedUp
from shared.people.vault import Person
from shared.spine.work import Message, Work


@handlers.on(SignUp, (Leader, "leader_id"), (Company, "company_id"))
def sign_up(work: Work, message: Message[SignUp]) -> LeaderAnswer:
    data = message.data
    if work.get(Leader, data.leader_id):
        return LeaderAnswer(leader_id=data.leader_id)
    first = work.get(Company, data.company_id) is None
    if first:
        work.put(Company(id=data.company_id, cvr=data.cvr, name=data.company_name))
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
    work.write(
        Person(data.leader_id, data.contact.model_dump(exclude_none=True)),
        *(LeaderEmail(data.leader_id, hash_) for hash_ in data.email_hashes),
    )
    work.emit(
        LeaderSignedUp(
            first_of_company=first,
            **data.model_dump(exclude={"contact", "cvr", "company_name", "postnr", "email_hashes"}),
        )
    )
    return LeaderAnswer(leader_id=data.leader_id)


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
