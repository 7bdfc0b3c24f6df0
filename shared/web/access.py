"""Who may: access tokens (JWT) become a Principal, and every route names the roles that it lets in.

    @router.get("/places/{id}")
    async def place(id: UUID, who: Annotated[Principal, Depends(allow("consultant", "leader"))]): ...

    @router.post("/leaders", dependencies=[Depends(open_route)])

Tokens come from an OpenID Connect issuer (Keycloak in production), or for local runs from `mint` with a shared key.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Protocol
from uuid import UUID

import jwt
import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPBearer
from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from shared.people.guard import find_cpr
from shared.settings import Settings
from shared.web.problems import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE, Problem, route_of

log = structlog.get_logger(__name__)

ROLES = frozenset({"leader", "consultant", "kommune", "partner", "operator"})
# Staff of the alliance work with every kommune and every leader; what they may do is said by the route.
UNBOUND = frozenset({"consultant", "operator"})

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
LEEWAY = timedelta(seconds=30)
LONGEST = timedelta(hours=24)
RSA_BITS = 2048
# Claims of ID tokens, of logout tokens, and of tokens that are bound to a key which nobody shows us.
OTHER_USES = frozenset({"nonce", "at_hash", "c_hash", "events", "cnf"})
REQUIRED = ["exp", "iss", "aud", "sub"]
LOCAL = "lederalliancen-local"
BY_LINK = "link:"  # how `sub` begins where somebody came out of a mail, and no issuer knows of it


def _is_name(said: object) -> bool:
    return isinstance(said, str) and 0 < len(said) <= 120 and not find_cpr(said)


@dataclass(frozen=True)
class Principal:
    """Who is asking. As given by `allow`, it holds only the roles through which the route let it in."""

    sub: str
    roles: frozenset[str] = frozenset()
    kommuner: frozenset[str] = frozenset()
    leader_id: str | None = None
    name: Annotated[str | None, BeforeValidator(lambda said: said if _is_name(said) else None)] = None
    """As the issuer says it, for colleagues to read; nothing hangs on it."""

    def sees(self, *, kommune: str | None = None, leader: UUID | str | None = None) -> bool:
        """Whether the thing is one's own as a kommune or as its leader; staff see all."""
        as_kommune = "kommune" in self.roles and kommune in self.kommuner
        as_leader = "leader" in self.roles and leader is not None and str(leader) == self.leader_id
        return bool(as_kommune or as_leader or self.roles & UNBOUND)

    def own(self, field: str, *, kommune: str | None = None, leader: UUID | str | None = None) -> None:
        """Pass where it is one's own; otherwise the 404 of an id that is nowhere: what others have is not told."""
        if not self.sees(kommune=kommune, leader=leader):
            log.warning("not_own", sub=self.sub, field=field)
            raise Problem(NOT_FOUND, field=field)


@dataclass(frozen=True)
class LinkHolder(Principal):
    """Who came by a link instead of a login: may for one referral what its kommune may. No token makes one.

    What they read goes through `seen_by`, under which PostgreSQL shows that referral alone.
    """

    referral_id: str = ""


_PRINCIPAL = TypeAdapter(Principal)


class WeakLogin(jwt.InvalidTokenError):
    """Staff, and not logged in as LA_OIDC_ACR asks for."""


class Verifier(Protocol):
    """Turns a token into its checked claims; raises jwt.PyJWTError, or a 503 problem where it cannot tell."""

    async def claims(self, token: str) -> dict[str, Any]: ...


class LocalKey:
    """Tokens of local runs, signed by `mint` with the key that all services share."""

    def __init__(self, key: str) -> None:
        self._key = key

    async def claims(self, token: str) -> dict[str, Any]:
        options: Any = {"require": REQUIRED}
        return jwt.decode(token, self._key, ["HS256"], options, audience=LOCAL, issuer=LOCAL, leeway=LEEWAY)


class Issuer:
    """Tokens of an OpenID Connect issuer: keys found by discovery, cached, and fetched in a thread.

    Known keys are refreshed beside the requests, so that an issuer that hangs slows nobody; they serve on for an hour.
    A key id that is not known asks again (rotation) and waits for the answer a moment, but no more often than every
    `cooldown` seconds, so forged ids cannot make us hammer the issuer.
    """

    FRESH, STALE, PATIENCE = 300.0, 3600.0, 1.0

    def __init__(self, issuer: str, audience: str, cooldown: float = 10.0, acr: str | None = None) -> None:
        """`acr`: how staff must have logged in."""
        self._issuer, self._audience, self._cooldown, self._acr = issuer, audience, cooldown, acr
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = self._tried = -self.STALE
        self._refreshing: asyncio.Task[None] | None = None

    async def claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        key = await self._key(header.get("kid"))
        # Only the algorithm of the key itself: the token does not get to choose one.
        claims = jwt.decode(
            token,
            key,
            [key.algorithm_name],
            {"require": [*REQUIRED, "iat"]},
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY,
        )
        _check_kind(header, claims)
        if self._acr and self._acr != claims.get("acr") and _PRINCIPAL.validate_python(claims).roles & UNBOUND:
            raise WeakLogin
        return claims

    async def _key(self, kid: str | None) -> jwt.PyJWK:
        if kid not in self._keys or self._age() > self.FRESH:
            asked = self._refresh()
            if kid not in self._keys and asked is not None:
                await asyncio.wait([asked], timeout=self.PATIENCE)
        if self._age() > self.STALE:
            self._keys = {}
        if kid not in self._keys and self._tried > self._fetched:
            raise Problem(UNAVAILABLE, headers={"Retry-After": "10"})
        if kid is None or kid not in self._keys:
            raise jwt.InvalidKeyError("unknown key id")
        return self._keys[kid]

    def _age(self) -> float:
        return time.monotonic() - self._fetched

    def _refresh(self) -> asyncio.Task[None] | None:
        """One fetch at a time: the one under way, or a new one; None where it was tried just now."""
        if self._refreshing is None or self._refreshing.done():
            if time.monotonic() - self._tried < self._cooldown:
                return None
            self._tried = time.monotonic()
            self._refreshing = asyncio.create_task(self._fetched_anew(self._tried))
        return self._refreshing

    async def _fetched_anew(self, asked: float) -> None:
        try:
            self._keys = await asyncio.to_thread(self._fetch)
            self._fetched = asked
        except (jwt.PyJWTError, ValueError, KeyError, OSError) as error:
            log.warning("the issuer's keys could not be fetched", issuer=self._issuer, reason=error)

    def _fetch(self) -> dict[str, jwt.PyJWK]:
        # PyJWKClient fetches any JSON object: http(s) only, no redirects, with a time limit.
        discovery = jwt.PyJWKClient(
            f"{self._issuer.rstrip('/')}/.well-known/openid-configuration", cache_jwk_set=False, timeout=5
        )
        found = discovery.fetch_data()
        if found["issuer"] != self._issuer:
            raise ValueError("the discovery document is another issuer's")
        keys = jwt.PyJWKClient(found["jwks_uri"], timeout=5).get_signing_keys()
        return {str(key.key_id): key for key in keys if key.algorithm_name in ALGORITHMS and _long_enough(key)}


def _long_enough(key: jwt.PyJWK) -> bool:
    return getattr(key.key, "key_size", RSA_BITS) >= RSA_BITS or key.algorithm_name != "RS256"


def _check_kind(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Only an access token opens anything: not one that says who somebody is, renews another, or ends a session."""
    kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    uses = {str(claims.get(name, "Bearer")).lower() for name in ("typ", "token_use", "token_type")}
    if kind not in ("jwt", "at+jwt") or not uses <= {"bearer", "access"} or not OTHER_USES.isdisjoint(claims):
        raise jwt.InvalidTokenError("no access token")
    if not isinstance(claims["iat"], int | float):
        raise jwt.InvalidIssuedAtError
    if claims["exp"] - claims["iat"] > LONGEST.total_seconds():
        raise jwt.InvalidTokenError("it is valid for too long")


async def asker(app: FastAPI, sent: Sequence[str]) -> Principal | Problem:
    """Who sends these Authorization headers; a problem where no valid token says it. Asked once for each request."""
    scheme, _, token = sent[0].partition(" ") if sent else ("", "", "")
    if scheme.lower() != "bearer":
        return Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
    try:
        if len(sent) > 1:
            raise jwt.InvalidTokenError("which one?")
        who, _ = await of_token(app, token.strip())
        return who
    except (jwt.PyJWTError, ValidationError) as error:
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return Problem(UNAUTHENTICATED, headers=headers, cause=type(error).__name__)
    except Problem as problem:
        return problem


async def of_token(app: FastAPI, token: str) -> tuple[Principal, float]:
    """Whose access token it is, and until when it says so. Raises jwt.PyJWTError, ValidationError or a 503 problem."""
    verifier: Verifier = app.state.verifier
    claims = await verifier.claims(token)
    who = _PRINCIPAL.validate_python(claims)
    if not who.sub or find_cpr(who.sub):
        raise jwt.InvalidTokenError
    return who, float(claims["exp"])


def install(app: FastAPI, settings: Settings) -> None:
    """Tell the routes of this app whose tokens count."""
    if settings.token_key:
        app.state.verifier = LocalKey(settings.token_key.get_secret_value())
    else:
        app.state.verifier = Issuer(str(settings.oidc_issuer), str(settings.oidc_audience), acr=settings.oidc_acr)


# For the documentation: it is the edge that reads the header.
_bearer = HTTPBearer(auto_error=False, description="JWT with the claims sub, roles, kommuner, leader_id, name")


@dataclass(frozen=True)
class _Allow:
    roles: frozenset[str]

    async def __call__(self, request: Request, _: Annotated[object, Depends(_bearer)]) -> Principal:
        who: Principal | Problem = request.state.asker
        if isinstance(who, Problem):
            raise who
        through = who.roles & self.roles
        if not through:
            log.warning("role_refused", sub=who.sub, route=f"{request.method} {route_of(request)}")
            raise Problem(FORBIDDEN, rule="role")
        return replace(who, roles=through)


def allow(*roles: str) -> _Allow:
    """A dependency that lets these roles in and gives the Principal; 401 or 403 as problems."""
    if not roles or not ROLES.issuperset(roles):
        raise ValueError(f"roles are {sorted(ROLES)}, not {sorted(roles)}")
    return _Allow(frozenset(roles))


async def open_route() -> None:
    """A dependency that says: this route is meant to be open to everybody."""


def is_open(request: Request) -> bool:
    """Whether its route is meant to be open to everybody."""
    return open_route in _calls(getattr(request.scope.get("route"), "dependant", None))


def access_of_routes(app: FastAPI) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each route as ("GET /places/{id}", roles): an empty set is open on purpose, None is a route nobody marked.

    FastAPI's own pages of documentation are left out. Where several `allow` apply, all must pass.
    """
    own = {app.openapi_url, app.docs_url, app.redoc_url, app.swagger_ui_oauth2_redirect_url}
    for route in iter_route_contexts(app.routes):
        if route.path in own:
            continue
        calls = list(_calls(getattr(route, "dependant", None)))
        allowed = [call.roles for call in calls if isinstance(call, _Allow)]
        name = f"{','.join(sorted(route.methods or {'*'}))} {route.path}"
        yield name, frozenset.intersection(*allowed) if allowed else frozenset() if open_route in calls else None


def _calls(dependant: Dependant | None) -> Iterator[Any]:
    for inner in dependant.dependencies if dependant else ():
        yield inner.call
        yield from _calls(inner)


def mint(
    role: str,
    *,
    kommune: str | None = None,
    leader: UUID | str | None = None,
    name: str | None = None,
    key: str,
    minutes: int = 60,
) -> str:
    """A token for local runs and tests: what the issuer would say about such a person."""
    if role not in ROLES:
        raise ValueError(f"roles are {sorted(ROLES)}, not {role}")
    now = datetime.now(UTC)
    claims = {
        "iss": LOCAL,
        "aud": LOCAL,
        "sub": "-".join(
            str(part) for part in ("local", role, kommune, leader, name and name.split()[0].lower()) if part
        ),
        "iat": now,
        "exp": now + timedelta(minutes=minutes),
        "roles": [role],
        "kommuner": [kommune] if kommune else [],
        "leader_id": str(leader) if leader else None,
        "name": name,
    }
    return jwt.encode(claims, key, "HS256")
