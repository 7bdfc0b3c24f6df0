"""HTTP of intake: sign-up is open, the rest is for consultants, a leader's own things, and a referral's kommune."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import Field

from intake import store, texts
from intake.state import (
    AddColleague,
    ChangePlace,
    ClosePlace,
    DraftPlace,
    Frame,
    Leader,
    OpenPlace,
    PausePlace,
    Place,
    RecordCall,
    ReopenPlace,
    SignUp,
)
from shared.catalogue import calendar, codes
from shared.catalogue.kommuner import kommuner_of_postnr
from shared.events.base import Code
from shared.identifiers import Cvr, Day, Email, Phone, PNumber, Postnr
from shared.spine.work import Strict, Work
from shared.web.access import Principal, allow, open_route
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404, people
from shared.web.problems import NOT_FOUND, NOT_YET, Problem

router = APIRouter()
Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
Name = Annotated[str, Field(min_length=1, max_length=120)]


WELCOME = {
    "da": "Tak. En konsulent ringer til dig i løbet af få dage.",
    "en": "Thank you. A consultant will call you within a few days.",
}


class SigningUp(Strict):
    """What a leader writes in minutes; the rest is found in the call."""

    name: Name
    email: Email
    phone: Phone
    company_name: Name
    cvr: Cvr
    p_number: PNumber | None = None
    postnr: Postnr
    sector: codes.Sector | None = None
    size_band: codes.SizeBand | None = None
    kickoff: Code | None = None


class Called(Strict):
    outcome: codes.CallOutcome
    next_call_on: Day | None = None


class NewColleague(Strict):
    """A buddy, department head or store manager at the workplace."""

    leader_id: UUID
    name: Name
    email: Email | None = None
    phone: Phone | None = None


class Drafting(Frame):
    leader_id: UUID


class Agreeing(Strict):
    agreed_at: Day


class Pausing(Strict):
    reason: codes.PlacePaused


class Closing(Strict):
    reason: codes.PlaceClosed


@router.post("/leaders", status_code=202, dependencies=[Depends(open_route)])
async def sign_up(body: SigningUp, dispatch: Dispatch, runtime: RuntimeDep) -> dict[str, str]:
    """Join the alliance. The answer is always the same, so that nobody learns who has joined; a consultant calls."""
    email_hash = runtime.vault.hash_of("email", body.email)
    if await store.has_joined(runtime.pool, email_hash):
        return WELCOME
    with suppress(asyncpg.UniqueViolationError):  # at the same moment, the same address joined twice
        await dispatch(
            SignUp(
                leader_id=Work.new_id(),
                company_id=str(uuid5(NAMESPACE_URL, f"cvr:{body.cvr}")),
                workplace_id=str(uuid5(NAMESPACE_URL, f"p:{body.p_number or body.cvr + body.postnr}")),
                kommune=kommuner_of_postnr(body.postnr)[0],
                contact={"name": body.name, "email": body.email, "phone": body.phone},
                email_hash=email_hash,
                **body.model_dump(include={"cvr", "company_name", "postnr", "sector", "size_band", "kickoff"}),
            ),
            None,
        )
    return WELCOME


@router.get("/calls")
async def calls(
    who: Consultant,
    runtime: RuntimeDep,
    days: Annotated[int, Query(ge=0, le=60)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[dict[str, Any]]:
    """Whom to call today (or within so many days): the longest waiting first, with name and phone."""
    until = calendar.today(runtime.clock.now()) + timedelta(days=days)
    leaders = await store.calls(runtime.pool, until, limit)
    contacts = await people(runtime, [leader.id for leader in leaders], who, "GET /calls")
    return [_call(leader, contacts.get(leader.id, {})) for leader in leaders]


def _call(leader: Leader, contact: dict[str, Any]) -> dict[str, Any]:
    facts = leader.model_dump(include={"company_name", "kommune", "postnr", "signed_up_on", "attempts", "next_call_on"})
    return {"leader_id": leader.id, **facts, **contact}


@router.post("/leaders/{leader_id}/calls")
async def record_call(
    leader_id: UUID, body: Called, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> dict[str, str]:
    """A call was made; `next_call_on` moves the next one (default: today again, until the leader is reached)."""
    await get_or_404(runtime, Leader, leader_id, "leader_id")
    await dispatch(RecordCall(leader_id=str(leader_id), **body.model_dump()), who)
    return {"leader_id": str(leader_id)}


@router.get("/leaders/{leader_id}/status")
async def status(leader_id: UUID, who: LeaderOrConsultant, runtime: RuntimeDep) -> dict[str, Any]:
    """The leader's own status: each place, what has happened, and what happens next, in Danish."""
    who.own_leader(leader_id)
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    places = await store.places_of(runtime.pool, leader.id)
    return {
        "leader_id": leader.id,
        "next": "En konsulent ringer til dig." if not places else texts.what_next(places[-1]),
        "phone_promise": "I kan altid ringe.",
        "places": [{**_shown(place), "next": texts.what_next(place)} for place in places],
    }


@router.post("/companies/{company_id}/people", status_code=201)
async def add_colleague(
    company_id: UUID, body: NewColleague, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """A colleague who will be near: contact or buddy of a place. The id goes into the place."""
    who.own_leader(body.leader_id)
    leader = await get_or_404(runtime, Leader, body.leader_id, "leader_id")
    if leader.company_id != str(company_id):
        raise Problem(NOT_FOUND, field="company_id")
    person_id = Work.new_id()
    contact = body.model_dump(include={"name", "email", "phone"}, exclude_none=True)
    return await dispatch(AddColleague(person_id=person_id, company_id=leader.company_id, contact=contact), who)


@router.post("/places", status_code=201)
async def draft_place(body: Drafting, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """Begin a place with a leader; tasks and frame may come now or later."""
    leader = await get_or_404(runtime, Leader, body.leader_id, "leader_id")
    found = Frame(**body.model_dump(exclude={"leader_id"}, exclude_unset=True))
    return await dispatch(DraftPlace(place_id=Work.new_id(), leader_id=leader.id, found=found), who)


@router.get("/places/{place_id}")
async def place(place_id: UUID, who: LeaderOrConsultant, runtime: RuntimeDep) -> dict[str, Any]:
    """The place with its history."""
    found = await get_or_404(runtime, Place, place_id, "place_id")
    who.own_leader(found.leader_id)
    return {**_shown(found), "leader_id": found.leader_id, "found": found.found.model_dump(exclude_none=True)}


@router.patch("/places/{place_id}")
async def change_place(
    place_id: UUID, body: Frame, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> dict[str, str]:
    """What was found in the call; what is not mentioned stays."""
    await get_or_404(runtime, Place, place_id, "place_id")
    await dispatch(ChangePlace(place_id=str(place_id), found=body), who)
    return {"place_id": str(place_id)}


@router.post("/places/{place_id}/open")
async def open_place(place_id: UUID, body: Agreeing, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """Tasks are clear and the leader agrees: the kommune is asked."""
    found = await get_or_404(runtime, Place, place_id, "place_id")
    return await dispatch(OpenPlace(place_id=found.id, leader_id=found.leader_id, agreed_at=body.agreed_at), who)


@router.post("/places/{place_id}/pause")
async def pause_place(
    place_id: UUID, body: Pausing, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> dict[str, str]:
    """No new match for now; what is agreed stands."""
    who.own_leader((await get_or_404(runtime, Place, place_id, "place_id")).leader_id)
    await dispatch(PausePlace(place_id=str(place_id), reason=body.reason), who)
    return {"place_id": str(place_id)}


@router.post("/places/{place_id}/reopen")
async def reopen_place(
    place_id: UUID, body: Agreeing, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> dict[str, str]:
    """The leader agrees again."""
    who.own_leader((await get_or_404(runtime, Place, place_id, "place_id")).leader_id)
    await dispatch(ReopenPlace(place_id=str(place_id), agreed_at=body.agreed_at), who)
    return {"place_id": str(place_id)}


@router.post("/places/{place_id}/close")
async def close_place(
    place_id: UUID, body: Closing, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> dict[str, str]:
    """The place is over; what is agreed stands."""
    who.own_leader((await get_or_404(runtime, Place, place_id, "place_id")).leader_id)
    await dispatch(ClosePlace(place_id=str(place_id), reason=body.reason), who)
    return {"place_id": str(place_id)}


@router.get("/referrals/{referral_id}/place")
async def referral_place(
    referral_id: UUID, who: Annotated[Principal, Depends(allow("kommune", "consultant"))], runtime: RuntimeDep
) -> dict[str, Any]:
    """Contact data of the leader and the tasks in the leader's words, for the referral's kommune.

    From accepted *and* guided until the referral is over, then while its placement lives; before that 409, come again.
    """
    found = await store.referral_with_place(runtime.pool, str(referral_id))
    if found is None:
        raise Problem(NOT_FOUND, field="referral_id")
    referral, of_place, leader = found
    who.own_kommune(referral.kommune)
    if referral.over and not referral.living:
        raise Problem(NOT_FOUND, field="referral_id", rule="referral-over")
    if not referral.open_to_kommune:
        raise Problem(NOT_YET, rule="accepted-and-guided", headers={"Retry-After": "5"})
    ids = [id_ for id_ in (of_place.found.contact_id or of_place.leader_id, of_place.found.buddy_id) if id_]
    contacts = await people(runtime, ids, who, "GET /referrals/{id}/place")
    return {
        "referral_id": referral.id,
        "place_id": of_place.id,
        "company_name": leader.company_name,
        "contact": contacts.get(ids[0]),
        "buddy": contacts.get(ids[1]) if len(ids) > 1 else None,
        "tasks": [task.model_dump(exclude_none=True) for task in of_place.found.tasks or ()],
    }


@router.get("/codes/{list_name}", dependencies=[Depends(open_route)])
async def code_list(list_name: str, runtime: RuntimeDep) -> dict[str, Any]:
    """A code list with Danish and English labels, and whether each code is valid today."""
    if list_name not in codes.LISTS:
        raise Problem(NOT_FOUND, field="list")
    found = codes.codes(list_name)
    entries = [
        {"code": e.code, "da": e.da, "en": e.en, "valid_from": e.valid_from, "valid_to": e.valid_to} for e in found
    ]
    return {"list": found.name, "da": found.da, "en": found.en, "codes": entries}


def _shown(found: Place) -> dict[str, Any]:
    history = [{**past.model_dump(exclude_none=True), "da": texts.sentence(past)} for past in found.history]
    return {
        "place_id": found.id,
        "state": found.state,
        "kommune": found.kommune,
        "seats": found.seats,
        "seats_taken": len(found.agreed),
        "history": history,
    }
