"""Colleagues come near a place; whoever wants it is forgotten."""

from intake.commands.people import AddColleague, CorrectColleague, Erase, LeaveCompany, PersonAnswer
from intake.commands.places import ClosePlace
from intake.handlers import mornings
from intake.handlers.base import handlers, tell_near
from intake.rows import Unregistered
from intake.rules import leaders
from intake.state.leaders import Changed, Company, Leader
from intake.state.mornings import Morning
from intake.state.people import Colleague
from intake.state.places import Place
from shared.events.intake import LeaderErased, PersonErased
from shared.people.vault import Erased, Person
from shared.spine.decision import Outdated
from shared.spine.work import Message, Work


@handlers.on(AddColleague, (Colleague, "person_id"), (Company, "company_id"))
def add_colleague(work: Work, message: Message[AddColleague]) -> PersonAnswer:
    data = message.data
    company = work.need(Company, data.company_id)
    work.put(
        Colleague(id=data.person_id, company_id=company.id, role=data.role, added_by=data.leader_id),
        company.changed(people=company.people | {data.person_id}),
    )
    work.write(Person(data.person_id, data.contact.model_dump(exclude_none=True)))
    return PersonAnswer(person_id=data.person_id)


@handlers.on(CorrectColleague, (Colleague, "person_id"))
def correct_colleague(work: Work, message: Message[CorrectColleague]) -> PersonAnswer:
    data, colleague = message.data, work.need(Colleague, message.data.person_id)
    if colleague.erased or len(colleague.changes) != data.seen:
        raise Outdated
    if data.contact:
        work.write(Person(data.person_id, data.contact.model_dump(exclude_none=True)))
    changed = Changed(at=work.now, by=message.by, fields=data.fields)
    work.put(colleague.changed(role=data.role or colleague.role, changes=(*colleague.changes, changed)))
    tell_near(work, colleague.id, colleague.near if data.contact else (), gone=False)
    return PersonAnswer(person_id=data.person_id)


@handlers.on(Erase, (Leader, "person_id"), (Colleague, "person_id"), (Morning, "person_id"))
def erase(work: Work, message: Message[Erase]) -> None:
    person_id, companies = message.data.person_id, set[str]()
    work.write(Erased(person_id, message.by))
    if leader := work.get(Leader, person_id):
        companies = leader.companies
        if leader.again:
            work.write(Erased(leader.again.id, message.by))
        work.put(leader.changed(**leaders.FORGOTTEN))
        work.emit(LeaderErased(leader_id=person_id))
        for place_id in leader.places:
            work.soon((Place.KIND, place_id), "leader-erased", ClosePlace(place_id=place_id, reason="leader-left"))
        tell_near(work, person_id, leader.near, gone=True)
    else:
        if colleague := work.get(Colleague, person_id):
            companies = {colleague.company_id}
            work.put(colleague.changed(erased=True))
            tell_near(work, person_id, colleague.near, gone=True)
        if morning := work.get(Morning, person_id):
            mornings.stop(work, morning)
        work.emit(PersonErased(person_id=person_id))
    for company_id in companies:
        work.soon((Company.KIND, company_id), person_id, LeaveCompany(company_id=company_id, person_id=person_id))


@handlers.on(LeaveCompany, (Company, "company_id"))
def leave_company(work: Work, message: Message[LeaveCompany]) -> None:
    """With the last of its people a company is forgotten, too: a sole trader's is known by its owner's name."""
    data = message.data
    company = work.get(Company, data.company_id) or Company(id=data.company_id, cvr="", name="")
    people = company.people - {data.person_id} | ({data.instead} if data.instead else set())
    if people:
        work.put(company.changed(people=people))
    else:
        work.put(company.changed(people=people, cvr="", name=""))
        work.write(Unregistered(company.id))
