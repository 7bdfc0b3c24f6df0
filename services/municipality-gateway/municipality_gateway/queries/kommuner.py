"""The directory, and where a place at an address would go."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, Self

from municipality_gateway import texts
from municipality_gateway.rules.desk import is_stale
from municipality_gateway.rules.kommuner import FIRST, default_entrance, desk
from municipality_gateway.rules.places import way
from municipality_gateway.state.kommuner import Contact, Kommune
from shared.catalogue import calendar
from shared.catalogue import kommuner as catalogue
from shared.catalogue.cards import general_card
from shared.catalogue.codes import codes
from shared.catalogue.reach import Why
from shared.catalogue.terms import terms
from shared.db import Connection
from shared.events.kommune.referrals import OwnWord
from shared.frozen import Frozen, Shown
from shared.runtime import Runtime
from shared.spine.aggregates import many, one
from shared.web.access import Principal
from shared.web.dependencies import people, seen_by
from shared.web.problems import NOT_FOUND, Problem


class CardView(Frozen):
    """How things are done there. `general` names the fields where nobody has told us, and general words stand."""

    entrance: str | None = None
    youth_unit: str | None = None
    praktik_approval: str | None = None
    typical_days: int | None = None
    vitas: str | None = None
    mentor: str | None = None
    frikort: str | None = None
    transport: str | None = None
    confirmed_on: date | None = None
    confirmed_by: str | None = None
    general: list[str]

    @classmethod
    def of(cls, kommune: Kommune | None, today: date, *, who_confirmed: bool = False) -> Self:
        card = kommune.card if kommune else None
        own = card.model_dump(include=set(cls.model_fields), exclude_none=True) if card else {}
        general = {field: said for field, said in general_card(today).items() if field not in own}
        if not who_confirmed:
            own.pop("confirmed_by", None)
        return cls(**own, **general, general=sorted(general))


class TermView(Frozen):
    """What a concept is called there: their `own` word, one of the `map` of terms, or the `general` one."""

    concept: str
    term: str
    of: Literal["own", "map", "general"]
    confirmed_on: date | None = None
    confirmed_by: str | None = None


def terms_of(kommune: Kommune, today: date) -> list[TermView]:
    noted = {word.concept: word for word in kommune.words}
    found = []
    for concept in codes("terms"):
        mapped = next(iter(terms(concept.code, kommune.id, today)), None)
        if word := noted.get(concept.code):
            facts = word.model_dump(include={"concept", "term", "confirmed_on", "confirmed_by"})
            found.append(TermView(of="own", **facts))
        elif mapped:
            found.append(TermView(concept=concept.code, term=mapped.term, of="map" if mapped.kommune else "general"))
    return found


class OwnWordView(Shown, OwnWord, extra="ignore"): ...


class KommuneView(Frozen):
    """How much we know of a kommune."""

    kommune: str
    name: str
    contacts_in_force: int
    card_version: int

    @classmethod
    def of(cls, kommune: Kommune, today: date) -> Self:
        return cls(
            kommune=kommune.id,
            name=catalogue.kommune(kommune.id).name,
            contacts_in_force=sum(contact.valid(today) for contact in kommune.contacts),
            card_version=kommune.card_version,
        )


class ContactView(Frozen):
    """Name, phone and e-mail are left out when the person is erased, or never gave them."""

    role: str
    unit: str | None
    area: str | None
    deputy_id: str | None
    valid_from: date
    valid_to: date | None
    away_from: date | None
    away_to: date | None
    confirmed_on: date | None
    contact_id: str
    name: str | None = None
    phone: str | None = None
    email: str | None = None

    @classmethod
    def of(cls, contact: Contact, person: dict[str, str]) -> Self:
        return cls(
            **contact.model_dump(include=set(cls.model_fields)),
            contact_id=contact.id,
            **person,
        )


class EntranceView(Frozen):
    contact_id: str
    role: str


class WholeKommuneView(KommuneView):
    contacts: list[ContactView]
    default_entrance: EntranceView
    card: CardView
    terms: list[TermView]


class RouteView(Frozen):
    """One kommune of the way: why it, how far, and who would be asked. `reason` says it in Danish."""

    kommune: str
    name: str
    why: Why
    minutes: int
    reason: str
    contact_id: str
    contact_role: str


async def own_kommune(runtime: Runtime, who: Principal, code: str) -> Kommune:
    """404 where it is another one's, or there is none of that code."""
    check_code(who, code)
    async with seen_by(runtime, who) as conn:
        return await one(conn, Kommune, code) or Kommune(id=code)


def check_code(who: Principal, code: str) -> None:
    who.own("code", kommune=code)
    if code not in catalogue.KOMMUNER and code != catalogue.TEST_KOMMUNE:
        raise Problem(NOT_FOUND, field="code")


async def directory(runtime: Runtime, who: Principal) -> list[KommuneView]:
    shown = [code for code in (*catalogue.KOMMUNER, catalogue.TEST_KOMMUNE) if who.sees(kommune=code)]
    async with seen_by(runtime, who) as conn:
        known = await _known(conn, shown)
    today = calendar.today(runtime.clock.now())
    return [KommuneView.of(known.get(code) or Kommune(id=code), today) for code in shown]


async def whole_kommune(runtime: Runtime, who: Principal, code: str) -> WholeKommuneView:
    """With contact data of its people: each reading is logged."""
    kommune = await own_kommune(runtime, who, code)
    persons = await people(runtime, [contact.id for contact in kommune.contacts], who, "GET /kommuner/{code}")
    entrance, today = default_entrance(code), calendar.today(runtime.clock.now())
    return WholeKommuneView(
        **dict(KommuneView.of(kommune, today)),
        contacts=[ContactView.of(contact, persons.get(contact.id, {})) for contact in kommune.contacts],
        default_entrance=EntranceView(contact_id=entrance.contact_id, role=entrance.role),
        card=CardView.of(kommune, today, who_confirmed=True),
        terms=terms_of(kommune, today),
    )


class OverviewView(Frozen):
    """How fresh what we know of a kommune is. `there`: who can be asked today."""

    kommune: str
    name: str
    region: str
    contacts: int
    there: int
    stale: int
    refused: int
    confirmed_on: date | None
    card_on: date | None


async def overview(runtime: Runtime) -> list[OverviewView]:
    """Of the 98, by region and name."""
    known = await _known(runtime.pool, catalogue.KOMMUNER)
    today = calendar.today(runtime.clock.now())
    found = [_overview(lies, known.get(code), today) for code, lies in catalogue.KOMMUNER.items()]
    return sorted(found, key=lambda view: (view.region, in_order(view.name)))


def in_order(name: str) -> str:
    """As Danes sort: æ, ø and å are the last letters."""
    return name.casefold().translate(str.maketrans("æøå", "{|}"))


def _overview(lies: catalogue.Kommune, kommune: Kommune | None, today: date) -> OverviewView:
    contacts = [contact for contact in (kommune.contacts if kommune else ()) if contact.valid(today)]
    region = lies.region(today)
    return OverviewView(
        kommune=lies.code,
        name=lies.name,
        region=region.name if region else "",
        contacts=len(contacts),
        there=sum(contact.there(today) for contact in contacts),
        stale=sum(is_stale(contact, today) for contact in contacts),
        refused=sum(contact.refused_on is not None for contact in contacts),
        confirmed_on=max((contact.confirmed_on or contact.valid_from for contact in contacts), default=None),
        card_on=kommune.card.confirmed_on if kommune and kommune.card else None,
    )


async def route_of(runtime: Runtime, postnr: str, kommune: str | None, limit: int) -> list[RouteView]:
    """Where a place at this postal code would go, in this order, why there, and to whom."""
    home = kommune or catalogue.kommuner_of_postnr(postnr)[0]
    postal = catalogue.postal_code(postnr)
    near = way(home)[:limit]
    known = await _known(runtime.pool, [reach.kommune for reach in near])
    today = calendar.today(runtime.clock.now())
    guessed = "" if kommune or postal is None or postal.clear(today) else texts.guessed(home, [*postal.shares])
    desks = {reach.kommune: desk(known.get(reach.kommune) or Kommune(id=reach.kommune), FIRST, today) for reach in near}
    return [
        RouteView(
            kommune=reach.kommune,
            name=catalogue.kommune(reach.kommune).name,
            why=reach.why,
            minutes=reach.minutes,
            reason=f"{texts.why(reach, home)} {guessed if reach.kommune == home else ''}".strip(),
            contact_id=desks[reach.kommune].contact_id,
            contact_role=desks[reach.kommune].role,
        )
        for reach in near
    ]


async def _known(pool: Connection, codes: Iterable[str]) -> dict[str, Kommune]:
    """Those that somebody has told us about."""
    found = await many(
        pool,
        Kommune,
        "SELECT state, shape FROM aggregate WHERE kind = 'kommune' AND id = ANY($1::text[])",
        list(codes),
    )
    return {kommune.id: kommune for kommune in found}
