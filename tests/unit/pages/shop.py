"""A service of one page, small enough to see through: what all pages have in common is tested with it."""

from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Depends, FastAPI
from pydantic import Field
from starlette.responses import Response

from shared.identifiers import Phone
from shared.settings import Settings
from shared.spine.decision import NotYet, Refused
from shared.spine.work import Strict
from shared.web import access, edge
from shared.web.access import Principal, allow, open_route
from shared.web.pages import site
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

HERE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
ORDER = {"phone": "20 12 34 56", "hours": "7,5", "lines.0.words": "kaffe"}


class Line(Strict):
    words: str = Field(max_length=20)


class OrderBody(Strict):
    phone: Phone
    hours: float | None = Field(None, le=37, strict=True)
    again: bool = Field(False, strict=True)
    lines: tuple[Line, ...] = ()
    wishes: dict[str, Annotated[bool, Field(strict=True)]] | None = None


Known = Annotated[Principal, Depends(allow("consultant", "leader"))]


def app(taken: list[OrderBody], **settings: Any) -> FastAPI:
    pages = Pages()

    @pages.get("/bestil", dependencies=[Depends(open_route)])
    async def order(page: PageDep, form: FormDep) -> Response:
        return page.show("order.html", form=form)

    @pages.post("/bestil", dependencies=[Depends(open_route)])
    async def ordered(page: PageDep, form: SentForm) -> Response:
        with form.judging():
            body = form.read(OrderBody)
            if body.hours == 1:
                raise Refused("too-few", "hours", "Så få timer kan ikke bestilles.", "So few cannot be ordered.")
            if body.hours == 2:
                raise NotYet(("order", "1"))
            if body.hours == 3:
                raise ZeroDivisionError
            taken.append(body)
            return page.go("/tak")
        return form.again(await order(page, form))

    @pages.get("/mit")
    async def mine(page: PageDep, form: FormDep, who: Known) -> Response:
        return page.show("order.html", form=form)

    @pages.post("/mit")
    async def ordered_mine(page: PageDep, form: SentForm, who: Known) -> Response:
        with form.judging():
            taken.append(form.read(OrderBody))
        return page.go("/mit")

    @pages.get("/mit/{order_id}")
    async def one(order_id: UUID, page: PageDep, form: FormDep, who: Known) -> Response:
        return page.show("order.html", form=form)

    made = FastAPI(docs_url=None, redirect_slashes=False)
    key = {"token_key": "k" * 40}
    config = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", **key | settings)
    edge.install(made)
    access.install(made, config)

    api = APIRouter()

    @api.get("/mit")
    async def api_mine(who: Known) -> dict[str, str]:
        return {"sub": who.sub}

    @api.get("/mit/{order_id}")
    async def api_one(order_id: UUID, who: Known) -> None: ...

    @api.post("/orders", dependencies=[Depends(open_route)])
    async def api_order(body: OrderBody) -> None:
        taken.append(body)

    site.install(made, config, "tests.unit.pages", api, pages)
    made.include_router(api)
    return made


def client(taken: list[OrderBody] | None = None, **settings: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app([] if taken is None else taken, **settings), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="https://test", headers=HERE)
