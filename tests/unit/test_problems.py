"""Errors over HTTP and the edge: what the asker is told, and what never leaves or enters."""

import json
import re
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote
from uuid import UUID

import pytest
import structlog
from fastapi import FastAPI, Header
from httpx import ASGITransport, AsyncClient, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive

from shared.spine.decision import NotYet, Refused
from shared.web import edge
from shared.web.access import LocalKey
from shared.web.edge import MAX_BODY, MAX_HEAD
from shared.web.problems import NOT_FOUND, Problem, language

# Looks like a CPR number; the day and month exist, the person does not.
CPR = "010199-9999"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CANARY = "kanariefugl-7f3a91"
ID = "0192f0c1-2222-7333-8444-555566667777"


class Hours(BaseModel):
    model_config = ConfigDict(extra="forbid")
    begin: int = Field(ge=1, le=37)


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")
    form: Literal["ORDINAER", "VIRKSOMHEDSPRAKTIK"]
    hours: Hours
    tasks: list[str] = Field(min_length=1)
    rooms: dict[str, int] = {}

    @field_validator("tasks")
    @classmethod
    def _known(cls, tasks: list[str]) -> list[str]:
        if CANARY in tasks:
            raise ValueError(f"there is no task {CANARY}")
        return tasks


class Week(BaseModel):
    begin: float = Field(ge=7.5, le=37.0, multiple_of=0.25)


class Pair(BaseModel):
    first: str = ""


class Kinds(BaseModel):
    text: str = ""
    whole: int = 0
    number: float = 0
    yes: bool = True
    day: date = date.min
    at: datetime | None = None
    id: UUID = UUID(int=0)
    several: tuple[int, ...] = ()
    more: list[int] = []
    rooms: dict[str, int] = {}
    pair: Pair = Pair()


VALID: dict[str, Any] = {"form": "ORDINAER", "hours": {"begin": 2}, "tasks": ["T-1"]}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    edge.install(app)
    app.state.verifier = LocalKey("k" * 40)

    @app.post("/places")
    async def place(place: Place, note: Annotated[str, Header()] = "") -> dict[str, str]:
        return {"correlation_id": structlog.contextvars.get_contextvars()["correlation_id"]}

    @app.get("/places/{place_id}")
    async def one(place_id: UUID, limit: int = 10, q: str = "") -> None: ...

    @app.post("/kinds")
    async def kinds(kinds: Kinds) -> None: ...

    @app.post("/week")
    async def week(week: Week) -> None: ...

    @app.post("/raw")
    async def raw() -> None: ...

    @app.get("/refused")
    async def refused() -> None:
        raise Refused("R-PAY-1", "form", "Bed kommunen godkende.", "Ask the kommune to approve.")

    @app.get("/conflict")
    async def conflict() -> None:
        raise Refused("no-seat", "seat", "Pladsen er taget.", "The seat is taken.", status=409)

    @app.get("/not-yet")
    async def not_yet() -> None:
        raise NotYet(("referral", ID))

    @app.get("/absent")
    async def absent() -> None:
        raise Problem(NOT_FOUND, field="place_id")

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError(CANARY)

    @app.get("/halfway")
    async def halfway() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError(CANARY)

        return StreamingResponse(parts())

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


def problem(answer: Response, status: int, slug: str) -> dict[str, Any]:
    """The answer as a problem, after checking what holds for every one of them."""
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert body["type"] == f"urn:lederalliancen:problem:{slug}"
    assert body["detail"] in (body["da"], body["en"])
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    assert None not in body.values()
    return body


async def test_a_rule_that_refuses_is_422_with_rule_field_and_both_languages(client: AsyncClient) -> None:
    body = problem(await client.get("/refused"), 422, "refused")
    assert (body["rule"], body["field"]) == ("R-PAY-1", "form")
    assert (body["da"], body["en"]) == ("Bed kommunen godkende.", "Ask the kommune to approve.")
    assert body["detail"] == body["da"]


async def test_a_refusal_may_have_another_status(client: AsyncClient) -> None:
    problem(await client.get("/conflict"), 409, "refused")


async def test_what_waits_for_something_else_is_409_and_may_be_tried_again(client: AsyncClient) -> None:
    answer = await client.get("/not-yet")
    problem(answer, 409, "not-yet")
    assert answer.headers["retry-after"] == "1"


async def test_english_is_given_to_those_who_ask_for_it(client: AsyncClient) -> None:
    answer = await client.get("/refused", headers={"Accept-Language": "en-GB,en;q=0.9,da;q=0.8"})
    body = problem(answer, 422, "refused")
    assert (body["detail"], body["title"]) == (body["en"], "This cannot be done")
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("en", "Accept-Language")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "da"),
        ("", "da"),
        ("*", "da"),
        ("nb-NO, sv;q=0.9", "da"),
        ("da, en;q=0.8", "da"),
        ("en", "en"),
        ("EN-us", "en"),
        ("de, en;q=0.5", "en"),
        ("en;q=0.2, da-DK;q=0.7", "da"),
        ("en;q=0", "da"),
        ("en;q=nonsense, da;;", "da"),
    ],
)
def test_danish_is_spoken_unless_english_is_preferred(header: str | None, expected: str) -> None:
    assert language(header) == expected


async def test_absent_things_and_wrong_methods_are_problems_too(client: AsyncClient) -> None:
    problem(await client.get("/nowhere"), 404, "not-found")
    assert problem(await client.get("/absent"), 404, "not-found")["field"] == "place_id"
    answer = await client.delete("/refused")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"form": CANARY}, "form", "unknown-code"),
        ({"hours": {}}, "hours.begin", "missing-field"),
        ({"hours": {"begin": CANARY}}, "hours.begin", "wrong-type"),
        ({"hours": {"begin": 38}}, "hours.begin", "out-of-range"),
        ({"hours": {"begin": 2, CANARY: 1}}, "hours", "unknown-field"),
        ({CANARY: 1}, "body", "unknown-field"),
        ({"rooms": {CANARY: "many"}}, "rooms.?", "wrong-type"),
        ({"tasks": []}, "tasks", "too-few"),
        ({"tasks": [CANARY]}, "tasks", "value-error"),
        ({"tasks": ["T-1", 7]}, "tasks.1", "wrong-type"),
    ],
)
async def test_an_input_error_names_field_and_rule_and_never_the_value(
    client: AsyncClient, changed: dict[str, Any], field: str, rule: str
) -> None:
    answer = await client.post("/places", json=VALID | changed)
    body = problem(answer, 422, "invalid-input")
    (error,) = body["errors"]
    assert (error["field"], error["rule"]) == (body["field"], body["rule"]) == (field, rule)
    assert error["da"] != error["en"]
    assert "{" not in error["da"] + error["en"]
    assert CANARY not in answer.text


@pytest.mark.parametrize("field", Kinds.model_fields)
@pytest.mark.parametrize("sent", [{}, [], "2026-02-30", 1.5, 1, None, True])
async def test_a_value_of_the_wrong_kind_is_told_what_a_right_one_looks_like(
    client: AsyncClient, field: str, sent: Any
) -> None:
    answer = await client.post("/kinds", json={field: sent})
    if answer.status_code != 200:
        [error] = problem(answer, 422, "invalid-input")["errors"]
        assert re.match("Skriv|Datoen|Tidspunktet", error["da"]), error
        assert re.match("Write|There is no such", error["en"]), error


async def test_unknown_fields_are_told_once_for_each_place_with_what_is_known_there(client: AsyncClient) -> None:
    sent = VALID | {"a": 1, "b": 2, "hours": {"begin": 2, "c": 3}}
    errors = problem(await client.post("/places", json=sent), 422, "invalid-input")["errors"]
    assert [(error["field"], error["rule"]) for error in errors] == [
        ("hours", "unknown-field"),
        ("body", "unknown-field"),
    ]
    assert [error["da"] for error in errors] == [
        "Et felt her kendes ikke. Kendte felter: begin.",
        "Et felt her kendes ikke. Kendte felter: form, hours, tasks, rooms.",
    ]


@pytest.mark.parametrize(
    ("sent", "da", "en"),
    [
        ({"begin": 0}, "Skal være mindst 7,5.", "Must be at least 7.5."),
        ({"begin": 38}, "Må højst være 37.", "Must be at most 37."),
        ({"begin": 8.1}, "Skriv det i trin på 0,25.", "Write it in steps of 0.25."),
    ],
)
async def test_a_number_in_a_sentence_is_written_as_the_language_does(
    client: AsyncClient, sent: dict[str, Any], da: str, en: str
) -> None:
    [error] = problem(await client.post("/week", json=sent), 422, "invalid-input")["errors"]
    assert (error["da"], error["en"]) == (da, en)


async def test_every_wrong_field_is_listed(client: AsyncClient) -> None:
    body = problem(await client.post("/places", json={"form": "X"}), 422, "invalid-input")
    assert [error["field"] for error in body["errors"]] == ["form", "hours", "tasks"]
    assert body["errors"][0]["da"] == "Skal være 'ORDINAER' eller 'VIRKSOMHEDSPRAKTIK'."


async def test_wrong_queries_and_paths_are_named_by_where_they_stand(client: AsyncClient) -> None:
    body = problem(await client.get("/places/abc?limit=many"), 422, "invalid-input")
    assert [error["field"] for error in body["errors"]] == ["path.place_id", "query.limit"]


@pytest.mark.parametrize("content", [b'{"form": ', b"", b"[[[["])
async def test_a_body_that_is_no_json_is_an_input_error(client: AsyncClient, content: bytes) -> None:
    answer = await client.post("/places", content=content, headers={"Content-Type": "application/json"})
    assert problem(answer, 422, "invalid-input")["field"] == "body"


async def test_an_unexpected_error_tells_the_asker_nothing_and_the_log_its_class(client: AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.get("/broken")
    problem(answer, 500, "internal")
    assert CANARY not in answer.text
    (failure,) = [line for line in lines if line["log_level"] == "error"]
    assert isinstance(failure["exc_info"], RuntimeError)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_correlation_id_is_kept_through_the_request_and_returned(client: AsyncClient) -> None:
    answer = await client.post("/places", json=VALID, headers={"X-Correlation-Id": ID.upper()})
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"] == ID
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize("given", [None, "not-a-uuid", "{" + ID[:-2] + "}"])
async def test_without_a_well_formed_correlation_id_there_is_a_new_one(client: AsyncClient, given: str | None) -> None:
    answer = await client.post("/places", json=VALID, headers={"X-Correlation-Id": given} if given else {})
    assert UUID(answer.headers["x-correlation-id"]).version == 7


async def test_a_body_over_the_limit_is_413_and_one_at_the_limit_is_not(client: AsyncClient) -> None:
    text = b'"' + b"x" * (MAX_BODY - 2) + b'"'
    assert (await client.post("/raw", content=text, headers=JSON)).status_code == 200
    problem(await client.post("/raw", content=text + b" ", headers=JSON), 413, "too-large")


@pytest.mark.parametrize(("many", "type_"), [("[" + "{}," * 80_000 + "{}]", JSON), ("a&" * 80_000, FORM)])
async def test_more_values_than_anybody_sends_are_413_and_not_taken_apart(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, many: str, type_: dict[str, str]
) -> None:
    monkeypatch.setattr("shared.web.edge.find_cpr", None)
    body = problem(await client.post("/raw", content=many, headers=type_), 413, "too-large")
    assert (body["field"], body["rule"], "10.000" in body["da"]) == ("body", "too-many-values", True)


@pytest.mark.parametrize("text", ["24.12.86-" * 20_000, "\u0662" * 20_000])
async def test_more_digits_than_anybody_sends_are_413_before_they_are_looked_at(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr("shared.web.edge.find_cpr", None)
    body = json.dumps({"tasks": [text]}, ensure_ascii=False)
    problem(await client.post("/places", content=body, headers=JSON), 413, "too-large")


async def test_a_form_where_json_is_taken_is_415(client: AsyncClient) -> None:
    problem(await client.post("/places", content="name=x", headers=FORM), 415, "unsupported-media-type")


async def test_a_body_that_does_not_say_its_length_is_cut_off_at_the_limit(client: AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50:
            sent += 1
            yield b"x" * 65_536

    problem(await client.post("/raw", content=chunks()), 413, "too-large")
    assert sent <= MAX_BODY // 65_536 + 2


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencodedx", "x-json", "text/json"],
)
async def test_what_no_route_reads_is_415(client: AsyncClient, media_type: str) -> None:
    answer = await client.post("/raw", content=b"{}", headers={"Content-Type": media_type} if media_type else {})
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "identity, gzip", "br", "x"])
async def test_what_is_compressed_is_415(client: AsyncClient, coding: str) -> None:
    answer = await client.post("/raw", json={}, headers={"Content-Encoding": coding})
    assert problem(answer, 415, "unsupported-media-type")["field"] == "header.content-encoding"
    assert (await client.post("/raw", json={}, headers={"Content-Encoding": "identity"})).status_code == 200


async def test_no_content_type_hides_a_body_from_the_guard(client: AsyncClient) -> None:
    escaped = json.dumps(VALID | {"tasks": ["X"]}).replace("X", "".join(f"\\u{ord(char):04x}" for char in CPR))
    for media_type in ("application/x-www-form-urlencoded+json", "application/ld+json", "APPLICATION/JSON;charset=x"):
        answer = await client.post("/places", content=escaped, headers={"Content-Type": media_type})
        problem(answer, 422, "personal-data")


async def test_a_field_that_is_there_twice_is_refused_for_one_of_the_two_would_go_unread(client: AsyncClient) -> None:
    for body in ('{"hours": 1, "hours": 2}', '[{"a": {"b": 1, "b": 1}}]'):
        answer = problem(await client.post("/raw", content=body, headers=JSON), 422, "invalid-input")
        assert (answer["rule"], answer["da"]) == ("member-twice", "Et felt står der to gange.")


@pytest.mark.parametrize("body", ["[" * 600 + "]" * 600, '{"a":' * 40 + "1" + "}" * 40, "[" * 9_999, "NaN", "[1e999"])
async def test_json_that_nobody_means_is_an_input_error(client: AsyncClient, body: str) -> None:
    problem(await client.post("/raw", content=body, headers=JSON), 422, "invalid-input")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (("POST", "/places", {"json": VALID | {"tasks": ["T-1", CPR]}}), "tasks.1"),
        (("POST", "/places", {"json": VALID | {"hours": {"jens": {"hansen": CPR}}}}), "hours.?.?"),
        (("POST", "/places", {"content": f'{{"form": "{CPR}"', "headers": JSON}), "body"),
        (("POST", "/places", {"content": json.dumps(CPR), "headers": JSON}), "body"),
        (("POST", "/raw", {"content": json.dumps({"note": CPR}).encode("utf-16"), "headers": JSON}), "note"),
        (("POST", "/raw", {"content": f"note={quote(CPR)}&x=1", "headers": FORM}), "note.0"),
        (("POST", "/raw", {"content": f"free text {CPR} ".encode()}), "body"),
        (("GET", f"/places/{CPR}", {}), "path.2"),
        (("GET", f"/places/{ID}?q={CPR}", {}), "query.q.0"),
        (("GET", f"/places/{ID}?q=x&q=%30{CPR[1:]}", {}), "query.q.1"),
        (("POST", "/places", {"json": VALID, "headers": {"Note": CPR}}), "header.note.0"),
        (("GET", f"/nowhere?q={CPR}", {}), "query.q.0"),
    ],
)
async def test_a_cpr_number_is_refused_wherever_it_stands_and_never_echoed(
    client: AsyncClient, request_: tuple[str, str, dict[str, Any]], field: str
) -> None:
    method, path, sent = request_
    answer = await client.request(method, path, **sent)
    body = problem(answer, 422, "personal-data")
    assert (body["field"], body["rule"]) == (field, "personal-data")
    assert CPR not in answer.text + str(answer.headers)


NOTED = "1801234567"  # a second of January 2027, and the shape of a CPR number


@pytest.mark.parametrize("headers", [{"X-Request-Start": f"t={NOTED}"}, {"Sent-At": NOTED}, {"X-At": f"{NOTED}.25"}])
async def test_the_clock_of_a_proxy_is_no_person(client: AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/places", json=VALID, headers=headers)).status_code == 200


async def test_what_is_kept_of_a_request_may_not_look_like_a_person(client: AsyncClient) -> None:
    problem(await client.post("/places", json=VALID, headers={"Idempotency-Key": NOTED}), 422, "personal-data")
    problem(await client.post("/places", json=VALID, headers={"Note": f"x{NOTED}"}), 422, "personal-data")


@pytest.mark.parametrize(
    "sent",
    [
        {"json": VALID | {"jens_hansen": CPR}},
        {"json": VALID | {"jens_hansen": "\0"}},
        {"json": VALID | {"a.12345678": "\0"}},
        {"json": VALID | {"12345678": {"jens_hansen": ["\0"]}}},
        {"json": VALID, "params": {"jens_hansen": CPR}},
        {"json": VALID, "params": {"jens_hansen": "\0"}},
        {"json": VALID, "headers": {"Jens_Hansen": CPR}},
        {"content": f"jens_hansen={quote(CPR)}", "headers": FORM},
    ],
)
async def test_no_name_that_the_sender_chose_is_said_again(client: AsyncClient, sent: dict[str, Any]) -> None:
    answer = await client.post("/places", **sent)
    assert answer.status_code == 422
    assert "?" in answer.json()["field"]
    assert "jens" not in answer.text
    assert "12345678" not in answer.text


@pytest.mark.parametrize("path", [f"/places/{ID}?{CPR}=x", f"/places/{ID}?q.{CPR}=x"])
async def test_a_cpr_number_in_a_name_is_not_echoed_either(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    problem(answer, 422, "personal-data")
    assert CPR not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {CPR}"},
        {"Cookie": "session=abc.1801000000.sig"},
        {"User-Agent": "HeadlessChrome/131.0.6778.85"},
        {"Host": "10.12.201.123:8001", "X-Forwarded-For": "10.12.201.123"},
        {"Idempotency-Key": "01019999-9999-4999-8999-010199999999"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_tokens_addresses_and_versions_are_no_cpr_numbers(client: AsyncClient, headers: dict[str, str]) -> None:
    looks_alike = "01019999-9999-4999-8999-010199999999"
    assert (await client.get(f"/places/{looks_alike}?q=plads&limit=5", headers=headers)).status_code == 200


async def test_what_was_refused_as_personal_data_is_not_logged(client: AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        await client.get(f"/places/{CPR}?q={CPR}")
    assert [line["status"] for line in lines] == [422]
    assert CPR not in str(lines)


async def test_a_request_is_logged_by_its_endpoint_and_not_its_address(client: AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        await client.get(f"/places/{ID}?q={CANARY}")
    assert [(line["method"], line["status"]) for line in lines] == [("GET", 200)]
    assert lines[0]["endpoint"].endswith("one")
    assert CANARY not in str(lines)


async def test_every_answer_carries_the_security_headers(client: AsyncClient) -> None:
    for path in (f"/places/{ID}", "/nowhere", "/broken"):
        headers = (await client.get(path)).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "unsafe-inline" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {f"x-{n}": "" for n in range(100)}},
        {"headers": {"x": "y" * MAX_HEAD}},
        {"params": {"q": "y" * MAX_HEAD}},
    ],
    ids=["many", "long", "query"],
)
async def test_a_head_has_its_bounds(client: AsyncClient, sent: dict[str, Any]) -> None:
    problem(await client.get("/refused", **sent), 431, "head-too-large")


@pytest.mark.parametrize(
    "path", ["/refused/", "//refused", "/places%2F" + ID, "/./refused", "/refused/../refused", "/docs/", "/Refused"]
)
async def test_an_address_is_written_in_one_way_and_nobody_is_sent_elsewhere(app: FastAPI, path: str) -> None:
    asked = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": b""}
    start, _ = await asgi(app, {**asked, "headers": [(b"host", b"evil.example")]})
    assert start["status"] == 404
    assert "location" not in dict(start["headers"])


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
async def test_a_method_that_the_route_does_not_name_is_405(client: AsyncClient, method: str) -> None:
    answer = await client.request(method, "/refused", headers={"X-HTTP-Method-Override": "GET", "Origin": "https://x"})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("intake.example.dk", 200),
        ("INTAKE.example.dk:8001", 200),
        ("[::1]:8001", 200),
        ("evil.example", 400),
        ("intake.example.dk.evil.example", 400),
        ("intake.example.dk@evil.example", 400),
        ("", 400),
    ],
)
async def test_only_known_hosts_are_answered_where_they_are_named(host: str, status: int) -> None:
    app = FastAPI()
    edge.install(app, hosts=["intake.example.dk", "[::1]"])
    app.get("/")(lambda: None)
    app.get("/health/live")(lambda: None)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://x", headers={"Host": host}) as client:
        answer = await client.get("/")
        assert answer.status_code == status
        if status == 400:
            problem(answer, 400, "unknown-host")
        assert (await client.get("/health/live")).status_code == 200, "a probe asks by address"


async def raw(app: FastAPI, *headers: tuple[bytes, bytes], receive: Receive) -> list[Message]:
    """What the app answers to a POST, without a client in between."""
    return await asgi(
        app, {"type": "http", "method": "POST", "path": "/raw", "query_string": b"", "headers": headers}, receive
    )


async def nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def asgi(app: FastAPI, scope: dict[str, Any], receive: Receive = nothing) -> list[Message]:
    answered: list[Message] = []

    async def send(message: Message) -> None:
        answered.append(message)

    await app(scope, receive, send)
    return answered


async def test_an_asker_who_leaves_while_sending_gets_no_answer(app: FastAPI) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    assert await raw(app, receive=receive) == []


async def test_a_body_announced_as_too_large_is_refused_unread(app: FastAPI) -> None:
    async def receive() -> Message:
        raise AssertionError("nobody should read this")

    start, _ = await raw(app, (b"content-length", str(MAX_BODY + 1).encode()), receive=receive)
    assert start["status"] == 413


async def test_an_answer_that_breaks_halfway_is_cut_off_and_not_finished_as_a_problem(client: AsyncClient) -> None:
    with pytest.raises(RuntimeError, match=CANARY):
        await client.get("/halfway")


def test_the_documentation_tells_what_errors_look_like(app: FastAPI) -> None:
    for path in app.openapi()["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert "422" not in operation["responses"]
