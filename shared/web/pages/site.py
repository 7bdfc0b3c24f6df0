"""The pages of a service become part of its app: routes, files, problems as pages, forms that are shown again."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.types import Scope
from structlog.contextvars import get_contextvars

from shared.settings import Settings
from shared.web.edge import POLICY
from shared.web.pages import login, static
from shared.web.pages.login import Logins
from shared.web.pages.page import Page, Site
from shared.web.pages.router import Pages, answers
from shared.web.pages.sessions import Sessions
from shared.web.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, Problem


def install(
    app: FastAPI, config: Settings, package: str, api: APIRouter, pages: Pages, logins: Logins | None = None
) -> None:
    """Before the routes of its API (`api`) are: a browser's address may be one of theirs, too."""
    known = Sessions.by(config)
    issuer = urlsplit(config.oidc_issuer or "")
    # A form that logs out is sent on to the issuer.
    to = f" {issuer.scheme}://{issuer.netloc}" if config.oidc_issuer else ""
    whole = urlsplit(config.public_url or "").netloc
    app.state.site = Site(package, config.alliance_phone, known, f"{POLICY}; form-action 'self'{to}", whole, pages)
    app.state.show_problem = show_problem

    def redisplays(scope: Scope) -> bool:
        return answers(pages, scope)

    def of_api(scope: Scope) -> bool:
        return answers(api, scope)

    def sub_of_session(scope: Scope) -> str | None:
        found = known.read(Request(scope))
        return found.sub if found else None

    app.state.redisplays, app.state.of_api, app.state.sub_of_session = redisplays, of_api, sub_of_session
    app.include_router(static.router)
    login.install(app, config, logins)
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
        ("Du er ikke logget ind længere.", "You are no longer logged in."),
        ("Log ind i et nyt vindue, og kom tilbage hertil.", "Log in in a new window and come back here."),
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
    request = Request(scope)
    if problem.kind is INVALID and (problem.field or "").startswith("path."):
        problem = Problem(NOT_FOUND)  # a mistyped address is no field that one could correct
    kind, page = problem.kind, Page(request)
    if not hasattr(request.state, "session"):  # no page was entered: the menu leads back all the same
        found = page.site.sessions.read(request)
        request.state.session = found if found and not found.is_stale else None
    if kind is UNAUTHENTICATED and request.method in ("GET", "HEAD") and not page.is_part:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return page.go(login.IN, til=path)
    title, detail, way_out = _SAID.get(kind.slug) or (kind.title, problem.detail, kind.way_out)
    answer = page.show(
        "shared/problem.html",
        status=kind.status,
        title=page.t(*title),
        detail=page.t(*detail),
        way_out=page.t(*way_out) if way_out else "",
        log_in=login.IN if kind is UNAUTHENTICATED else None,
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
