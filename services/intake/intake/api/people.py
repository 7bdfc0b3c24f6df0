"""HTTP about people: colleagues of a leader, and whose e-mail or phone it is."""

from typing import Annotated
from uuid import UUID

import stamina
from fastapi import APIRouter
from pydantic import StringConstraints

from intake.api.base import Consultant, LeaderOrConsultant
from intake.commands.people import (
    AddColleague,
    AddColleagueBody,
    Contact,
    CorrectColleague,
    CorrectColleagueBody,
    PersonAnswer,
)
from intake.queries.people import PersonView, differs
from intake.queries.people import search as found_by
from intake.rules.people import looked_for
from intake.state.leaders import Leader
from intake.state.people import Colleague
from shared.identifiers import Cvr, Email, Phone, PNumber
from shared.spine.decision import Outdated
from shared.spine.work import Strict, Work
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()


class SearchBody(Strict):
    """Exactly one of them. `company_name`: any part of it; `name`: words of a person's name, each of them whole."""

    email: Email | None = None
    phone: Phone | None = None
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)] | None = None
    company_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)] | None = None
    cvr: Cvr | None = None
    p_number: PNumber | None = None


@router.post("/companies/{company_id}/people", status_code=201)
async def add_colleague(
    company_id: UUID, body: AddColleagueBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PersonAnswer:
    """A colleague who will be near: contact or buddy of a place. The id goes into the place.

    The same within ten seconds is a double click.
    """
    who.own("leader_id", leader=body.leader_id)
    leader = await get_or_404(runtime, Leader, body.leader_id, "leader_id")
    if leader.company_id != str(company_id):
        raise Problem(NOT_FOUND, field="company_id")
    contact = Contact(name=body.name, email=body.email, phone=body.phone)
    command = AddColleague(
        person_id=Work.new_id(),
        company_id=leader.company_id,
        contact=contact,
        role=body.role,
        leader_id=leader.id,
    )
    answer: PersonAnswer = await dispatch(command, who, PersonAnswer, once=True)
    return answer


@router.patch("/companies/{company_id}/people/{person_id}")
async def correct_colleague(
    company_id: UUID,
    person_id: UUID,
    body: CorrectColleagueBody,
    who: Consultant,
    dispatch: Dispatch,
    runtime: RuntimeDep,
) -> PersonAnswer:
    """What was typed wrong of a colleague. Who corrected which field, and when, is kept."""
    said, route = body.model_dump(include={"name", "email", "phone"}), "PATCH /companies/{id}/people/{id}"
    async for attempt in stamina.retry_context(on=Outdated, attempts=5, wait_initial=0.01, wait_jitter=0.02):
        with attempt:  # another one may correct the same at this moment
            known = await get_or_404(runtime, Colleague, person_id, "person_id")
            if known.company_id != str(company_id):
                raise Problem(NOT_FOUND, field="person_id")
            found = await differs(runtime, known.id, said, who, route)
            role = body.role if body.role != known.role else None
            fields = (*found.fields, *(("role",) if role else ()))
            if not fields:
                return PersonAnswer(person_id=known.id)
            command = CorrectColleague(
                person_id=known.id, seen=len(known.changes), fields=fields, contact=found.contact, role=role
            )
            answer: PersonAnswer = await dispatch(command, who, PersonAnswer)
    return answer


@router.post("/leaders/search")
async def search(body: SearchBody, who: Consultant, runtime: RuntimeDep) -> list[PersonView]:
    """Who has this name, e-mail or phone, or is of this company or workplace, however it is written.

    In the body, so that no address holds it.
    """
    kind, value = looked_for(body.model_dump())
    return await found_by(runtime, kind, value, who)
