"""Pages of one noun, or all of a service's; whoever comes to one is known by the session."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from shared.web.pages.sessions import Session, Sessions
from shared.web.problems import UNAUTHENTICATED, Problem, is_browser

F = TypeVar("F", bound=Callable[..., Any])


class Renews(Protocol):
    async def renewed(self, request: Request, session: Session) -> Session | Problem:
        """What the issuer says of it now."""


async def enter(request: Request) -> None:
    """A page's asker is the one of the session. A program may show its token here too."""
    if "authorization" in request.headers:
        return
    sessions: Sessions = request.app.state.site.sessions
    found = sessions.read(request)
    if found and found.is_stale:
        login: Renews = request.app.state.login
        renewed = await login.renewed(request, found)
    else:
        renewed = found or Problem(UNAUTHENTICATED)
    request.state.session = renewed if isinstance(renewed, Session) else None
    request.state.asker = renewed.who if isinstance(renewed, Session) else renewed


class _Page(APIRoute):
    """Where the API has the same address, a page is for those who ask for one."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is Match.FULL and not is_browser(scope) and scope["app"].state.of_api(scope):
            return Match.NONE, {}
        return match, child_scope


class Pages(APIRouter):
    """For people: the API's documentation knows nothing of them."""

    def __init__(self) -> None:
        super().__init__(
            include_in_schema=False,
            default_response_class=HTMLResponse,
            dependencies=[Depends(enter)],
            route_class=_Page,
        )

    def get(self, path: str, **more: Any) -> Callable[[F], F]:
        """HEAD as well: those who look at links before people do ask so."""
        return self.api_route(path, methods=["GET", "HEAD"], **more)


def answers(router: APIRouter, scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in router.routes)
