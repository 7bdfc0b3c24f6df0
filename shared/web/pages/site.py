"""The pages of a service become part of its app: routes, files, problems as pages, forms that are shown again."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope
from structlog.contextvars import get_contextvars

from shared.settings import Settings
from shared.web.pages import static
from shared.web.pages.page import Page, Site
from shared.web.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])


class Pages(APIRouter):
    """Pages of one noun, or all of a service's. They are for people: the API's documentation knows nothing of them."""

    def __init__(self) -> None:
        super().__init__(include_in_schema=False, default_response_class=HTMLResponse)

    def get(self, path: str, **more: Any) -> Callable[[F], F]:
        """HEAD as well: those who look at links before people do ask so."""
        return self.api_route(path, methods=["GET", "HEAD"], **more)


def install(app: FastAPI, config: Settings, package: str, pages: Pages) -> None:
    app.state.site = Site(package, getattr(config, "alliance_phone", None))
    app.state.show_problem = show_problem

    def redisplays(scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in pages.routes)

    app.state.redisplays = redisplays
    app.include_router(static.router)
    app.include_router(pages)


# A page's own words for what the API says to programs.
_SAID = {
    "not-found": (
        ("Siden findes ikke", "There is no such page"),
        ("Adressen kan være skrevet forkert, eller siden er flyttet.", "The address may be mistyped, or it has moved."),
        ("Begynd på forsiden, eller ring til os.", "Begin at the front page, or call us."),
    ),
    "unauthenticated": (
        ("Log ind", "Log in"),
        ("Siden er kun for dem, der er logget ind.", "This page is for those who are logged in."),
        ("Log ind, og prøv igen.", "Log in and try again."),
    ),
    "too-many-requests": (
        ("Der er travlt lige nu", "It is busy right now"),
        ("Der er spurgt for mange gange på kort tid.", "There were too many requests in a short time."),
        ("Vent et minut, og genindlæs siden.", "Wait a minute and reload the page."),
    ),
    "unavailable": (
        ("Vi kan ikke nås lige nu", "We cannot be reached right now"),
        ("Noget, vi er afhængige af, svarer ikke.", "Something that we depend on does not answer."),
        ("Prøv igen om et minut.", "Try again in a minute."),
    ),
}


def show_problem(problem: Problem, scope: Scope) -> Response:
    page = Page(Request(scope))
    kind = problem.kind
    title, detail, way_out = _SAID.get(kind.slug) or (kind.title, problem.detail, kind.way_out)
    answer = page.show(
        "shared/problem.html",
        status=kind.status,
        title=page.t(*title),
        detail=page.t(*detail),
        way_out=page.t(*way_out) if way_out else "",
        typed=list(_flat(scope.get("state", {}).get("form"))),
        number=get_contextvars().get("correlation_id") if kind.status >= 500 else None,
    )
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer


def _flat(sent: Any, name: str = "") -> Any:
    """Name and value of each field that was sent, to be sent once more."""
    if isinstance(sent, dict):
        for part, inner in sent.items():
            yield from _flat(inner, f"{name}.{part}" if name else part)
    elif isinstance(sent, list):
        for at, inner in enumerate(sent):
            yield from _flat(inner, f"{name}.{at}") if isinstance(inner, dict | list) else [(name, inner)]
