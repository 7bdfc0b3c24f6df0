"""Every route of every service says what it answers: a model, or a list of them, in which nothing is left open."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter

from shared.events.base import Stage
from shared.service import Service, services
from shared.settings import Settings
from shared.spine.work import Strict

# What a schema says of a value's type in any of these ways.
SAYS = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"}
# What machines read of every service: plain JSON of `shared.web.operations`, and Prometheus text.
OPERATIONS = ("/health/", "/metrics")


def answers(service: Service) -> Iterator[tuple[str, Any]]:
    """("GET /places/{id}", response model) of each route that answers in JSON."""
    app = service.app(Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key="k" * 40))
    own = {app.openapi_url, app.docs_url, app.redoc_url, app.swagger_ui_oauth2_redirect_url}
    for route in iter_route_contexts(app.routes):
        if route.path in own or str(route.path).startswith(OPERATIONS):
            continue
        page = isinstance(route.response_class, type) and not issubclass(route.response_class, JSONResponse)
        if not page and route.status_code != 204:
            yield f"{','.join(sorted(route.methods or ()))} {route.path}", route.response_model


def is_model(answer: Any) -> bool:
    if get_origin(answer) in (list, tuple, Union, UnionType):
        return all(is_model(inner) for inner in get_args(answer) if inner not in (NoneType, ...))
    return isinstance(answer, type) and issubclass(answer, BaseModel)


def left_open(answer: Any) -> list[str]:
    """The fields, as `Model.field`, whose type says nothing or lets anything in."""
    schema = TypeAdapter(answer).json_schema(mode="serialization")
    models = schema.pop("$defs", {})
    top = schema.get("title", "")
    return [*_open(schema, top), *(found for name, model in models.items() for found in _open(model, name))]


def _open(node: Any, path: str) -> Iterator[str]:
    if node is True or (isinstance(node, dict) and not SAYS & node.keys()):
        yield path
    if not isinstance(node, dict):
        return
    for name, inner in node.get("properties", {}).items():
        yield from _open(inner, f"{path}.{name}")
    for word in ("items", "additionalProperties"):
        yield from _open(node.get(word, False), f"{path}[]")
    for word in ("prefixItems", "anyOf", "oneOf", "allOf"):
        for inner in node.get(word, ()):
            yield from _open(inner, path)


def routers(service: str) -> Iterator[APIRouter]:
    """Those of the files in a service's `api/`."""
    package = import_module(f"{service.replace('-', '_')}.api")
    for found in iter_modules(getattr(package, "__path__", ())):
        module = import_module(f"{package.__name__}.{found.name}")
        if isinstance(router := getattr(module, "router", None), APIRouter):
            yield router


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.name)
def test_every_file_of_routes_is_part_of_its_service(service: Service) -> None:
    reached = {route.endpoint for route in iter_route_contexts(service.router.routes)}
    for router in routers(service.name):
        assert {route.endpoint for route in iter_route_contexts(router.routes)} <= reached


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        pytest.param(name, answer, id=f"{service.name} {name}")
        for service in services().values()
        for name, answer in answers(service)
    ],
)
def test_a_route_answers_a_model_in_which_nothing_is_left_open(name: str, answer: Any) -> None:
    assert is_model(answer), f"{name} answers {answer}"
    assert left_open(answer) == []


class Closed(BaseModel):
    """All that may stand in an answer."""

    id: str
    kind: Literal["a", "b"] | None
    cells: dict[str, list[tuple[str, int]]]


class Gaping(BaseModel):
    any: Any
    bare: dict  # type: ignore[type-arg]
    values: dict[str, Any] | None
    rows: list[Any]
    pairs: tuple[tuple[str, Any], ...]
    closed: Closed


class Part(BaseModel):
    gaping: list[Gaping]


def test_what_leaves_nothing_open_passes() -> None:
    assert is_model(list[Closed])
    assert is_model(Closed | None)
    assert left_open(list[Closed]) == []


@pytest.mark.parametrize("answer", [None, Any, dict, dict[str, Any], dict[str, str], list[Any], list[str], str])
def test_an_answer_that_is_no_model_is_found(answer: Any) -> None:
    assert not is_model(answer)


def test_what_is_left_open_is_found_however_deep_it_lies() -> None:
    found = ["Gaping.any", "Gaping.bare[]", "Gaping.values[]", "Gaping.rows[]", "Gaping.pairs[]"]
    assert left_open(Gaping) == found
    assert left_open(list[Part]) == found


def test_a_part_of_a_state_does_not_go_out_as_it_is_stored() -> None:
    """It keeps fields that this build does not know, and nobody has decided that others may see them."""

    class Leaking(Strict):
        stage: Stage

    assert left_open(Leaking) == ["Stage[]"]
