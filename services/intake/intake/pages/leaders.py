"""Pages for leaders: they sign up, and see what comes next at each of their places."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.responses import Response

from intake.api.leaders import sign_up as join
from intake.commands.leaders import SignUpBody
from intake.queries.leaders import status, whole_leader
from intake.queries.postal import which
from intake.refusals import which_kommune
from intake.texts import WELCOME
from shared.catalogue.kommuner import KOMMUNER
from shared.runtime import Runtime
from shared.web.access import Principal, allow, open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.problems import NOT_FOUND, Problem

pages = Pages()
Leader = Annotated[Principal, Depends(allow("leader"))]


@pages.get("/tilmeld", dependencies=[Depends(open_route)])
async def sign_up(page: PageDep, form: FormDep) -> Response:
    """Also asked for as the postal code is typed: in which of its kommuner?"""
    return page.show("sign_up.html", form=form, kommuner=_choices(page, form))


UNSURE = "ved-ikke"


def _choices(page: Page, form: Form) -> list[tuple[str, str]]:
    found = [(one.kommune, one.name) for one in which(form.value("postnr").strip(), page.today)]
    return [*found, (UNSURE, page.t("Det ved jeg ikke", "I do not know"))] if found else []


def _joining(page: Page, form: Form) -> SignUpBody:
    """Who does not know the kommune has answered as well; in another postal code it is another question."""
    choices, said = dict(_choices(page, form)), form.value("kommune")
    known = said in choices and said != UNSURE
    body = Form(form.request, {**form.sent, "kommune": [said] if known else []}).read(SignUpBody)
    if choices and said not in choices:
        raise which_kommune()
    return body


@pages.post("/tilmeld", dependencies=[Depends(open_route)])
async def signed_up(page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await join(_joining(page, form), form.dispatch, runtime)
        return page.go("/tilmeld/tak")
    return form.again(await sign_up(page, form))


@pages.get("/tilmeld/tak", dependencies=[Depends(open_route)])
async def thanks(page: PageDep) -> Response:
    """The same for all: nobody learns who has joined already."""
    return page.show("thanks.html", welcome=page.t(WELCOME.da, WELCOME.en))


async def logins(runtime: Runtime) -> list[tuple[str, str]]:
    """Leaders whom one may be in a local run, the latest first; by their companies, so that nobody's name is opened."""
    rows = await runtime.pool.fetch(
        "SELECT id, state->>'company_name' AS company, state->>'kommune' AS kommune FROM aggregate"
        " WHERE kind = 'leader' AND state->>'company_name' <> '' ORDER BY id DESC LIMIT 50"
    )
    return [(row["id"], f"{row['company']}, {KOMMUNER[row['kommune']].formal_name}") for row in rows]


@pages.get("/min-side")
async def mine(page: PageDep, who: Leader, runtime: RuntimeDep) -> Response:
    """What has happened, what comes next, and what one can do oneself."""
    if who.leader_id is None:
        raise Problem(NOT_FOUND, field="leader_id")
    leader_id = UUID(who.leader_id)
    found, leader = await status(runtime, leader_id, who), await whole_leader(runtime, leader_id, who)
    return page.show("mine.html", found=found, leader=leader, kommuner=KOMMUNER)
