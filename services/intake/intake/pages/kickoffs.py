"""Kick-offs: where leaders join, and the link that they join by."""

from typing import Annotated, Any

from starlette.responses import Response

from intake.api import kickoffs as api
from intake.api.base import Consultant
from intake.commands.kickoffs import CorrectKickoffBody, KickoffBody
from intake.queries.kickoffs import kickoffs as known_kickoffs
from intake.state.leaders import Kickoff
from shared.catalogue.kommuner import KOMMUNER
from shared.identifiers import InRange
from shared.web.dependencies import RuntimeDep, get_or_404
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

pages = Pages()
MANY = 25


def by_name() -> list[tuple[str, str]]:
    return [(code, name) for name, code in sorted((one.formal_name, code) for code, one in KOMMUNER.items())]


@pages.get("/i-dag/kickoffs")
async def kickoffs(
    page: PageDep,
    who: Consultant,
    form: FormDep,
    runtime: RuntimeDep,
    side: Annotated[int, InRange(1, 1000)] = 1,
) -> Response:
    found = await known_kickoffs(runtime)
    shown = found[(side - 1) * MANY : side * MANY]
    known: dict[str, Any] = {"found": shown, "count": len(found), "side": side, "limit": MANY}
    base = runtime.config.public_url or str(page.request.base_url).rstrip("/")
    return page.show("kickoffs.html", form=form, kommuner=KOMMUNER, named=by_name(), base=base, **known)


@pages.post("/i-dag/kickoffs")
async def registered(page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.register(form.read(KickoffBody), who, form.dispatch)
        return page.go("/i-dag/kickoffs")
    return form.again(await kickoffs(page, who, form, runtime))


@pages.get("/i-dag/kickoffs/{kickoff_id}")
async def wrong(kickoff_id: str, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    known = await get_or_404(runtime, Kickoff, kickoff_id, "kickoff_id")
    form.begin({"name": known.name, "kommune": known.kommune, "held_on": known.held_on})
    return page.show("kickoff.html", form=form, kickoff=known, named=by_name())


@pages.post("/i-dag/kickoffs/{kickoff_id}")
async def right(kickoff_id: str, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.correct(kickoff_id, form.read(CorrectKickoffBody), who, form.dispatch, runtime)
        return page.go("/i-dag/kickoffs")
    return form.again(await wrong(kickoff_id, page, who, form, runtime))
