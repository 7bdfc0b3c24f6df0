"""A kommune's contact person answers by the link in her mail: without an account, on a phone, in a minute."""

from fastapi import Depends
from starlette.responses import Response

from municipality_gateway.api.links import new_link
from municipality_gateway.commands.links import NewLinkBody
from municipality_gateway.pages import answers
from municipality_gateway.pages.answers import Way
from municipality_gateway.queries.links import principal_of
from shared.runtime import Runtime
from shared.spine.decision import Refused
from shared.web.access import open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages

pages = Pages()
OPEN = [Depends(open_route)]  # who has the link may
NEW = "nyt-link"
# After these nothing is left to be said by this link.
_LAST = ("nej", "stop", "faerdig")


async def _way(token: str, runtime: Runtime) -> Way:
    who = await principal_of(runtime, token)
    return Way(f"/svar/{token}", who, who.referral_id, "/svar", "GET /svar/{token}")


def _wrong(page: Page, token: str, refused: Refused) -> Response:
    """Each says what to do. Who has just said the last word is thanked."""
    done = refused.rule == "link-over" and page.request.query_params.get("svar") in _LAST
    return page.show(
        "link_wrong.html", status=200 if done else refused.status, base=f"/svar/{token}", done=done, refused=refused
    )


@pages.get("/svar/{token}", dependencies=OPEN)
async def answer(token: str, page: PageDep, runtime: RuntimeDep) -> Response:
    try:
        way = await _way(token, runtime)
    except Refused as refused:
        return _wrong(page, token, refused)
    return await answers.show(page, way, runtime, "answer.html", mine=way.who.sub.split(":")[1].split("/")[0])


@pages.get("/svar/{token}/nyt-link", dependencies=OPEN)
async def asked_anew(token: str, page: PageDep, form: FormDep) -> Response:
    return page.show("link_new.html", form=form, base=f"/svar/{token}", sent=None)


@pages.post("/svar/{token}/nyt-link", dependencies=OPEN)
async def ask_anew(token: str, page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    sent = await new_link(NewLinkBody(token=token[:200]), form.dispatch, runtime)
    return page.show("link_new.html", form=form, base=f"/svar/{token}", sent=page.t(sent.da, sent.en))


@pages.get("/svar/{token}/{act}", dependencies=OPEN)
async def say(token: str, act: str, page: PageDep, form: FormDep, runtime: RuntimeDep) -> Response:
    try:
        way = await _way(token, runtime)
    except Refused as refused:
        return _wrong(page, token, refused)
    return await answers.show_act(page, way, act, form, runtime)


@pages.post("/svar/{token}/{act}", dependencies=OPEN)
async def said(token: str, act: str, page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    try:
        way = await _way(token, runtime)
    except Refused as refused:
        # Sent twice: the first has ended it.
        return page.go(f"/svar/{token}", svar=act) if refused.rule == "link-over" else _wrong(page, token, refused)
    return await answers.take(page, way, act, form, runtime)
