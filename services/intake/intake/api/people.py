"""HTTP about people."""

from uuid import UUID

from fastapi import APIRouter

from intake.api.base import LeaderOrConsultant
from intake.commands.people import AddColleague, AddColleagueBody, Contact, PersonAnswer
from intake.state.leaders import Leader
from shared.spine.work import Work
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()


@router.post("/companies/{company_id}/people", status_code=201)
async def add_colleague(
    company_id: UUID, body: AddColleagueBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PersonAnswer:
    """A colleague who will be near: contact or buddy of a place. The id goes into the place."""
    who.own_leader(body.leader_id)
    leader = await get_or_404(runtime, Leader, body.leader_id, "leader_id")
    if leader.company_id != str(company_id):
        raise Problem(NOT_FOUND, field="company_id")
    contact = Contact(name=body.name, email=body.email, phone=body.phone)
    command = AddColleague(person_id=Work.new_id(), company_id=leader.company_id, contact=contact)
    answer: PersonAnswer = await dispatch(command, who, PersonAnswer)
    return answer
