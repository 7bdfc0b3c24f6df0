"""Leaders join and are called."""

from typing import Any

from intake import refusals
from intake.commands.leaders import (
    CallAnswer,
    CorrectCall,
    CorrectLeader,
    LeaderAnswer,
    MergeLeaders,
    NoteDevelopment,
    RecordCall,
    SignUp,
)
from intake.commands.people import LeaveCompany
from intake.handlers.base import apply, handlers, tell_near
from intake.handlers.mails import write_to
from intake.rows import LeaderEmail, Mistyped, OnlyEmails, Registered
from intake.rules import leaders as rules
from intake.rules import places
from intake.state.leaders import Call, Company, Developed, Leader
from intake.state.places import Place
from shared.events.intake import (
    LeaderCallCorrected,
    LeaderCalled,
    LeaderDevelopmentNoted,
    LeaderErased,
    LeaderSignedUp,
    LeaderSignedUpAgain,
)
from shared.people.vault import Erased, Person
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
    write_to(work, data.leader_id, "welcome")
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


def _companies(data: CorrectLeader) -> set[str]:
    return {data.company_id, data.old_company_id}


@handlers.on(CorrectLeader, (Leader, "leader_id"), (Company, _companies), (Place, "places"))
def correct(work: Work, message: Message[CorrectLeader]) -> LeaderAnswer:
    data, leader = message.data, work.need(Leader, message.data.leader_id)
    if leader.erased or len(leader.changes) != data.seen or leader.company_id != data.old_company_id:
        raise Outdated
    if not leader.places <= {*data.places}:
        raise Outdated
    if data.contact:
        work.write(Person(leader.id, data.contact.model_dump(exclude_none=True)))
    if "email" in data.fields:
        work.write(
            OnlyEmails(leader.id, data.email_hashes), *(LeaderEmail(leader.id, hash_) for hash_ in data.email_hashes)
        )
        leader = leader.changed(mail_refused_on=None)
    if data.cvr:
        _right_company(work, data)
    if data.p_number:
        work.write(Registered(f"workplace:{data.p_number}", data.workplace_id, data.company_id))
    facts: dict[str, Any] = {**data.facts, "company_id": data.company_id, "workplace_id": data.workplace_id}
    if name := data.facts.get("company_name"):
        company = work.need(Company, data.company_id)
        work.put(company.changed(name=name))
    after = leader.changed(**facts)
    work.put(rules.noted(after, message.by, data.fields, work.now))
    reached = ("contact",) if data.contact or "company_name" in data.facts else ()
    for place in (work.need(Place, id_) for id_ in data.places):
        if not places.is_over(place):
            also = reached if "company_name" in data.facts or places.is_near(place, leader.id) else ()
            apply(work, places.retold(place, place, leader, after, work.today, also))
    tell_near(work, leader.id, leader.near if reached else (), gone=False)
    return LeaderAnswer(leader_id=leader.id)


def _right_company(work: Work, data: CorrectLeader) -> None:
    """Its own company had a mistyped number; or it is another company, to which nothing was begun yet."""
    old = work.need(Company, data.old_company_id)
    cvr = f"cvr:{data.cvr}"
    if data.company_id == old.id:
        work.write(Mistyped(f"cvr:{old.cvr}", old.id), Registered(cvr, old.id, old.id))
        work.put(old.changed(cvr=data.cvr or ""))
        return
    if any((place := work.get(Place, id_)) and not places.is_over(place) for id_ in data.places):
        raise refusals.has_places()
    name = data.facts.get("company_name", old.name)
    new = work.get(Company, data.company_id) or Company(id=data.company_id, cvr=data.cvr or "", name=name)
    work.put(new.changed(people=new.people | {data.leader_id}))
    work.write(Registered(cvr, new.id, new.id))
    leave = LeaveCompany(company_id=old.id, person_id=data.leader_id)
    work.soon((Company.KIND, old.id), data.leader_id, leave)


@handlers.on(MergeLeaders, (Leader, "leader_id"), (Leader, "into"), (Place, "places"))
def merge(work: Work, message: Message[MergeLeaders]) -> LeaderAnswer:
    """What was begun with the double goes on as the other's; all contact data of the double go."""
    data = message.data
    double, stays = work.need(Leader, data.leader_id), work.need(Leader, data.into)
    if double.merged_into == stays.id:
        return LeaderAnswer(leader_id=stays.id)
    rules.check_merge(double, stays)
    if not double.places <= {*data.places}:
        raise Outdated
    moved = [work.need(Place, id_) for id_ in data.places]
    gone, goes_on = rules.merged(double, stays, moved, message.by, work.now)
    work.put(gone, goes_on)
    for place in moved:
        apply(work, places.handed_on(place, double, goes_on, work.today))
    work.write(Erased(double.id, message.by), *([Erased(double.again.id, message.by)] if double.again else []))
    work.emit(LeaderErased(leader_id=double.id))
    tell_near(work, double.id, double.near, gone=True)
    for company_id in double.companies:
        instead = stays.id if company_id in goes_on.companies else None
        leave = LeaveCompany(company_id=company_id, person_id=double.id, instead=instead)
        work.soon((Company.KIND, company_id), double.id, leave)
    return LeaderAnswer(leader_id=stays.id)


@handlers.on(RecordCall, (Leader, "leader_id"))
def record_call(work: Work, message: Message[RecordCall]) -> CallAnswer:
    data, leader = message.data, work.need(Leader, message.data.leader_id)
    rules.check_here(leader)
    call = Call(at=work.now, by=message.by, outcome=data.outcome, next_call_on=data.next_call_on)
    rules.check_next_call(data.next_call_on, work.today)
    leader = rules.called(leader, call)
    work.put(leader)
    work.emit(LeaderCalled(outcome=data.outcome, **_call(leader)))
    if data.outcome == "no-answer" and leader.next_call_on:
        write_to(work, leader.id, "called", on=leader.next_call_on.isoformat())
    return _answer(leader)


@handlers.on(CorrectCall, (Leader, "leader_id"))
def correct_call(work: Work, message: Message[CorrectCall]) -> CallAnswer:
    data, before = message.data, work.need(Leader, message.data.leader_id)
    rules.check_here(before)
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
    rules.check_here(leader)
    developed = Developed(on=work.today, codes=tuple(sorted({*data.codes})), confidence=data.confidence)
    if developed not in leader.developed:
        work.put(leader.changed(developed=(*leader.developed, developed)))
        work.emit(
            LeaderDevelopmentNoted(
                leader_id=leader.id, kommune=leader.kommune, codes=developed.codes, confidence=data.confidence
            )
        )
    return LeaderAnswer(leader_id=leader.id)
