"""The edge that every request passes: host, who asks and how often, size, CPR guard, headers, the last catch."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
import uuid_utils
from fastapi import FastAPI, Request
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.people.guard import (
    ATTRIBUTES,
    MOST_VALUES,
    TwiceError,
    find_cpr,
    find_cpr_in_attributes,
    find_cpr_in_bytes,
    is_intricate,
    once,
    where,
)
from shared.web import problems
from shared.web.access import Principal, asker
from shared.web.limits import Limits
from shared.web.problems import (
    HEAD_TOO_LARGE,
    INTERNAL,
    INVALID,
    NOT_FOUND,
    PERSONAL_DATA,
    TOO_LARGE,
    TOO_MANY,
    UNAVAILABLE,
    UNKNOWN_HOST,
    UNSTORABLE,
    UNSUPPORTED,
    Problem,
    route_of,
    told,
)

log = structlog.get_logger(__name__)

MAX_HEAD = 32 * 1024  # bytes
MAX_BODY = 256 * 1024


MAX_HEADERS = 100
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked by machines on the inside, by address and often.
OPERATIONS = ("/health/live", "/health/ready", "/metrics")
SECONDS = Histogram(
    "lederalliancen_http_seconds",
    "From a request's head to the end of its answer, by the route's function and the first digit of the status.",
    ["service", "endpoint", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STOPPING = "graceful shutdown"
"""What uvicorn says to a request that takes longer than it waits: another replica does it, or has it done already."""
STATIC = "/static/"  # out of memory, and a page asks for ten: a whole kick-off may share one address


def install(app: FastAPI, limits: Limits | None = None, hosts: Sequence[str] = (), service: str = "") -> None:
    """Every request of this app passes the edge, and every error becomes a problem; call before adding routes.

    `hosts` are the names that it has; with none, it listens to any.
    """
    problems.install(app)
    app.add_middleware(Edge, limits=limits or Limits(), hosts=frozenset(hosts), service=service)


POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Edge:
    """ASGI middleware: what comes before a route's own checks, cheapest first, and what goes with every answer.

    The body is read here as a whole, because the guard has to see it before any handler does; Starlette's own limit
    would answer in plain text.
    """

    def __init__(self, app: ASGIApp, limits: Limits, hosts: frozenset[str], service: str) -> None:
        self._app, self._limits, self._hosts, self._service = app, limits, hosts, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        correlation_id = _uuid(headers.get("x-correlation-id")) or str(uuid_utils.uuid7())
        bound = structlog.contextvars.bound_contextvars(correlation_id=correlation_id)
        with bound, self._span(scope, headers):
            await self._serve(scope, receive, send, headers, correlation_id)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: Headers, correlation_id: str) -> None:
        status, began = 0, time.perf_counter()

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["X-Correlation-Id"] = correlation_id
                for name, value in _HEADERS.items():
                    out.setdefault(name, value)
                out.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        try:
            _check_head(scope, headers)
            if scope["path"] not in OPERATIONS:
                self._check_host(headers)
            if scope["path"] not in OPERATIONS and not scope["path"].startswith(STATIC):
                await self._count(scope, headers)
            body = await _read(headers, receive)
            if body is None:
                return
            sent = _sent_in(headers, body)
            if _media_type(headers) == FORM:
                scope.setdefault("state", {})["form"] = sent or {}
            if place := _cpr_in(scope, headers, sent):
                _refuse(scope, place, Problem(PERSONAL_DATA, field=_told(scope, place), rule="personal-data"))
            elif place := _unstorable_in(scope, sent):
                _refuse(scope, place, Problem(UNSTORABLE, field=_told(scope, place), rule="text"))
            await self._app(scope, _replay(body, receive), send_on)
        except asyncio.CancelledError as error:
            if status or STOPPING not in str(error):
                raise
            await problems.answer(Problem(UNAVAILABLE, headers={"Retry-After": "1"}), scope)(scope, receive, send_on)
        except Exception as error:
            if status:  # half an answer is on its way: only cutting the connection tells the asker
                raise
            problem = problems.of(error)
            if problem.kind is INTERNAL:
                log.error("request failed", exc_info=error)
            scope.setdefault("state", {})["refused"] = problem.why
            await problems.answer(problem, scope)(scope, receive, send_on)
        self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The endpoint's name and ids by their form, not the address: an address may hold anything.
        endpoint = getattr(scope.get("endpoint"), "__qualname__", None)
        if scope["path"] not in OPERATIONS and not scope["path"].startswith(STATIC):
            SECONDS.labels(self._service, endpoint or "none", f"{status // 100}xx").observe(seconds)
        seen = log.debug if scope["path"] in OPERATIONS or status == TOO_MANY.status else log.info
        state = scope.get("state", {})
        found = {
            "sub": getattr(state.get("asker"), "sub", None),
            **{name: _id(value) for name, value in scope.get("path_params", {}).items()},
            **state.get("refused", {}),
        }
        method = scope["method"] if scope["method"] in METHODS else "?"
        if span := tracing.here():
            _tell(span, scope, method, status)
        seen(
            "request",
            service=self._service,
            method=method,
            endpoint=endpoint,
            status=status,
            ms=round(seconds * 1000, 1),
            **{name: value for name, value in found.items() if value},
        )

    def _span(self, scope: Scope, headers: Headers) -> tracing.Spanned:
        if scope["path"] in OPERATIONS or scope["path"].startswith(STATIC):
            return nullcontext()
        return tracing.continued(self._service, "request", headers.get, SpanKind.SERVER)

    def _check_host(self, headers: Headers) -> None:
        name = re.sub(r":\d*$", "", headers.get("host", "").lower())
        if self._hosts and name not in self._hosts:
            raise Problem(UNKNOWN_HOST)

    async def _count(self, scope: Scope, headers: Headers) -> None:
        who = await asker(scope["app"], headers.getlist("authorization"))
        scope.setdefault("state", {})["asker"] = who
        address = scope["client"][0] if scope.get("client") else None
        by_session: Callable[[Scope], str | None] | None = getattr(scope["app"].state, "sub_of_session", None)
        sub = who.sub if isinstance(who, Principal) else by_session(scope) if by_session else None
        self._limits.count(sub=sub, address=address)


def _tell(span: Span, scope: Scope, method: str, status: int) -> None:
    """The route as it is written: an address may hold anything, the way into a mail among it."""
    route = route_of(Request(scope)) if scope.get("endpoint") else ""
    span.update_name(f"{method} {route}".rstrip())
    found = {"http.request.method": method, "http.route": route or None, "http.response.status_code": status}
    span.set_attributes({name: value for name, value in found.items() if value})
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def _check_head(scope: Scope, headers: Headers) -> None:
    size = sum(len(name) + len(value) for name, value in headers.raw) + len(scope["query_string"]) + len(scope["path"])
    if len(headers.raw) > MAX_HEADERS or size > MAX_HEAD:
        raise Problem(HEAD_TOO_LARGE)
    if b"%2f" in scope.get("raw_path", b"").lower():  # routes would take it for a part of the way, and a proxy not
        raise Problem(NOT_FOUND)
    if headers.get("content-encoding", "identity").lower() != "identity":
        said = ("Det sendte er komprimeret.", "What was sent is compressed.")
        raise Problem(UNSUPPORTED, detail=said, field="header.content-encoding")


def _refuse(scope: Scope, place: str, problem: Problem) -> None:
    """Raises it; but a form of a page is shown again with what was typed, and its route says so itself."""
    in_form = isinstance(scope.get("state", {}).get("form"), dict) and not place.startswith(("path", "query", "header"))
    redisplays: Callable[[Scope], bool] | None = getattr(scope["app"].state, "redisplays", None)
    if not (in_form and redisplays and redisplays(scope)):
        raise problem
    scope["state"]["wrong"] = place, problem


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _told(scope: Scope, place: str) -> str:
    name, of, line = place.partition(", line ")
    return told(scope["app"], (int(part) if part.isdecimal() else part for part in name.split("."))) + of + line


async def _read(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body; None when the asker has gone."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BODY:
        raise Problem(TOO_LARGE)
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Problem(TOO_LARGE)
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


# Written by software, in forms of their own: random tokens, addresses (10.12.201.123 spells a date) and versions
# (Chrome/131.0.6778.85 does too). None of them is stored or logged.
_UNSCANNED = re.compile(
    r"authorization|cookie|host|origin|referer|forwarded|x-forwarded-.*|x-real-ip|user-agent|sec-.*|if-none-match"
)


KEPT = "idempotency-key"  # the one header that is stored


FORM = "application/x-www-form-urlencoded"
_JSON = re.compile(r"application/([a-z0-9.-]+\+)?json")
_DEEPEST = 32  # levels of a JSON body


def _sent_in(headers: Headers, body: bytes) -> Any:
    """The body as the route will read it, so that nothing is read that was not looked at. Raises Problem."""
    media_type = _media_type(headers)
    if not body:
        return None
    if is_intricate(body):
        most = f"{MOST_VALUES:,}"
        words = (
            f"Der er over {most.replace(',', '.')} værdier i det sendte.",
            f"What was sent holds over {most} values.",
        )
        raise Problem(TOO_LARGE, detail=words, field="body", rule="too-many-values")
    if media_type == FORM:
        return unfolded(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    known = _JSON.fullmatch(media_type) is not None
    try:  # by FastAPI's own parser, which takes UTF-16 too
        sent = json.loads(body if known else b"", object_pairs_hook=once, parse_constant=_no_number)
    except TwiceError:
        said = ("Et felt står der to gange.", "A field is there twice.")
        raise Problem(INVALID, detail=said, field="body", rule="member-twice") from None
    except (ValueError, RecursionError):
        if find_cpr_in_bytes(body):
            raise Problem(PERSONAL_DATA, field="body", rule="personal-data") from None
        raise (Problem(INVALID, field="body", rule="json") if known else Problem(UNSUPPORTED)) from None
    if _is_deeper(sent, _DEEPEST):
        raise Problem(INVALID, field="body", rule="json")
    return sent


def _no_number(_: str) -> Any:
    raise ValueError("no JSON number")


def _is_deeper(value: object, levels: int) -> bool:
    """No recursion: the sender chooses the depth."""
    here = [value]
    for _ in range(levels + 1):
        inside = (v.values() if isinstance(v, dict) else v if isinstance(v, list) else () for v in here)
        here = [item for items in inside for item in items]
    return bool(here)


def _cpr_in(scope: Scope, headers: Headers, sent: Any) -> str | None:
    """The dotted name of what looks like a CPR number in anything that was sent (no UUID does), or None."""
    around = {
        "path": dict(enumerate(scope["path"].split("/"))),
        "query": _grouped(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        "header": {KEPT: headers.getlist(KEPT)},
    }
    tools = _grouped([item for item in headers.items() if item[0] != KEPT and not _UNSCANNED.fullmatch(item[0])])
    found = find_cpr(around) or find_cpr_in_attributes({"header": tools})
    if found is None and (found := _cpr_in_body(sent)):
        found = _with_line(found, sent)
    return "body" if found == "$" else found


def _with_line(found: str, sent: Any) -> str:
    """In a text of many lines, such as a file, the first of them that it is in."""
    text = sent.get(found) if isinstance(sent, dict) else sent
    lines = text.splitlines() if isinstance(text, str) else []
    line = next((n for n, one in enumerate(lines, 1) if find_cpr(one)), None) if len(lines) > 1 else None
    return f"{found}, line {line}" if line else found


def _cpr_in_body(sent: Any) -> str | None:
    """Beside the data of a CloudEvent, what its sender's tools have noted."""
    if not isinstance(sent, dict) or "specversion" not in sent:
        return find_cpr(sent)
    ours = {name: value for name, value in sent.items() if name in ATTRIBUTES}
    return find_cpr(ours) or find_cpr_in_attributes({name: sent[name] for name in sent.keys() - ours.keys()})


def _unstorable_in(scope: Scope, sent: Any) -> str | None:
    """The dotted name of a text that no database takes: with a NUL, or with half a character."""
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    found = where({"path": scope["path"], "query": query}, _unstorable) or where(sent, _unstorable)
    return "body" if found == "$" else found


def _unstorable(_: str | None, leaf: object) -> bool:
    return isinstance(leaf, str) and ("\0" in leaf or any("\ud800" <= one <= "\udfff" for one in leaf))


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


_MOST_PARTS = 6  # of a name in a form


def unfolded(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A form as it is read: `tasks.0.words` is the first task's; rows without gaps, and each value a list."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        parts = name.split(".")
        *outer, last = parts if len(parts) <= _MOST_PARTS and all(parts) else [name]
        here: Any = root
        for part in outer:
            here = here.setdefault(part, {}) if isinstance(here, dict) else None
        if isinstance(here, dict) and isinstance(values := here.setdefault(last, []), list):
            values.append(value)
    return {name: _rows(inner) for name, inner in root.items()}


def _rows(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    rows = {name: _rows(inner) for name, inner in node.items()}
    numbered = all(name.isascii() and name.isdecimal() and len(name) <= 4 for name in rows)
    return [rows[name] for name in sorted(rows, key=int)] if numbered else rows


def _id(value: object) -> str | None:
    """An aggregate's id or a kommune's code; never a token, or whatever else an address holds."""
    text = str(value)
    return _uuid(text) or (text if text in (*KOMMUNER, TEST_KOMMUNE) else None)


def _uuid(text: str | None) -> str | None:
    try:
        return str(UUID(text)) if text and len(text) == 36 else None
    except ValueError:
        return None
