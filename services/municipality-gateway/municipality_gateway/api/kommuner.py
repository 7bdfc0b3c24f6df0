"""HTTP of the directory."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from municipality_gateway.api.base import Consultant, KommuneOrConsultant
from municipality_gateway.commands.kommuner import (
    CardAnswer,
    ContactAnswer,
    MergeBody,
    RegisterContact,
    RegisterContactBody,
    Retire,
    TermsAnswer,
    WriteCard,
    WriteCardBody,
    WriteTerms,
    WriteTermsBody,
)
from municipality_gateway.queries.kommuner import (
    KommuneView,
    RouteView,
    WholeKommuneView,
    directory,
    own_kommune,
    route_of,
    whole_kommune,
)
from municipality_gateway.state.kommuner import Card, Kommune
from shared.catalogue.kommuner import KommuneCode
from shared.events.kommune.referrals import OwnWord
from shared.identifiers import InRange, Postnr
from shared.runtime import Runtime
from shared.spine.work import Work
from shared.web.dependencies import Dispatch, RuntimeDep, after_erasures
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()


@router.get("/kommuner")
async def kommuner(who: KommuneOrConsultant, runtime: RuntimeDep) -> list[KommuneView]:
    """The kommuner, and how much we know of each: contacts in force, version of the procedure card."""
    return await directory(runtime, who)


@router.get("/kommuner/{code}", response_model_exclude_unset=True)
async def kommune(code: str, who: KommuneOrConsultant, runtime: RuntimeDep) -> WholeKommuneView:
    """Its contacts with name and phone (each reading is logged), its procedure card, its own words."""
    return await whole_kommune(runtime, who, code)


@router.post("/kommuner/{code}/contacts", status_code=201)
async def new_contact(
    code: str, body: RegisterContactBody, who: KommuneOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> ContactAnswer:
    """Somebody else who answers for a kommune. The same within ten seconds is a double click."""
    await own_kommune(runtime, who, code)
    command = _register(code, Work.new_id(), body, runtime)
    answer: ContactAnswer = await dispatch(command, who, ContactAnswer, once=True)
    return answer


@router.put("/kommuner/{code}/contacts/{contact_id}")
async def register_contact(
    code: str,
    contact_id: UUID,
    body: RegisterContactBody,
    who: KommuneOrConsultant,
    dispatch: Dispatch,
    runtime: RuntimeDep,
) -> ContactAnswer:
    """Change, or confirm, who answers for a kommune. A consultant may also register somebody under an id of theirs."""
    kommune = await own_kommune(runtime, who, code)
    if "consultant" not in who.roles:
        _own_contact(kommune, contact_id)
    return await dispatch(_register(code, str(contact_id), body, runtime), who, ContactAnswer)


def _register(code: str, contact_id: str, body: RegisterContactBody, runtime: Runtime) -> RegisterContact:
    after_erasures(runtime)  # else the one who is sealed now would be erased for what was said before
    person = body.model_dump(include={"name", "phone", "email"}, exclude_none=True)
    facts = body.model_dump(exclude={"name", "phone", "email"})
    return RegisterContact(contact_id=contact_id, kommune=code, person=person, **facts)


def _own_contact(kommune: Kommune, contact_id: UUID) -> str:
    """404 for somebody of another kommune's, as for nobody's."""
    if str(contact_id) not in {contact.id for contact in kommune.contacts}:
        raise Problem(NOT_FOUND, field="contact_id")
    return str(contact_id)


@router.delete("/kommuner/{code}/contacts/{contact_id}")
async def retire_contact(
    code: str, contact_id: UUID, who: KommuneOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> ContactAnswer:
    """She answers for the kommune no longer. What she was asked goes to another at once, and her data are erased."""
    kommune = await own_kommune(runtime, who, code)
    return await dispatch(Retire(contact_id=_own_contact(kommune, contact_id), kommune=code), who, ContactAnswer)


@router.post("/kommuner/{code}/contacts/{contact_id}/merge")
async def merge_contact(
    code: str, contact_id: UUID, body: MergeBody, who: KommuneOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> ContactAnswer:
    """Two entries of one person: this one goes, and what it held goes to the other."""
    kommune = await own_kommune(runtime, who, code)
    command = Retire(contact_id=_own_contact(kommune, contact_id), kommune=code, merged_into=body.into)
    return await dispatch(command, who, ContactAnswer)


@router.put("/kommuner/{code}/card")
async def write_card(
    code: str, body: WriteCardBody, who: KommuneOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> CardAnswer:
    """How things are done there. Its version counts up when something is changed."""
    await own_kommune(runtime, who, code)
    return await dispatch(WriteCard(kommune=code, card=Card(**body.model_dump())), who, CardAnswer)


@router.put("/kommuner/{code}/terms")
async def write_terms(
    code: str, body: WriteTermsBody, who: KommuneOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> TermsAnswer:
    """The kommune's own words: all of them, replacing those before."""
    await own_kommune(runtime, who, code)
    words = tuple(OwnWord(concept=term.concept, term=term.term) for term in body.terms)
    return await dispatch(WriteTerms(kommune=code, words=words), who, TermsAnswer)


@router.get("/route")
async def route(
    postnr: Annotated[Postnr, Query()],
    who: Consultant,
    runtime: RuntimeDep,
    kommune: KommuneCode | None = None,
    limit: Annotated[int, InRange(1, 98)] = 5,
) -> list[RouteView]:
    """Where a place at this postal code would go, in this order, why there, and to whom.

    `kommune`: which one, where the postal code lies in several; else the one that most of it lies in.
    """
    return await route_of(runtime, postnr, kommune, limit)
