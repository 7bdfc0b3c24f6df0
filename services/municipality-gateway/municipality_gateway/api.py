"""HTTP of the gateway: the directory and the referrals. A kommune sees its own codes only, in every route."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from municipality_gateway import api_replies, store
from municipality_gateway.rules import routing
from municipality_gateway.state import (
    Card,
    Kommune,
    Place,
    RecordGuidance,
    Referral,
    RegisterContact,
    Term,
    WriteCard,
    WriteTerms,
)
from shared.catalogue import calendar, codes
from shared.catalogue import kommuner as catalogue
from shared.catalogue.reach import reachable
from shared.events.base import Code
from shared.events.kommune.referrals import OwnWord
from shared.identifiers import Day, Email, Phone, Postnr
from shared.spine.aggregates import one
from shared.spine.work import Strict
from shared.web.access import Principal, allow
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404, people
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter()
router.include_router(api_replies.router)
Consultant = Annotated[Principal, Depends(allow("consultant"))]
KommuneOrConsultant = Annotated[Principal, Depends(allow("kommune", "consultant"))]
Anyone = Annotated[Principal, Depends(allow("kommune", "consultant", "leader"))]


class ContactData(Strict):
    """Who answers. Name, phone and e-mail are sealed, and erased with the person."""

    role: codes.ContactRole
    unit: Code | None = None
    valid_from: Day
    valid_to: Day | None = None
    name: Annotated[str, Field(min_length=1, max_length=120)]
    phone: Phone | None = None
    email: Email | None = None


class Words(Strict):
    terms: Annotated[tuple[Term, ...], Field(max_length=50)]


# -- the directory -----------------------------------------------------------------------------------------------------


@router.get("/kommuner")
async def kommuner(who: KommuneOrConsultant, runtime: RuntimeDep) -> list[dict[str, Any]]:
    """The kommuner, and how much we know of each: contacts in force, version of the procedure card, own words."""
    shown = [code for code in (*catalogue.KOMMUNER, catalogue.TEST_KOMMUNE) if _may_see(who, code)]
    found, today = await store.kommuner(runtime.pool, shown), calendar.today(runtime.clock.now())
    return [_summary(found.get(code) or Kommune(id=code), today) for code in shown]


@router.get("/kommuner/{code}")
async def kommune(code: str, who: KommuneOrConsultant, runtime: RuntimeDep) -> dict[str, Any]:
    """Its contacts with name and phone (each reading is logged), its procedure card, its own words."""
    found = await _kommune(runtime, who, code)
    persons = await people(runtime, [contact.id for contact in found.contacts], who, "GET /kommuner/{code}")
    entrance = routing.default_entrance(code)
    return {
        **_summary(found, calendar.today(runtime.clock.now())),
        "contacts": [
            {**contact.model_dump(exclude={"id", "kommune"}), "contact_id": contact.id, **persons.get(contact.id, {})}
            for contact in found.contacts
        ],
        "default_entrance": {"contact_id": entrance.contact_id, "role": entrance.role},
        "card": found.card,
        "terms": found.words,
    }


@router.put("/kommuner/{code}/contacts/{contact_id}")
async def register_contact(
    code: str, contact_id: UUID, body: ContactData, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Any:
    """Register or change who answers for a kommune."""
    await _kommune(runtime, who, code)
    person = body.model_dump(include={"name", "phone", "email"}, exclude_none=True)
    facts = body.model_dump(include={"role", "unit", "valid_from", "valid_to"})
    return await dispatch(RegisterContact(contact_id=str(contact_id), kommune=code, person=person, **facts), who)


@router.put("/kommuner/{code}/card")
async def write_card(code: str, body: Card, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """How things are done there. Its version counts up when something is changed."""
    await _kommune(runtime, who, code)
    return await dispatch(WriteCard(kommune=code, card=body), who)


@router.put("/kommuner/{code}/terms")
async def write_terms(code: str, body: Words, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """The kommune's own words: all of them, replacing those before."""
    await _kommune(runtime, who, code)
    words = tuple(OwnWord(concept=term.concept, term=term.term) for term in body.terms)
    return await dispatch(WriteTerms(kommune=code, words=words), who)


@router.get("/route")
async def route(
    postnr: Annotated[Postnr, Query()],
    who: Consultant,
    runtime: RuntimeDep,
    limit: Annotated[int, Query(ge=1, le=98)] = 5,
) -> list[dict[str, Any]]:
    """Where a place at this postal code would go, in this order, why there, and to whom."""
    near = reachable(catalogue.kommuner_of_postnr(postnr)[0], routing.MAX_MINUTES)[:limit]
    known, today = (
        await store.kommuner(runtime.pool, [reach.kommune for reach in near]),
        calendar.today(runtime.clock.now()),
    )
    desks = {
        reach.kommune: routing.desk(known.get(reach.kommune) or Kommune(id=reach.kommune), routing.FIRST, today)
        for reach in near
    }
    return [
        {
            "kommune": reach.kommune,
            "name": catalogue.kommune(reach.kommune).name,
            "why": reach.why,
            "minutes": reach.minutes,
            "contact_id": desks[reach.kommune].contact_id,
            "contact_role": desks[reach.kommune].role,
        }
        for reach in near
    ]


# -- referrals ---------------------------------------------------------------------------------------------------------


@router.get("/referrals")
async def referrals(
    who: KommuneOrConsultant,
    runtime: RuntimeDep,
    place_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> list[dict[str, Any]]:
    """The newest first. `nobody_left`: every kommune that could be asked about the place in this round has been."""
    codes_ = None if "consultant" in who.roles else sorted(who.kommuner)
    found = await store.referrals(runtime.pool, codes_, str(place_id) if place_id else None, limit)
    return [_shown(referral, place, who) for referral, place in found]


@router.get("/referrals/{referral_id}")
async def referral(referral_id: UUID, who: Anyone, runtime: RuntimeDep) -> dict[str, Any]:
    """For its kommune and its leader too: who will call, on which number, and how things are done there."""
    found = await get_or_404(runtime, Referral, referral_id, "referral_id")
    who.own(kommune=found.kommune, leader=found.leader_id)
    (_, place), *_ = await store.referrals(runtime.pool, [found.kommune], found.place_id, 1)
    kommune_ = await one(runtime.pool, Kommune, found.kommune)
    persons = await people(runtime, [found.contact_id], who, "GET /referrals/{id}")
    return {
        **_shown(found, place, who),
        "kommune_name": catalogue.kommune(found.kommune).formal_name,
        "contact": persons.get(found.contact_id, {}),
        "card": kommune_.card if kommune_ else None,
    }


@router.post("/referrals/{referral_id}/guidance")
async def record_guidance(referral_id: UUID, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Any:
    """The consultant has told the leader what comes next, by whom and when."""
    found = await get_or_404(runtime, Referral, referral_id, "referral_id")
    kommune_ = await one(runtime.pool, Kommune, found.kommune)
    version = kommune_.card_version if kommune_ else 0
    return await dispatch(RecordGuidance(referral_id=found.id, card_version=version), who)


def _may_see(who: Principal, code: str) -> bool:
    return "consultant" in who.roles or code in who.kommuner


async def _kommune(runtime: RuntimeDep, who: Principal, code: str) -> Kommune:
    who.own_kommune(code)
    if code not in catalogue.KOMMUNER and code != catalogue.TEST_KOMMUNE:
        raise Problem(NOT_FOUND, field="code")
    return await one(runtime.pool, Kommune, code) or Kommune(id=code)


def _summary(kommune: Kommune, today: date) -> dict[str, Any]:
    return {
        "kommune": kommune.id,
        "name": catalogue.kommune(kommune.id).name,
        "contacts_in_force": sum(contact.valid(today) for contact in kommune.contacts),
        "card_version": kommune.card_version,
    }


def _shown(referral: Referral, place: Place, who: Principal) -> dict[str, Any]:
    facts = referral.model_dump(
        include={
            "place_id", "kommune", "place_kommune", "round", "seats", "state", "business_status", "why", "minutes",
            "contact_id", "contact_role", "sent_on", "answer_by", "guided", "happened",
        }
    )  # fmt: skip
    # What the other kommuner answered is not a kommune's to know.
    left = {} if "kommune" in who.roles and "consultant" not in who.roles else {"nobody_left": place.nobody_left}
    return {"referral_id": referral.id, **facts, "matched": len(referral.matched), **left}
