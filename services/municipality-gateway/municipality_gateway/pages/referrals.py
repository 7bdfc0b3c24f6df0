"""Referrals after login: a kommune answers its own; consultants see to it that somebody does."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import ValidationError
from starlette.responses import Response

from municipality_gateway import texts
from municipality_gateway.api import referrals as api
from municipality_gateway.api.base import Consultant, KommuneOrConsultant
from municipality_gateway.commands.places import AskThisBody
from municipality_gateway.commands.referrals import TakeBackBody
from municipality_gateway.pages import acts, answers
from municipality_gateway.pages.answers import Way
from municipality_gateway.queries.cases import case_of
from municipality_gateway.queries.desk import whole_desk
from municipality_gateway.queries.kommuner import in_order
from municipality_gateway.queries.referrals import ReferralFilter, asked_about, list_of_referrals
from municipality_gateway.state.referrals import Referral
from shared.catalogue import kommuner as catalogue
from shared.catalogue import tasks
from shared.catalogue.reach import Reach
from shared.identifiers import InRange
from shared.spine.aggregates import one
from shared.spine.decision import Refused
from shared.web.access import Principal, allow
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.problems import INVALID, NOT_FOUND, Problem

pages = Pages()
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
PER_PAGE = 25


def names() -> list[tuple[str, str]]:
    """Code and name of each kommune, to choose from."""
    return sorted(((k.code, k.name) for k in catalogue.KOMMUNER.values()), key=lambda found: in_order(found[1]))


@pages.get("/henvendelser")
async def referrals(
    page: PageDep,
    who: KommuneOrConsultant,
    form: FormDep,
    runtime: RuntimeDep,
    tilstand: str | None = None,
    kommune: str | None = None,
    after: str | None = None,
) -> Response:
    try:
        which = ReferralFilter(
            state=tilstand or None,
            kommune=kommune or None,
            after=after or None,
            limit=PER_PAGE,
        )
    except ValidationError as error:
        raise Problem(INVALID, field="query") from error
    found, more = await list_of_referrals(runtime, who, which)
    asked = {name: value for name, value in (("tilstand", tilstand), ("kommune", kommune)) if value}
    return page.show(
        "referrals.html", who=who, form=form, found=found, asked=asked, more=more, label=_tasks(page), names=names(),
        known=catalogue.kommune, towns=catalogue.postal_code,
    )  # fmt: skip


def _tasks(page: Page) -> object:
    def label(found: object) -> str:
        named = (tasks.told(task.task_id, page.language) for task in found or ())  # type: ignore[attr-defined]
        return "; ".join(filter(None, named))

    return label


@pages.get("/henvendelser/at-goere")
async def desk(
    page: PageDep, who: Consultant, runtime: RuntimeDep, antal: Annotated[int, InRange(1, 200)] = 25
) -> Response:
    """What waits for a consultant, the most urgent first."""
    found = await whole_desk(runtime, who, antal)
    return page.show("desk.html", found=found, antal=antal)


@pages.get("/henvendelser/plads/{place_id}")
async def of_place(place_id: UUID, page: PageDep, who: LeaderOrConsultant, runtime: RuntimeDep) -> Response:
    place, found = await asked_about(runtime, who, place_id)
    ways = {
        asked.referral.id: texts.why(
            Reach(asked.referral.kommune, asked.referral.why, asked.referral.minutes), asked.referral.place_kommune
        )
        for asked in found
    }
    return page.show("of_place.html", place=place, found=found, ways=ways, consultant="consultant" in who.roles)


@pages.get("/henvendelser/plads/{place_id}/spoerg")
async def another(place_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    place, _ = await asked_about(runtime, who, place_id)
    if place is None:
        raise Problem(NOT_FOUND, field="place_id")
    return page.show("ask_another.html", form=form, place=place, names=names())


@pages.post("/henvendelser/plads/{place_id}/spoerg")
async def asked_another(
    place_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        asked = await api.ask_this(place_id, form.read(AskThisBody), who, form.dispatch, runtime)
        for _ in range(acts.PATIENCE):  # it is made in a transaction of its own
            if await one(runtime.pool, Referral, asked.referral_id):
                break
            await asyncio.sleep(0.1)
        return page.go(f"/henvendelser/plads/{place_id}")
    return form.again(await another(place_id, page, who, form, runtime))


# -- one of them -------------------------------------------------------------------------------------------------------


def _way(referral_id: UUID, who: Principal) -> Way:
    return Way(
        f"/henvendelser/{referral_id}", who, str(referral_id), "/henvendelser", "GET /henvendelser/{referral_id}"
    )


@pages.get("/henvendelser/{referral_id}")
async def referral(referral_id: UUID, page: PageDep, who: KommuneOrConsultant, runtime: RuntimeDep) -> Response:
    consultant = "consultant" in who.roles
    return await answers.show(page, _way(referral_id, who), runtime, "referral.html", consultant=consultant)


@pages.get("/henvendelser/{referral_id}/kontakt")
async def contact(referral_id: UUID, page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    """Whom to ring at the kommune."""
    way = _way(referral_id, who)
    case = await case_of(runtime, who, way.referral_id, f"{way.route}/kontakt")
    return page.show("contact.html", case=case, words=answers.Words(page, case))


@pages.get("/henvendelser/{referral_id}/besked")
async def guide(referral_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return await answers.show(page, _way(referral_id, who), runtime, "guide.html", form=form)


@pages.post("/henvendelser/{referral_id}/besked")
async def guided(referral_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        try:
            await api.record_guidance(referral_id, who, form.dispatch, runtime)
        except Refused as refused:
            raise acts.in_words(refused.rule, refused.field, refused.da, refused.en) from refused
        return page.go(f"/henvendelser/{referral_id}", svar="besked")
    return form.again(await guide(referral_id, page, who, form, runtime))


@pages.get("/henvendelser/{referral_id}/kald-tilbage")
async def recall(referral_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return await answers.show(page, _way(referral_id, who), runtime, "recall.html", form=form)


@pages.post("/henvendelser/{referral_id}/kald-tilbage")
async def recalled(referral_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.recall(referral_id, form.read(TakeBackBody), who, form.dispatch, runtime)
        return page.go(f"/henvendelser/{referral_id}", svar="kald-tilbage")
    return form.again(await recall(referral_id, page, who, form, runtime))


@pages.get("/henvendelser/{referral_id}/{act}")
async def say(
    referral_id: UUID, act: str, page: PageDep, who: KommuneOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    return await answers.show_act(page, _way(referral_id, who), act, form, runtime)


@pages.post("/henvendelser/{referral_id}/{act}")
async def said(
    referral_id: UUID, act: str, page: PageDep, who: KommuneOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    return await answers.take(page, _way(referral_id, who), act, form, runtime)
