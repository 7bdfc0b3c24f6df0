"""The directory: who answers for a kommune and how fresh that is, how things are done there, and where a place goes."""

from collections.abc import Iterable
from math import cos, radians
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from starlette.responses import Response

from municipality_gateway import texts
from municipality_gateway.api import kommuner as api
from municipality_gateway.api.base import Consultant, KommuneOrConsultant
from municipality_gateway.commands.kommuner import (
    MergeBody,
    RegisterContactBody,
    TermBody,
    WriteCardBody,
    WriteTermsBody,
)
from municipality_gateway.pages.referrals import names
from municipality_gateway.queries.kommuner import (
    ContactView,
    RouteView,
    WholeKommuneView,
    overview,
    route_of,
    whole_kommune,
)
from municipality_gateway.rules.desk import is_fresh
from shared.catalogue import kommuner as catalogue
from shared.catalogue.cards import general_card
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KommuneCode
from shared.identifiers import Postnr
from shared.runtime import Runtime
from shared.spine.decision import Refused
from shared.spine.work import Strict
from shared.web.access import Principal
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.problems import NOT_FOUND, Problem

pages = Pages()
NEW = "ny"


@pages.get("/kommune")
async def mine(page: PageDep, who: KommuneOrConsultant) -> Response:
    """A kommune's own; where somebody answers for several, which."""
    codes_ = sorted(who.kommuner)
    if "consultant" in who.roles or len(codes_) == 1:
        return page.go("/kommuner" if "consultant" in who.roles else f"/kommuner/{codes_[0]}")
    return page.show("kommune_which.html", found=[catalogue.kommune(code) for code in codes_])


@pages.get("/kommuner")
async def kommuner(page: PageDep, who: KommuneOrConsultant, runtime: RuntimeDep, vis: str | None = None) -> Response:
    if "consultant" not in who.roles:
        return page.go("/kommune")
    found = await overview(runtime)
    lacking = {
        "uden": [one for one in found if not one.there],
        "gammel": [one for one in found if one.stale],
        "retur": [one for one in found if one.refused],
    }
    return page.show("kommuner.html", found=lacking.get(vis or "", found), vis=vis, counts=lacking, of=len(found))


@pages.get("/kommuner/{code}")
async def kommune(code: str, page: PageDep, who: KommuneOrConsultant, runtime: RuntimeDep) -> Response:
    found = await whole_kommune(runtime, who, code)
    lies = catalogue.kommune(code)
    return page.show(
        "kommune.html", found=found, lies=lies, region=lies.region(page.today), consultant=_helps(who),
        people={one.contact_id: one.name for one in found.contacts}, concepts=codes("terms"), fresh=_fresh(page),
        fields=_fields(page), roles=codes("contact-role"),
    )  # fmt: skip


def _helps(who: Principal) -> bool:
    """A consultant writes it for them; else it is the kommune's own people."""
    return "consultant" in who.roles


def _fresh(page: Page) -> Any:
    def fresh(contact: ContactView) -> bool:
        return is_fresh(contact.confirmed_on or contact.valid_from, page.today)

    return fresh


def _fields(page: Page) -> list[tuple[str, str]]:
    """The fields of a procedure card, in the order of a call."""
    t = page.t
    return [
        ("entrance", t("Hvor virksomheder henvender sig", "Where companies turn to")),
        ("youth_unit", t("Hvem der kender de unge", "Who knows the young people")),
        ("praktik_approval", t("Hvordan praktik bliver godkendt", "How an unpaid trial is approved")),
        ("vitas", t("Blanketter og VITAS", "Forms and VITAS")),
        ("mentor", t("Mentor", "Mentor")),
        ("frikort", t("Socialt frikort", "Socialt frikort")),
        ("transport", t("Transport", "Transport")),
    ]


# -- contacts ----------------------------------------------------------------------------------------------------------


def _contact(found: WholeKommuneView, contact_id: str) -> ContactView:
    contact = next((one for one in found.contacts if one.contact_id == contact_id), None)
    if contact is None:
        raise Problem(NOT_FOUND, field="contact_id")
    return contact


def _others(found: WholeKommuneView, contact_id: str) -> list[tuple[str, str]]:
    return [(one.contact_id, one.name) for one in found.contacts if one.name and one.contact_id != contact_id]


@pages.get("/kommuner/{code}/kontakt/{contact_id}")
async def contact(
    code: str, contact_id: str, page: PageDep, who: KommuneOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    found = await whole_kommune(runtime, who, code)
    if contact_id == NEW:
        form.begin({"valid_from": page.today})
    else:
        form.begin(_contact(found, contact_id).model_dump(include=set(RegisterContactBody.model_fields)))
    return page.show(
        "kommune_contact.html",
        form=form,
        found=found,
        is_new=contact_id == NEW,
        others=_others(found, contact_id),
        consultant=_helps(who),
    )


@pages.post("/kommuner/{code}/kontakt/{contact_id}")
async def registered(
    code: str, contact_id: str, page: PageDep, who: KommuneOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        body = form.read(RegisterContactBody)
        if contact_id == NEW:
            await api.new_contact(code, body, who, form.dispatch, runtime)
        else:
            await api.register_contact(code, _id(contact_id), body, who, form.dispatch, runtime)
        return page.go(f"/kommuner/{code}", gjort="kontakt")
    return form.again(await contact(code, contact_id, page, who, form, runtime))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem(NOT_FOUND, field="contact_id") from None


@pages.get("/kommuner/{code}/kontakt/{contact_id}/fratraadt")
async def retire(
    code: str, contact_id: UUID, page: PageDep, who: KommuneOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    found = await whole_kommune(runtime, who, code)
    gone = _contact(found, str(contact_id))
    return page.show("kommune_retire.html", form=form, found=found, gone=gone)


@pages.post("/kommuner/{code}/kontakt/{contact_id}/fratraadt")
async def retired(
    code: str, contact_id: UUID, page: PageDep, who: KommuneOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.retire_contact(code, contact_id, who, form.dispatch, runtime)
        return page.go(f"/kommuner/{code}", gjort="fratraadt")
    return form.again(await retire(code, contact_id, page, who, form, runtime))


@pages.get("/kommuner/{code}/kontakt/{contact_id}/saml")
async def merge(
    code: str, contact_id: UUID, page: PageDep, who: KommuneOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    found = await whole_kommune(runtime, who, code)
    gone = _contact(found, str(contact_id))
    return page.show("kommune_merge.html", form=form, found=found, gone=gone, others=_others(found, gone.contact_id))


@pages.post("/kommuner/{code}/kontakt/{contact_id}/saml")
async def merged(
    code: str, contact_id: UUID, page: PageDep, who: KommuneOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.merge_contact(code, contact_id, form.read(MergeBody), who, form.dispatch, runtime)
        return page.go(f"/kommuner/{code}", gjort="samlet")
    return form.again(await merge(code, contact_id, page, who, form, runtime))


# -- how things are done there, and in which words ---------------------------------------------------------------------


@pages.get("/kommuner/{code}/kort")
async def card(code: str, page: PageDep, who: KommuneOrConsultant, form: FormDep, runtime: RuntimeDep) -> Response:
    found = await whole_kommune(runtime, who, code)
    own = found.card.model_dump(include=set(WriteCardBody.model_fields), exclude={*found.card.general, "confirmed_on"})
    form.begin({**own, "confirmed_on": page.today})
    return page.show(
        "kommune_card.html",
        form=form,
        found=found,
        fields=_fields(page),
        general=general_card(page.today),
        consultant=_helps(who),
    )


@pages.post("/kommuner/{code}/kort")
async def card_written(
    code: str, page: PageDep, who: KommuneOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.write_card(code, form.read(WriteCardBody), who, form.dispatch, runtime)
        return page.go(f"/kommuner/{code}", gjort="kort")
    return form.again(await card(code, page, who, form, runtime))


@pages.get("/kommuner/{code}/ord")
async def terms(code: str, page: PageDep, who: KommuneOrConsultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """All concepts, each with the kommune's own word, where there is one."""
    found = await whole_kommune(runtime, who, code)
    own = {term.concept: term.term for term in found.terms if term.of == "own"}
    form.begin({"terms": [{"concept": one.code, "term": own.get(one.code, "")} for one in codes("terms")]})
    said = {term.concept: term.term for term in found.terms if term.of != "own"}
    return page.show(
        "kommune_terms.html", form=form, found=found, concepts=list(codes("terms")), said=said, consultant=_helps(who)
    )


@pages.post("/kommuner/{code}/ord")
async def terms_written(
    code: str, page: PageDep, who: KommuneOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        dispatch = form.dispatch
        body = WriteTermsBody(terms=tuple(_terms(form)))
        await api.write_terms(code, body, who, dispatch, runtime)
        return page.go(f"/kommuner/{code}", gjort="ord")
    return form.again(await terms(code, page, who, form, runtime))


def _terms(form: Form) -> Iterable[TermBody]:
    """What is left empty is said as elsewhere."""
    for n in range(len(codes("terms"))):
        if form.value(f"terms.{n}.term").strip():
            try:
                yield TermBody(concept=form.value(f"terms.{n}.concept"), term=form.value(f"terms.{n}.term"))
            except ValidationError:
                da, en = "Skriv et ord på højst 80 tegn.", "Write a word of at most 80 characters."
                raise Refused("too-long", f"terms.{n}.term", da, en) from None


# -- where a place would go --------------------------------------------------------------------------------------------


class RouteBody(Strict):
    postnr: Postnr | None = None
    kommune: KommuneCode | None = None


class Dot(NamedTuple):
    code: str
    name: str
    x: float
    y: float


def _dots() -> dict[str, Dot]:
    """The main towns, as on a map: north is up."""
    lies = catalogue.KOMMUNER.values()
    west, north = min(one.lon for one in lies), max(one.lat for one in lies)
    wide = cos(radians(56))

    def dot(one: catalogue.Kommune) -> Dot:
        x, y = (one.lon - west) * wide * 100 + 12, (north - one.lat) * 100 + 12
        return Dot(one.code, one.name, round(x, 1), round(y, 1))

    return {one.code: dot(one) for one in lies}


DOTS = _dots()


@pages.get("/rute")
async def route(page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    home: str | None = None
    found: list[RouteView] = []
    asked = form.value("postnr").strip() or form.value("kommune")
    form.sent = {name: value for name, value in form.sent.items() if name in RouteBody.model_fields}
    with form.judging():
        if asked:
            home, found = await _way(form.read(RouteBody), runtime)
    return page.show(
        "route.html", form=form, names=names(), home=home, found=found, dots=DOTS, duration=texts.duration,
        roles=codes("contact-role"), status=422 if form.errors else 200,
    )  # fmt: skip


async def _way(body: RouteBody, runtime: Runtime) -> tuple[str, list[RouteView]]:
    found = await route_of(runtime, body.postnr or "", body.kommune, 10)
    return next((one.kommune for one in found if one.why == "own"), found[0].kommune), found
