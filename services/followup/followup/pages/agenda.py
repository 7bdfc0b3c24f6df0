"""The consultant's day; and who has whose work."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from followup.api import consultants as api
from followup.api.base import Consultant
from followup.commands.consultants import AbsenceBody, HandOverBody, Sub
from followup.queries.agenda import Whose, whole_agenda
from followup.queries.consultants import colleagues, consultants, names, note_name
from shared.catalogue.kommuner import KOMMUNER
from shared.identifiers import InRange
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

pages = Pages()
AT_ONCE, MOST = 50, 500


@pages.get("/forloeb")
async def day(
    page: PageDep,
    who: Consultant,
    runtime: RuntimeDep,
    whose: Whose = "mine",
    days: Annotated[int, InRange(0, 60)] = 7,
    limit: Annotated[int, InRange(1, MOST)] = AT_ONCE,
) -> Response:
    """Who needs help now, what stands still, and whom to ask."""
    await note_name(runtime, who)
    found = await whole_agenda(runtime, days, limit, whose, who)
    more = min(limit * 2, MOST) if found.more and limit < MOST else None
    return page.show(
        "agenda.html", found=found, whose=whose, days=days, more=more, kommuner=KOMMUNER, me=who.sub,
        names=await names(runtime.pool),
    )  # fmt: skip


@pages.get("/forloeb/overdragelse")
async def who_follows(page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    await note_name(runtime, who)
    return page.show("consultants.html", found=await consultants(runtime), me=who.sub, names=await names(runtime.pool))


@pages.get("/forloeb/overdragelse/alle")
async def hand_over(page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """All that somebody follows; one's own unless the address says whose."""
    others = await colleagues(runtime)
    return page.show("hand_over_all.html", form=form.begin({"from": who.sub}), others=others, me=who.sub)


@pages.post("/forloeb/overdragelse/alle")
async def handed_over(page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.hand_over(form.read(HandOverBody), who, form.dispatch, runtime)
        return page.go("/forloeb/overdragelse")
    return form.again(await hand_over(page, who, form, runtime))


@pages.get("/forloeb/overdragelse/fravaer/{consultant}")
async def absence(
    consultant: Annotated[Sub, Path()], page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    others, called = await colleagues(runtime), await names(runtime.pool)
    return page.show(
        "absence.html", form=form, others=others, consultant=consultant, me=who.sub,
        name=called.get(consultant, consultant),
    )  # fmt: skip


@pages.post("/forloeb/overdragelse/fravaer/{consultant}")
async def absent(
    consultant: Annotated[Sub, Path()], page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.note_absence(consultant, form.read(AbsenceBody), who, form.dispatch)
        return page.go("/forloeb/overdragelse")
    return form.again(await absence(consultant, page, who, form, runtime))
