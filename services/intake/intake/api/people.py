"""HTTP about people: colleagues of a leader, and whose e-mail or phone it is."""

from uuid import UUID

from fastapi import APIRouter

from intake.api.base import Consultant, LeaderOrConsultant
from intake.commands.people import AddColleague, AddColleagueBody, Contact, PersonAnswer
from intake.queries.people import PersonView, with_contact
from intake.state.leaders import Leader
from shared.identifiers import Email, Phone
from shared.spine.work import Strict, Work
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()


class SearchBody(Strict):
    """Exactly one of them."""

    email: Email | None = None
    phone: Phone | None = None


@router.post("/companies/{company_id}/people", status_code=201)
async def add_colleague(
    company_id: UUID, body: AddColleagueBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PersonAnswer:
    """A colleague who will be near: contact or buddy of a place. The id goes into the place."""
    who.own("leader_id", leader=body.leader_id)
    leader = await get_or_404(runtime, Leader, body.leader_id, "leader_id")
    if leader.company_id != str(company_id):
        raise Problem(NOT_FOUND, field="company_id")
    contact = Contact(name=body.name, email=body.email, phone=body.phone)
    command = AddColleague(person_id=Work.new_id(), company_id=leader.company_id, contact=contact)
    answer: PersonAnswer = await dispatch(command, who, PersonAnswer)
    return answer


@router.post("/leaders/search")
async def search(body: SearchBody, who: Consultant, runtime: RuntimeDep) -> list[PersonView]:
    """Who has this e-mail or phone, however it is written. In the body, so that no address holds it."""
    return await with_contact(runtime, body.email, body.phone, who)
