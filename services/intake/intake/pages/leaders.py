"""Pages for leaders: they sign up."""

from fastapi import Depends
from starlette.responses import Response

from intake.api.leaders import sign_up as join
from intake.commands.leaders import SignUpBody
from intake.texts import WELCOME
from shared.web.access import open_route
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import PageDep
from shared.web.pages.site import Pages

pages = Pages()


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
