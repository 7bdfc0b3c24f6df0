"""What every service's HTTP offers to an attacker: nothing beside the routes, and nothing beside what they know."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.service import Service, services
from shared.settings import Settings
from shared.web.access import mint
from shared.web.dependencies import Dispatch

KEY = "k" * 40
each_service = pytest.mark.parametrize("service", services().values(), ids=lambda service: service.name)


def app_of(service: Service) -> FastAPI:
    return _app(service.name)


@cache  # as none of these tests changes it
def _app(name: str) -> FastAPI:
    made = services()[name].app(Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key=KEY))
    made.state.runtime = None  # nobody gets so far
    return made


def client_of(service: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app_of(service)), base_url="http://test")


def _calls(dependant: Dependant | None) -> Iterator[Any]:
    for inner in dependant.dependencies if dependant else ():
        yield inner.call
        yield from _calls(inner)


@each_service
def test_a_route_that_reads_decides_nothing(service: Service) -> None:
    [decides, _] = get_args(Dispatch)
    for route in iter_route_contexts(service.router.routes):
        if {"GET", "HEAD"} & set(route.methods or ()):
            assert decides not in list(_calls(getattr(route, "dependant", None))), route.path


def open_bodies(document: dict[str, Any]) -> Iterator[str]:
    """Each place in a request body that takes a field of any name."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for found in _open(content["schema"], document["components"]["schemas"], ""):
                    yield f"{method.upper()} {path}{found}"


def _open(node: Any, models: dict[str, Any], at: str) -> Iterator[str]:
    if "$ref" in node:
        yield from _open(models[node["$ref"].rpartition("/")[2]], models, at)
    codes = "x-code-list" in node.get("propertyNames", {})  # whose names are looked up
    if node.get("type") == "object" and node.get("additionalProperties", True) is not False and not codes:
        yield at
    for name, inner in node.get("properties", {}).items():
        yield from _open(inner, models, f"{at} {name}")
    for inner in (*([node["items"]] if "items" in node else ()), *node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _open(inner, models, at)


@each_service
def test_a_body_has_no_room_for_a_field_that_the_route_does_not_know(service: Service) -> None:
    # A reply is checked by the contract with kommuner, as if it had come through Kafka.
    replies = {"POST /kommuner/{code}/replies"} if service.name == "municipality-gateway" else set()
    assert set(open_bodies(app_of(service).openapi())) == replies


@each_service
async def test_no_cookie_is_set_and_no_page_of_another_origin_may_read(service: Service) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with client_of(service) as client:
        for method in ("GET", "OPTIONS"):
            for path in (*app_of(service).openapi()["paths"], "/openapi.json", "/nowhere"):
                if path in ("/health/ready", "/metrics"):  # they look at a service that runs
                    continue
                answer = await client.request(method, path, headers=asked)
                assert "set-cookie" not in answer.headers
                assert not [name for name in answer.headers if name.startswith("access-control-")]


@each_service
async def test_every_answer_tells_a_browser_what_it_may_do(service: Service) -> None:
    wanted = {
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-content-type-options": "nosniff",
    }
    async with client_of(service) as client:
        for path in ("/health/live", "/openapi.json", "/docs", "/nowhere", "/nowhere?q=010190-1234"):
            headers = (await client.get(path)).headers
            assert {name: headers[name] for name in wanted} == wanted
            policy = headers["content-security-policy"].split("; ")
            assert {"default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= {*policy}


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", None]
)
async def test_another_page_signs_nobody_up(kind: str | None) -> None:
    """These kinds a browser sends to any server without asking it first."""
    sign_up = {"name": "A", "email": "a@b.example", "phone": "20123456", "company_name": "B", "cvr": "13585628"}
    async with client_of(services()["intake"]) as client:
        answer = await client.post(
            "/leaders",
            content=json.dumps({**sign_up, "postnr": "6700"}),
            headers={"Content-Type": kind} if kind else None,
        )
    assert answer.status_code in (415, 422)


@each_service
async def test_a_token_counts_in_its_header_alone(service: Service) -> None:
    [path, *_] = [route.path for route in iter_route_contexts(service.router.routes) if "GET" in (route.methods or ())]
    token = mint("consultant", key=KEY)
    async with client_of(service) as client:
        by_address = await client.get(str(path), params={"access_token": token, "token": token})
        by_cookie = await client.get(str(path), headers={"Cookie": f"token={token}"})
    assert by_address.status_code == 422  # a parameter that nobody knows
    assert by_cookie.status_code in (401, 404)  # 404: open, and nothing there


@each_service
async def test_trace_is_no_method_here(service: Service) -> None:
    async with client_of(service) as client:
        for path in app_of(service).openapi()["paths"]:
            assert (await client.request("TRACE", path)).status_code == 405


@each_service
async def test_an_answer_says_what_it_is_and_text_in_which_characters(service: Service) -> None:
    async with client_of(service) as client:
        for path in ("/health/live", "/openapi.json", "/docs", "/nowhere"):
            kind = (await client.get(path)).headers["content-type"]
            assert kind in ("application/json", "application/problem+json", "text/html; charset=utf-8")


@each_service
@pytest.mark.parametrize("query", ["q=010190-1234&q=x", "q=x&q=010190-1234"])
async def test_every_value_of_a_doubled_parameter_is_looked_at(service: Service, query: str) -> None:
    async with client_of(service) as client:
        answer = await client.get(f"/health/live?{query}")
    assert answer.json()["type"] == "urn:lederalliancen:problem:personal-data"


@each_service
def test_nothing_runs_in_debug_mode(service: Service) -> None:
    assert app_of(service).debug is False


@each_service
async def test_a_filter_that_a_route_does_not_know_is_refused_and_the_known_ones_are_named(service: Service) -> None:
    paths = app_of(service).openapi()["paths"]
    own = [str(route.path) for route in iter_route_contexts(service.router.routes)]
    reads = [(path, paths[path]["get"]) for path in own if "get" in paths[path] and "{" not in path]
    assert reads
    async with client_of(service) as client:
        for path, operation in reads:
            answer = await client.get(path, params={"farve": "blue"})
            said = answer.json()
            assert (answer.status_code, said["field"], said["rule"]) == (422, "query", "unknown-field"), path
            assert "farve" not in answer.text
            known = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
            assert all(name in said["en"] for name in known)


def nullable_and_required(schema: Any, parts: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Fields that the document promises, and that may be null."""
    if isinstance(schema, list):
        for inner in schema:
            yield from nullable_and_required(inner, parts, seen)
    if not isinstance(schema, dict):
        return
    if (name := schema.get("$ref", "").rpartition("/")[2]) and name not in seen:
        yield from nullable_and_required(parts[name], parts, seen | {name})
    for field in schema.get("required", ()) if "properties" in schema else ():
        if {"type": "null"} in schema["properties"][field].get("anyOf", ()):
            yield f"{schema.get('title')}.{field}"
    for inner in schema.values():
        yield from nullable_and_required(inner, parts, seen)


@each_service
def test_a_route_that_leaves_out_what_is_null_promises_nothing_that_may_be_null(service: Service) -> None:
    document = app_of(service).openapi()
    found = {
        (route.path, field)
        for route in iter_route_contexts(service.router.routes)
        if getattr(route.original_route, "response_model_exclude_none", False)
        for operation in document["paths"][route.path].values()
        for field in nullable_and_required(operation["responses"], document["components"]["schemas"])
    }
    assert found == set()


async def test_the_line_of_a_file_that_looks_like_a_cpr_number_is_named() -> None:
    file = "kommune,name\n0561,Ungeenheden\n0561,Ole 010190-1234\n"
    async with client_of(services()["municipality-gateway"]) as client:
        answer = await client.post("/directory", json={"csv": file})
    assert (answer.status_code, answer.json()["field"]) == (422, "csv, line 3")


async def test_where_a_body_is_one_of_several_its_fields_are_named_as_they_are() -> None:
    path, headers = f"/placements/{uuid4()}/corrections", {"Authorization": f"Bearer {mint('consultant', key=KEY)}"}
    async with client_of(services()["followup"]) as client:
        answer = await client.post(path, json={"what": "end"}, headers=headers)
    assert [error["field"] for error in answer.json()["errors"]] == ["reason", "on"]


@each_service
def test_a_number_in_an_address_has_both_ends(service: Service) -> None:
    found = [
        (path, parameter["name"])
        for path, methods in app_of(service).openapi()["paths"].items()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        for schema in (parameter["schema"], *parameter["schema"].get("anyOf", ()))
        if schema.get("type") in ("integer", "number") and not {"minimum", "maximum"} <= schema.keys()
    ]
    assert found == []
