"""Log in, at the issuer or, in a local run, by choosing who to be; and log out."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
import jwt
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import Depends, FastAPI, Request
from joserfc.errors import JoseError
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from shared.catalogue.kommuner import KOMMUNER, KommuneCode
from shared.runtime import Runtime
from shared.settings import Settings
from shared.spine.decision import Refused
from shared.spine.work import Strict
from shared.web.access import mint, of_token, open_route
from shared.web.pages import sessions
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep, Site
from shared.web.pages.router import Pages
from shared.web.pages.sessions import Session
from shared.web.problems import NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE, Kind, Problem

log = structlog.get_logger(__name__)

IN, BACK, OUT = "/log-ind", "/log-ind/svar", "/log-ud"
_UNDER_WAY = "__Host-login"  # what the answer of the issuer is held against
_KNOWN_BY = "__Secure-id"  # the ID token of the login
_MINUTES = 10
# What can go wrong on the way to the issuer and back.
_FAILED = (OAuthError, JoseError, httpx2.HTTPError, jwt.PyJWTError, ValidationError, ValueError, KeyError, RuntimeError)
FAILED = Kind(
    "login-failed",
    400,
    ("Vi kunne ikke logge dig ind", "We could not log you in"),
    ("Det tog for lang tid, blev afbrudt, eller siden var åben to steder.", "It took too long, or was interrupted."),
    ("Gå til forsiden, og prøv igen derfra.", "Go to the front page and try again from there."),
)
Logins = Callable[[Runtime], Awaitable[list[tuple[str, str]]]]
"""Leaders whom one may be in a local run: id, and what to call them."""


class Login:
    """By an issuer: authorization code with PKCE. Without one, in a local run, everybody may be anybody."""

    def __init__(self, config: Settings, logins: Logins | None = None) -> None:
        self.local = config.token_key.get_secret_value() if config.token_key else None
        self.logins, self._base, self._acr = logins, config.public_url or "", config.oidc_acr
        self._issuer = str(config.oidc_issuer)
        secret = config.oidc_client_secret.get_secret_value() if config.oidc_client_secret else None
        self._client = OAuth().register(
            "issuer",
            client_id=config.oidc_client,
            client_secret=secret,
            server_metadata_url=f"{self._issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
                "timeout": 5,
            },
        )

    @property
    def is_offered(self) -> bool:
        return bool(self.local or (self._base and self._client.client_id))

    async def begin(self, request: Request, to: str) -> Response:
        """To the issuer. Several tabs may be on their way at once."""
        pending = self._pending(request)
        request.scope["session"] = {}
        state = token_urlsafe(16)
        asked = {"acr_values": self._acr} if self._acr else {}
        answer: Response = await self._client.authorize_redirect(request, self._base + BACK, state=state, **asked)
        begun = dict(list(pending["session"].items())[-2:]) | request.scope["session"]
        request.scope["session"] = begun
        self.hold(request, answer, dict(list(pending["to"].items())[-2:]) | {state: to})
        return answer

    async def end(self, request: Request) -> tuple[Session, str, dict[str, str], str]:
        """Back from the issuer: who it is, where they wanted to go, who else is under way in this browser, and by
        what the issuer knows this login again.
        """
        pending = self._pending(request)
        request.scope["session"] = pending["session"]
        if request.query_params.get("iss", self._issuer) != self._issuer:
            raise ValueError("another issuer answers")
        token = await self._client.authorize_access_token(request)
        session = await self._session(request, token)
        if token["userinfo"]["sub"] != session.sub or token["userinfo"]["iss"] != self._issuer:
            raise ValueError("the two tokens are not about the same person")
        others: dict[str, str] = pending["to"]
        return session, others.pop(request.query_params["state"], "/"), others, token["id_token"]

    async def renewed(self, request: Request, session: Session) -> Session | Problem:
        if session.refresh is None:
            return Problem(UNAUTHENTICATED)
        try:
            token = await self._client.fetch_access_token(grant_type="refresh_token", refresh_token=session.refresh)
            new = await self._session(request, token)
        except httpx2.TransportError as error:
            log.warning("issuer_unreachable", reason=type(error).__name__)
            return Problem(UNAVAILABLE)
        except Problem as problem:
            return problem
        except _FAILED as error:
            log.info("session_ended", sub=session.sub, reason=type(error).__name__)
            return Problem(UNAUTHENTICATED)
        if new.sub != session.sub:
            return Problem(UNAUTHENTICATED)
        return replace(new, since=session.since, refresh=new.refresh or session.refresh)

    async def _session(self, request: Request, token: Mapping[str, Any]) -> Session:
        who, until = await of_token(request.app, token["access_token"])
        return Session.of(who, until, token.get("refresh_token"))

    async def goodbye(self, request: Request) -> str | None:
        """Where the issuer ends its own session, so that the next one at this screen is asked who they are.

        Without the ID token of the login the issuer asks whether one means it.
        """
        site: Site = request.app.state.site
        kept = site.sessions.open("id", request.cookies.get(_KNOWN_BY), sessions.LONGEST) or {}
        try:
            found = await self._client.create_logout_url(f"{self._base}/", client_id=self._client.client_id, **kept)
        except _FAILED as error:
            log.warning("issuer_unreachable", reason=type(error).__name__)
            return None
        return str(found["url"])

    def remember(self, request: Request, answer: Response, id_token: str) -> None:
        """For logging out alone: no other address gets to see it."""
        site: Site = request.app.state.site
        sealed = site.sessions.seal("id", {"id_token_hint": id_token})
        if len(sealed) < sessions.MOST:
            sessions.put(answer, _KNOWN_BY, sealed, sessions.LONGEST, path=OUT)

    def hold(self, request: Request, answer: Response, to: dict[str, str]) -> None:
        """What is under way, until its answer comes."""
        site: Site = request.app.state.site
        kept = {"session": request.scope["session"], "to": to}
        sessions.put(answer, _UNDER_WAY, site.sessions.seal("login", kept), _MINUTES * 60)

    def _pending(self, request: Request) -> dict[str, Any]:
        site: Site = request.app.state.site
        found = site.sessions.open("login", request.cookies.get(_UNDER_WAY), _MINUTES * 60)
        return found or {"session": {}, "to": {}}


pages = Pages()


def _login(request: Request) -> Login:
    login: Login = request.app.state.login
    if not login.is_offered:
        raise Problem(NOT_FOUND)
    return login


LoginDep = Annotated[Login, Depends(_login)]


def here(to: str) -> str:
    """A page of ours; whatever else somebody wrote into the address, the front page."""
    return to if re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", to) else "/"


@pages.get(IN, dependencies=[Depends(open_route)])
async def log_in(page: PageDep, form: FormDep, login: LoginDep, til: str = "/") -> Response:
    """A leader needs none. A session that goes on is renewed by way of the browser, without a question."""
    if login.local is not None:
        return await _choose(page, form, login)
    if (known := page.site.sessions.read(page.request)) and not known.by_link:
        return await _begin(page, login, til)
    return page.show("shared/log_in.html", form=form)


async def _begin(page: Page, login: Login, to: str) -> Response:
    try:
        return await login.begin(page.request, here(to))
    except _FAILED as error:
        log.warning("issuer_unreachable", reason=type(error).__name__)
        raise Problem(UNAVAILABLE) from error


async def _choose(page: Page, form: Form, login: Login) -> Response:
    leaders = await login.logins(page.request.app.state.runtime) if login.logins else []
    kommuner = [(code, kommune.formal_name) for code, kommune in KOMMUNER.items()]
    return page.show("shared/login.html", form=form, leaders=leaders, kommuner=kommuner)


class LoginBody(Strict):
    """Who to be, in a local run."""

    role: Literal["leader", "consultant", "kommune", "partner", "operator"]
    kommune: KommuneCode | None = None
    leader_id: UUID | None = None
    til: str = "/"


@pages.post(IN, dependencies=[Depends(open_route)])
async def chosen(page: PageDep, form: SentForm, login: LoginDep) -> Response:
    if login.local is None:
        return await _begin(page, login, form.value("til"))
    with form.judging():
        body = form.read(LoginBody)
        for role, field in (("kommune", "kommune"), ("leader", "leader_id")):
            if body.role == role and getattr(body, field) is None:
                raise Refused("missing-field", field, "Vælg en.", "Choose one.")
        kommune, leader = (body.kommune, body.leader_id)
        of = {"kommune": kommune} if body.role == "kommune" else {"leader": leader} if body.role == "leader" else {}
        token = mint(body.role, key=login.local, minutes=sessions.LONGEST // 60, **of)
        who, until = await of_token(page.request.app, token)
        return welcome(page, Session.of(who, until), here(body.til))
    return form.again(await _choose(page, form, login))


@pages.get(BACK, dependencies=[Depends(open_route)])
async def back(page: PageDep, login: LoginDep) -> Response:
    if login.local is not None:
        raise Problem(NOT_FOUND)
    try:
        session, to, others, id_token = await login.end(page.request)
    except _FAILED as error:
        log.warning("login_failed", reason=type(error).__name__)
        raise Problem(FAILED, cause=type(error).__name__) from error
    answer = welcome(page, session, here(to))
    login.hold(page.request, answer, others)
    login.remember(page.request, answer, id_token)
    return answer


def welcome(page: Page, session: Session, to: str) -> Response:
    """Whatever was known of this browser before is replaced."""
    log.info("logged_in", sub=session.sub, roles=session.roles)
    page.request.state.session = session
    home = page.menu[0][0] if page.menu else "/"
    return page.go(home if to == "/" else to)


@pages.post(OUT, dependencies=[Depends(open_route)])
async def log_out(page: PageDep, _: SentForm, login: LoginDep) -> Response:
    page.request.state.session = None
    to = None if login.local or _came_by_link(page) else await login.goodbye(page.request)
    answer = RedirectResponse(to, 303) if to else page.go("/")
    sessions.end(answer)
    answer.delete_cookie(_KNOWN_BY, path=OUT, secure=True, httponly=True, samesite="lax")
    return answer


def _came_by_link(page: Page) -> bool:
    """Also where the session is over by now. Nobody is logged in at the issuer then, who would ask whether one is."""
    found = page.site.sessions.open("session", page.request.cookies.get(sessions.COOKIE), sessions.LONGEST)
    return found is not None and Session(**found).by_link and _KNOWN_BY not in page.request.cookies


def install(app: FastAPI, config: Settings, logins: Logins | None) -> None:
    app.state.login = Login(config, logins)
    app.include_router(pages)
