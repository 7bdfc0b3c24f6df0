"""Every route of every service: it names its roles, and lets nobody else in."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.metadata import entry_points
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.settings import Settings
from shared.web.access import ROLES, access_of_routes, mint

KEY = "k" * 40
OPEN = {
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",  # to the machine itself, or with the operators' token
    "GET /docs",
    "GET /docs/swagger-ui-bundle.js",
    "GET /docs/swagger-ui.css",
    "POST /leaders",
    "POST /links",
    "GET /codes",
    "GET /codes/{list_name}",
    "GET /tasks",
    "GET /rules",
    "GET /kickoffs",
    "GET /postal/{nr}",
    "GET /certificates/{code}",
    "GET /certificates/{code}/paper",
    "GET /static/{asked}/{name:path}",
    "GET,HEAD /",
    "GET,HEAD /log-ind",
    "POST /log-ind",
    "GET,HEAD /log-ind/svar",
    "POST /log-ud",
    "GET,HEAD /tilmeld",
    "POST /tilmeld",
    "GET,HEAD /tilmeld/tak",
    "GET,HEAD /forloeb/bevis/{code}",  # whoever holds the code, as of the API
    "GET,HEAD /forloeb/bevis/{code}/papir",
    "GET,HEAD /pladser/ved-link/{sealed}",  # who came by a link, for ten minutes
    "GET,HEAD /min-side/nyt-link",
    "POST /min-side/nyt-link",
    "GET,HEAD /min-side/{token}",  # who has the link
    "POST /min-side/{token}",
    "GET,HEAD /svar/{token}",
    "GET,HEAD /svar/{token}/nyt-link",
    "POST /svar/{token}/nyt-link",
    "GET,HEAD /svar/{token}/{act}",
    "POST /svar/{token}/{act}",
    "GET,HEAD /tal",
    "GET,HEAD /tal/kort",
}
SERVICES = [entry.name for entry in entry_points(group="lederalliancen.services")]


@cache
def app(service: str) -> FastAPI:
    [entry] = entry_points(group="lederalliancen.services", name=service)
    many: Any = {"requests_per_address": 1_000_000, "requests_per_principal": 1_000_000}
    config = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key=KEY, **many)
    made: FastAPI = entry.load().app(config)
    made.state.runtime = None  # nobody gets so far
    return made


def routes() -> list[Any]:
    found = []
    for service in SERVICES:
        for name, roles in access_of_routes(app(service)):
            found.append(pytest.param(service, name, roles, id=f"{service} {name}"))
    return found


async def ask(service: str, name: str, token: str | None) -> httpx.Response:
    method, path = name.split(" ", 1)
    # Another kommune's code in the path, and ids that exist nowhere.
    path = re.sub(r"{code}", "0101", path)
    path = re.sub(r"{\w+}", "0199ab00-0000-7000-8000-000000000000", path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app=app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method.split(",")[0], path, headers=headers)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_of_documentation_loads_nothing_from_elsewhere(service: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app(service)), base_url="http://test") as client:
        page = await client.get("/docs")
        policy = page.headers["content-security-policy"]
        loaded = re.findall(r"""(?:src|href|url)[=:]\s*["'](.*?)["']""", page.text)
        assert loaded == ["docs/swagger-ui.css", "data:,", "docs/swagger-ui-bundle.js", "openapi.json"]
        for address in loaded:
            assert address == "data:," or (await client.get(f"/{address}")).status_code == 200
        assert (await client.get("/redoc")).status_code == 404
    assert not re.search("unsafe|[.*]|http", policy)
    [start] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(start.encode()).digest()).decode()}'" in policy


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_is_sent_to_the_host_that_he_named(service: str) -> None:
    transport = httpx.ASGITransport(app=app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        for path in {name.split(" ", 1)[1] for name, _ in access_of_routes(app(service))}:
            for written in (f"{path}/", f"/{path}"):
                answer = await client.get(f"http://evil.example{written}")
                assert (answer.status_code, answer.headers.get("location")) == (404, None), written
                assert "evil" not in answer.text


def test_there_are_five_services() -> None:
    assert len(SERVICES) == 5


@pytest.mark.parametrize(("service", "name", "roles"), routes())
async def test_a_route_names_its_roles_and_refuses_everybody_else(
    service: str, name: str, roles: frozenset[str] | None
) -> None:
    assert roles is not None, "mark it with allow(...) or open_route"
    if name in OPEN:
        assert roles == frozenset()
        return
    assert roles, "open, and not known to be"
    nobody = await ask(service, name, None)
    assert (nobody.status_code, nobody.json()["type"]) == (401, "urn:lederalliancen:problem:unauthenticated")
    for role in ROLES - roles:
        answer = await ask(service, name, mint(role, key=KEY, kommune="0561"))
        assert (answer.status_code, answer.json()["rule"]) == (403, "role"), role


@pytest.mark.parametrize(
    ("service", "name", "roles"), [r for r in routes() if "{code}" in r.values[1] and "kommune" in r.values[2]]
)
async def test_a_kommune_is_kept_out_of_another_kommunes_addresses(
    service: str, name: str, roles: frozenset[str]
) -> None:
    answer = await ask(service, name, mint("kommune", key=KEY, kommune="0561"))
    assert answer.status_code in (403, 404, 422), answer.text
    if answer.status_code == 403:  # a form that no page of ours has shown is not read
        assert answer.json()["rule"] == "form"
    if answer.status_code == 422:  # the body is looked at first; it told nothing
        assert answer.json()["type"] == "urn:lederalliancen:problem:invalid-input"


@pytest.mark.parametrize(("service", "name", "roles"), routes())
@pytest.mark.parametrize("where", ["body", "field name", "query", "header", "broken body", "path"])
async def test_what_looks_like_a_cpr_number_is_refused_at_every_route_and_never_repeated(
    service: str, name: str, roles: frozenset[str], where: str
) -> None:
    method, path = name.split(" ", 1)
    method, cpr = method.split(",")[0], "010190-1234"
    path = re.sub(r"{\w+}", cpr if where == "path" else "0199ab00-0000-7000-8000-000000000000", path)
    if where == "path" and cpr not in path:
        pytest.skip("nothing can be put into this path")
    bodies = {"body": f'{{"a": [{{"b": "ring {cpr}"}}]}}', "field name": f'{{"{cpr}": 1}}', "broken body": f"{{{cpr}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app(service)), base_url="http://test") as client:
        answer = await client.request(
            method,
            path,
            params={"q": cpr} if where == "query" else None,
            headers={"Idempotency-Key": f"key {cpr}"} if where == "header" else None,
            content=bodies.get(where),
        )
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:lederalliancen:problem:personal-data"
    assert cpr not in answer.text
