"""A leader comes to her page out of a mail: without an account, on a phone."""

import time

from fastapi import Depends
from starlette.responses import Response

from intake.api.links import new_link
from intake.commands.links import NewLinkBody
from intake.queries.links import opened_by
from intake.rules.links import HOME
from shared.web.access import open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages import sessions
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.login import welcome
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.pages.sessions import Session

pages = Pages()
OPEN = [Depends(open_route)]  # who has the link may
SEEN = "__Host-link"  # a browser brings it with a form of ours alone, so nobody is led into another one's page unseen


@pages.get("/min-side/nyt-link", dependencies=OPEN)
async def asked(page: PageDep, form: FormDep) -> Response:
    return page.show("link_new.html", form=form, sent=None, wrong=False)


@pages.post("/min-side/nyt-link", dependencies=OPEN)
async def ask(page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        sent = await new_link(form.read(NewLinkBody), form.dispatch, runtime)
        return page.show("link_new.html", form=form, sent=page.t(sent.da, sent.en), wrong=False)
    return form.again(await asked(page, form))


@pages.get("/min-side/{token}", dependencies=OPEN)
async def came(token: str, page: PageDep, form: FormDep, runtime: RuntimeDep) -> Response:
    """Names nobody: scanners follow links, and mails are forwarded."""
    if await opened_by(runtime, token) is None:
        return _wrong(page, form)
    answer = page.show("link.html", form=form)
    sessions.put(answer, SEEN, "1", sessions.IDLE)
    return answer


@pages.post("/min-side/{token}", dependencies=OPEN)
async def go_on(token: str, page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    found = await opened_by(runtime, token)
    if found is None:
        return _wrong(page, form)
    if SEEN not in page.request.cookies:
        return await came(token, page, form, runtime)
    who, target = found
    to = target if page.has(target) else HOME
    return welcome(page, Session.of(who, time.time() + sessions.BY_LINK_LONGEST), to)


def _wrong(page: Page, form: Form) -> Response:
    """The same for all that do not open: nobody learns whether it ever did."""
    return page.show("link_new.html", status=404, form=form, sent=None, wrong=True)
