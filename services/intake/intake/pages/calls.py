"""The call with a leader, in the order of a real one: who it is, what was said before, what comes of it now."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from intake.api import leaders as api
from intake.api.base import Consultant, LeaderOrConsultant
from intake.commands.leaders import Attempt, CorrectLeaderBody, MergeLeadersBody, NoteDevelopmentBody, RecordCallBody
from intake.pages.kickoffs import by_name
from intake.queries.leaders import whole_leader, whom
from shared.catalogue.kommuner import KOMMUNER
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep, phone
from shared.web.pages.router import Pages
from shared.web.problems import NOT_FOUND, Problem

pages = Pages()


async def _show(
    template: str, page: Page, form: Form, runtime: Runtime, leader_id: UUID, who: Principal, **more: Any
) -> Response:
    leader = await whole_leader(runtime, leader_id, who)
    return page.show(template, form=form, leader=leader, kommuner=KOMMUNER, **more)


@pages.get("/ledere/{leader_id}")
async def leader(leader_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return await _show("leader.html", page, form, runtime, leader_id, who)


@pages.post("/ledere/{leader_id}")
async def called(leader_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    """Who was reached goes on with the call; the next one waits otherwise."""
    with form.judging():
        body = form.read(RecordCallBody)
        await api.record_call(leader_id, body, who, form.dispatch, runtime)
        return page.go(f"/ledere/{leader_id}" if body.outcome == "reached" else "/i-dag")
    return form.again(await leader(leader_id, page, who, form, runtime))


@pages.get("/ledere/{leader_id}/opkald/{attempt}")
async def wrong_call(
    leader_id: UUID, attempt: Attempt, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    """The last one alone can be put right."""
    known = await whole_leader(runtime, leader_id, who)
    if not known.calls or attempt != known.attempts:
        raise Problem(NOT_FOUND, field="attempt")
    last = known.calls[-1]
    form.begin({"outcome": last.outcome, "next_call_on": last.next_call_on})
    return page.show("call_again.html", form=form, leader=known, call=last)


@pages.post("/ledere/{leader_id}/opkald/{attempt}")
async def right_call(
    leader_id: UUID, attempt: Attempt, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.correct_call(leader_id, attempt, form.read(RecordCallBody), who, form.dispatch, runtime)
        return page.go(f"/ledere/{leader_id}")
    return form.again(await wrong_call(leader_id, attempt, page, who, form, runtime))


@pages.get("/ledere/{leader_id}/hvem")
async def whom_it_is(leader_id: UUID, page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    """For lines of the other services about a company as such."""
    return page.show("whom.html", found=await whom(runtime, leader_id, who), back=f"/ledere/{leader_id}")


DATA = ("name", "phone", "email", "company_name", "cvr", "postnr", "sector", "size_band")


@pages.get("/ledere/{leader_id}/ret")
async def wrong(leader_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    known = await whole_leader(runtime, leader_id, who)
    form.begin(known.model_dump(include={*DATA}) | {"phone": known.phone and phone(known.phone)})
    return page.show("leader_ret.html", form=form, leader=known, kommuner=KOMMUNER, named=by_name())


@pages.post("/ledere/{leader_id}/ret")
async def right(leader_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.correct(leader_id, form.read(CorrectLeaderBody), who, form.dispatch, runtime)
        return page.go(f"/ledere/{leader_id}")
    return form.again(await wrong(leader_id, page, who, form, runtime))


@pages.get("/ledere/{leader_id}/laert")
async def learned(
    leader_id: UUID, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    return await _show("leader_laert.html", page, form, runtime, leader_id, who)


@pages.post("/ledere/{leader_id}/laert")
async def learned_this(
    leader_id: UUID, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.note_development(leader_id, form.read(NoteDevelopmentBody), who, form.dispatch, runtime)
        return page.go(f"/ledere/{leader_id}" if "consultant" in who.roles else "/min-side")
    return form.again(await learned(leader_id, page, who, form, runtime))


@pages.get("/ledere/{leader_id}/samme")
async def double(leader_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """The same person joined twice: as which of the company's leaders do they go on?"""
    known = await whole_leader(runtime, leader_id, who)
    others = [(one.person_id, one.name) for one in known.colleagues if one.role == "leader"]
    return page.show("leader_samme.html", form=form, leader=known, others=others)


@pages.post("/ledere/{leader_id}/samme")
async def merged(leader_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        body = form.read(MergeLeadersBody)
        await api.merge(leader_id, body, who, form.dispatch, runtime)
        return page.go(f"/ledere/{body.into}")
    return form.again(await double(leader_id, page, who, form, runtime))
