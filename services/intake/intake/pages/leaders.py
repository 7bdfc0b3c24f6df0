"""Pages for leaders: they sign up, and see what comes next at each of their places."""

from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from fastapi import Depends
from starlette.responses import Response

from intake.api import places as api
from intake.api.leaders import sign_up as join
from intake.commands.leaders import SignUpBody
from intake.commands.places import ClosePlaceBody, PausePlaceBody, ReopenPlaceBody
from intake.queries.leaders import status
from intake.queries.places import own_place
from intake.texts import WELCOME
from shared.catalogue.kommuner import KOMMUNER
from shared.runtime import Runtime
from shared.web.access import Principal, allow, open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages
from shared.web.problems import NOT_FOUND, Problem

pages = Pages()
Leader = Annotated[Principal, Depends(allow("leader"))]


@pages.get("/tilmeld", dependencies=[Depends(open_route)])
async def sign_up(page: PageDep, form: FormDep) -> Response:
    return page.show("sign_up.html", form=form)


@pages.post("/tilmeld", dependencies=[Depends(open_route)])
async def signed_up(page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await join(form.read(SignUpBody), form.dispatch, runtime)
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
    found = await status(runtime, UUID(who.leader_id), who)
    return page.show("mine.html", found=found, kommuner=KOMMUNER)


class _Act(NamedTuple):
    """What a leader can do with a place: the API's body and route."""

    body: Any
    route: Any


_ACTS = {
    "pause": _Act(PausePlaceBody, api.pause_place),
    "aabn": _Act(ReopenPlaceBody, api.reopen_place),
    "luk": _Act(ClosePlaceBody, api.close_place),
}
Act = Literal["pause", "aabn", "luk"]


@pages.get("/min-side/pladser/{place_id}/{act}")
async def change(place_id: UUID, act: Act, page: PageDep, who: Leader, form: FormDep, runtime: RuntimeDep) -> Response:
    await own_place(runtime, place_id, who)
    return page.show(f"place_{act}.html", form=form)


@pages.post("/min-side/pladser/{place_id}/{act}")
async def changed(
    place_id: UUID, act: Act, page: PageDep, who: Leader, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        body = form.read(_ACTS[act].body)
        await _ACTS[act].route(place_id, body, who, form.dispatch, runtime)
        return page.go("/min-side")
    return form.again(await change(place_id, act, page, who, form, runtime))
