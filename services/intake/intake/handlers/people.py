"""Colleagues come near a place; whoever wants it is forgotten."""

from intake.commands.people import AddColleague, Erase, PersonAnswer
from intake.handlers.base import handlers
from intake.state.leaders import Leader
from intake.state.people import Colleague
from shared.events.intake import LeaderErased, PersonErased
from shared.people.vault import Erased, Person
from shared.spine.work import Message, Work


@handlers.on(AddColleague, (Colleague, "person_id"))
def add_colleague(work: Work, message: Message[AddColleague]) -> PersonAnswer:
    data = message.data
    work.put(Colleague(id=data.person_id, company_id=data.company_id))
    work.write(Person(data.person_id, data.contact.model_dump(exclude_none=True)))
    return PersonAnswer(person_id=data.person_id)


@handlers.on(Erase, (Leader, "person_id"))
def erase(work: Work, message: Message[Erase]) -> None:
    person_id = message.data.person_id
    work.write(Erased(person_id, message.by))
    if leader := work.get(Leader, person_id):
        work.put(leader.changed(next_call_on=None))
        work.emit(LeaderErased(leader_id=person_id))
    else:
        work.emit(PersonErased(person_id=person_id))
