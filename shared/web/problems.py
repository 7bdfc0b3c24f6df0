"""Errors over HTTP: problem details (RFC 9457), in Danish and English.

    raise Problem(NOT_FOUND, field="place_id")

`type` is stable, `detail` is in the language asked for, `da` and `en` are both there. What was sent in is never echoed.
(fastapi-problem and fastapi-rfc9457 were tried: both put pydantic's own texts, and the first also the input and the
exception's text, into the answer; each of their handlers would have had to be replaced.)
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Literal

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from shared.catalogue.refusal import Text, of_value
from shared.events.base import REGISTRY
from shared.events.kommune.replies import Reply
from shared.people.guard import ATTRIBUTES, fields_at, names_in
from shared.spine.decision import NotYet, Refused

Language = Literal["da", "en"]


@dataclass(frozen=True)
class Kind:
    """A type of problem. Its slug is published: never renamed, never reused."""

    slug: str
    status: int
    title: Text
    detail: Text
    way_out: Text | None = None


UNAUTHENTICATED = Kind(
    "unauthenticated",
    401,
    ("Log ind", "Log in"),
    ("Adgangstokenet mangler, er udløbet eller er ikke gyldigt.", "The access token is missing, expired or not valid."),
    ("Log ind, og prøv igen.", "Log in and try again."),
)
FORBIDDEN = Kind(
    "forbidden",
    403,
    ("Ingen adgang", "No access"),
    ("Du har ikke adgang til dette.", "You do not have access to this."),
    ("Spørg den, der har givet dig adgang.", "Ask whoever gave you access."),
)
NOT_FOUND = Kind("not-found", 404, ("Findes ikke", "Not found"), ("Det findes ikke her.", "It does not exist here."))
NOT_ALLOWED = Kind(
    "method-not-allowed",
    405,
    ("Ikke muligt her", "Not possible here"),
    ("Adressen findes, men kan ikke bruges på den måde.", "The address exists but cannot be used in this way."),
)
NOT_YET = Kind(
    "not-yet",
    409,
    ("Ikke endnu", "Not yet"),
    ("Det venter på noget, der ikke er nået frem endnu.", "It waits for something that has not arrived yet."),
    ("Prøv igen om lidt.", "Try again in a moment."),
)
GONE = Kind(
    "gone",
    410,
    ("Slut", "Over"),
    ("Det er slut, og der er ikke mere at se.", "It is over, and there is no more to see."),
)
TOO_LARGE = Kind(
    "too-large",
    413,
    ("For stort", "Too large"),
    ("Der kan højst sendes 256 KiB.", "At most 256 KiB can be sent."),
    ("Send mindre ad gangen.", "Send less at a time."),
)
INVALID = Kind(
    "invalid-input",
    422,
    ("Noget skal rettes", "Something needs correcting"),
    ("De nævnte felter kan ikke bruges, som de er.", "The fields named cannot be used as they are."),
    ("Ret felterne, og send igen.", "Correct the fields and send again."),
)
REFUSED = Kind("refused", 422, ("Det kan ikke lade sig gøre", "This cannot be done"), ("", ""))
PERSONAL_DATA = Kind(
    "personal-data",
    422,
    ("Ligner et CPR-nummer", "Looks like a CPR number"),
    (
        "Feltet indeholder noget, der ligner et CPR-nummer. Intet er gemt.",
        "The field holds something that looks like a CPR number. Nothing was stored.",
    ),
    (
        "Fjern det, og send igen. Et andet nummer skrives i sit eget felt (telefon, CVR, P-nummer) eller udelades.",
        "Remove it and send again. Another number goes into its own field (phone, CVR, P-number), or is left out.",
    ),
)
UNSTORABLE = Kind(
    "unstorable-text",
    422,
    ("Ulæselige tegn", "Unreadable characters"),
    ("Feltet indeholder tegn, der ikke kan gemmes.", "The field holds characters that cannot be stored."),
    ("Skriv teksten igen.", "Write the text again."),
)
BAD_REQUEST = Kind(
    "bad-request",
    400,
    ("Kan ikke læses", "Cannot be read"),
    ("Det sendte kan ikke læses.", "What was sent cannot be read."),
    ("Send det som JSON i UTF-8.", "Send it as JSON in UTF-8."),
)
UNSUPPORTED = Kind(
    "unsupported-media-type",
    415,
    ("Ukendt slags indhold", "Unknown kind of content"),
    ("Den slags indhold kan ikke læses her.", "This kind of content cannot be read here."),
    ("Send det som JSON (Content-Type: application/json).", "Send it as JSON (Content-Type: application/json)."),
)
UNKNOWN_HOST = Kind(
    "unknown-host",
    400,
    ("Ukendt adresse", "Unknown host"),
    ("Tjenesten har ikke det navn, der er spurgt efter.", "This service does not have the name that was asked for."),
    ("Brug adressen fra vejledningen.", "Use the address that you were given."),
)
HEAD_TOO_LARGE = Kind(
    "head-too-large",
    431,
    ("For mange eller for store headere", "Too many or too large headers"),
    ("Der kan højst sendes 100 headere og 32 KiB med adressen.", "At most 100 headers, and 32 KiB with the address."),
    ("Send færre headere.", "Send fewer headers."),
)
TOO_MANY = Kind(
    "too-many-requests",
    429,
    ("For mange forespørgsler", "Too many requests"),
    ("Der er spurgt for mange gange på kort tid.", "There were too many requests in a short time."),
    ("Vent så mange sekunder, som Retry-After siger.", "Wait for as many seconds as Retry-After says."),
)
CLOSED = Kind(
    "metrics-closed",
    403,
    ("Kun for driften", "For operators alone"),
    ("Tallene er ikke for alle.", "These figures are not for everybody."),
    (
        "Sæt LA_METRICS_TOKEN, og send det som Authorization: Bearer; eller spørg fra maskinen selv.",
        "Set LA_METRICS_TOKEN and send it as Authorization: Bearer; or ask from the machine itself.",
    ),
)
INTERNAL = Kind(
    "internal",
    500,
    ("Fejl hos os", "An error of ours"),
    ("Noget gik galt hos os. Fejlen er noteret.", "Something went wrong on our side. It has been recorded."),
    ("Prøv igen, eller ring med fejlens nummer.", "Try again, or call us with the correlation id."),
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    ("Ikke tilgængelig lige nu", "Not available right now"),
    ("Noget, vi er afhængige af, svarer ikke.", "Something we depend on does not answer."),
    ("Prøv igen om lidt.", "Try again in a moment."),
)
_BY_STATUS = {
    kind.status: kind
    for kind in (BAD_REQUEST, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, TOO_LARGE, UNSUPPORTED, UNAVAILABLE)
}


class Problem(Exception):  # noqa: N818 - the name of the RFC
    """What the asker is told; `errors` are the single fields of an input error, `cause` is for the log alone."""

    def __init__(
        self,
        kind: Kind,
        *,
        detail: Text | None = None,
        field: str | None = None,
        rule: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        cause: str | None = None,
    ) -> None:
        super().__init__(kind.slug)
        self.kind, self.detail, self.field, self.rule = kind, detail or kind.detail, field, rule
        self.headers, self.errors, self.cause = dict(headers or {}), errors, cause

    @property
    def why(self) -> dict[str, str | None]:
        """For the log: the rule, or what kind of problem it is. Nothing that was sent."""
        return {"rule": self.rule or self.kind.slug, "field": self.field, "cause": self.cause}

    def response(self, language: Language) -> Response:
        at = 0 if language == "da" else 1
        members = {
            "type": f"urn:lederalliancen:problem:{self.kind.slug}",
            "title": self.kind.title[at],
            "status": self.kind.status,
            "detail": self.detail[at],
            "da": self.detail[0],
            "en": self.detail[1],
            "field": self.field,
            "rule": self.rule,
            "way_out": self.kind.way_out[at] if self.kind.way_out else None,
            "errors": self.errors or None,
            "correlation_id": structlog.contextvars.get_contextvars().get("correlation_id"),
        }
        return Response(
            orjson.dumps({name: value for name, value in members.items() if value is not None}),
            self.kind.status,
            {**self.headers, "Content-Language": language, "Vary": "Accept-Language"},
            "application/problem+json",
        )


def language(header: str | None) -> Language:
    """What an Accept-Language header asks for: English where it is preferred to Danish, otherwise Danish."""
    weights = {"da": 0.0, "en": 0.0}
    for tag, _, q in (part.partition(";q=") for part in (header or "").replace(" ", "").lower().split(",")):
        primary = tag.partition("-")[0]
        if primary in weights and re.fullmatch(r"(0(\.\d*)?|1(\.0*)?)?", q):
            weights[primary] = max(weights[primary], float(q or 1))
    # Equal weights: the order of the header would decide, and browsers always lower what comes second.
    return "en" if weights["en"] > weights["da"] else "da"


@lru_cache(maxsize=8)
def _names(app: FastAPI) -> frozenset[str]:
    """Of what an app takes: by its documentation, and replies by their contract."""
    replies = [model.model_json_schema() for model in REGISTRY.values() if issubclass(model, Reply)]
    return names_in([app.openapi(), *replies]) | ATTRIBUTES | {"path", "query", "header", "body", "*"}


def told(app: FastAPI, place: Iterable[int | str]) -> str:
    """The dotted name of a place in what was sent. A name that is none of ours may be anybody's: it is not repeated."""
    ours = _names(app)
    return ".".join(str(part) if isinstance(part, int) or part in ours else "?" for part in place if part != "[key]")


def route_of(request: Request) -> str:
    """The address of its route as it is written, with the names in place of what was sent."""
    routes = iter_route_contexts(request.app.routes)
    return next((str(route.path) for route in routes if route.endpoint is request.scope.get("endpoint")), "")


def _known_at(request: Request, place: Iterable[int | str]) -> list[str]:
    """The fields that a body may have there, by the route's documentation."""
    document = request.app.openapi()
    operation = document["paths"].get(route_of(request), {}).get(request.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return fields_at(document, content.get("schema", {}), place)


def _kinds_of_body(request: Request) -> Collection[str]:
    """Where a body is one of several, by which value of a field."""
    operation = request.app.openapi()["paths"].get(route_of(request), {}).get(request.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found: Collection[str] = content.get("schema", {}).get("discriminator", {}).get("mapping", {})
    return found


def _input_error(error: Mapping[str, Any], request: Request) -> dict[str, str]:
    kind, place = error["type"], list(error["loc"])
    if place[0] == "body":
        place = [] if kind == "json_invalid" else place[1:]
        # pydantic names the kind of body that it took, as if it were a field.
        place = place[1:] if place and place[0] in _kinds_of_body(request) else place
    if kind == "extra_forbidden":
        place.pop()
    rule, da, en = of_value(error)
    if kind == "extra_forbidden" and (known := _known_at(request, place)):
        da, en = f"{da} Kendte felter: {', '.join(known)}.", f"{en} Known fields: {', '.join(known)}."
    return {"field": told(request.app, place) or "body", "rule": rule, "da": da, "en": en}


def of(error: Exception) -> Problem:
    """The problem that an exception is, as the asker may see it."""
    match error:
        case Problem():
            return error
        case Refused():
            kind = replace(REFUSED, status=error.status)
            return Problem(kind, detail=(error.da, error.en), field=error.field, rule=error.rule)
        case NotYet():
            return Problem(NOT_YET, rule=NOT_YET.slug, headers={"Retry-After": "1"})
        case HTTPException():
            phrase = HTTPStatus(error.status_code).phrase
            other = Kind(f"http-{error.status_code}", error.status_code, (phrase, phrase), (phrase, phrase))
            return Problem(_BY_STATUS.get(error.status_code, other), headers=error.headers)
    return Problem(INTERNAL)


def of_input(error: RequestValidationError, request: Request) -> Problem:
    """All that is wrong with what was sent, each once."""
    errors = list(
        {tuple(found.values()): found for found in (_input_error(e, request) for e in error.errors())}.values()
    )
    return Problem(INVALID, field=errors[0]["field"], rule=errors[0]["rule"], errors=errors)


def answer(problem: Problem, scope: Scope) -> Response:
    """As problem details; to a browser that asks a service with pages, as a page."""
    show: Callable[[Problem, Scope], Response] | None = getattr(scope["app"].state, "show_problem", None)
    if show and is_browser(scope):
        return show(problem, scope)
    return problem.response(language(Headers(scope=scope).get("accept-language")))


def is_browser(scope: Scope) -> bool:
    """Or a part of a page that htmx fetches."""
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") or "hx-request" in headers


async def _handle(request: Request, error: Exception) -> Response:
    problem = of_input(error, request) if isinstance(error, RequestValidationError) else of(error)
    if problem.kind is INVALID and problem.field == "body" and "form" in request.headers.get("content-type", ""):
        problem = Problem(UNSUPPORTED)
    request.state.refused = problem.why
    return answer(problem, request.scope)


_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "da", "en"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "da", "en", "field", "rule", "way_out")},
        "status": {"type": "integer"},
        "correlation_id": {"type": "string", "format": "uuid"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "rule", "da", "en"],
                "properties": {name: {"type": "string"} for name in ("field", "rule", "da", "en")},
            },
        },
    },
}


def install(app: FastAPI) -> None:
    """Every error of this app becomes a problem, and its documentation says so; call before adding routes."""
    for kind in (Problem, Refused, NotYet, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _handle)
    app.router.responses["default"] = {
        "description": "Problem details (RFC 9457)",
        "content": {"application/problem+json": {"schema": _SCHEMA}},
    }
