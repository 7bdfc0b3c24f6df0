"""What is generated from each service's OpenAPI document, valid and not, sent to the living services."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.schemas import APIOperation

from deploy.demo.world import World
from shared.service import services
from shared.settings import Settings
from shared.web.access import access_of_routes
from tests.leaks.country import Things, country, things_of

pytestmark = pytest.mark.timeout(300)
Operation = APIOperation[Any, Any, Any, Any]
EXAMPLES = 12  # of each kind, for each operation
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NOWHERE = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key="k" * 40)
PAGES = ("/docs",)  # of a library, and for eyes


def operations() -> Iterator[Any]:
    for service in services().values():
        app = service.app(NOWHERE)
        roles = dict(access_of_routes(app))
        for found in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
            operation: Operation = cast(Any, found).ok()
            name = f"{operation.method.upper()} {operation.path}"
            if not operation.path.startswith(PAGES):
                yield pytest.param(service.name, operation, roles[name], id=f"{service.name} {name}")


@pytest.fixture(scope="module")
def asked(home: Path) -> Iterator[tuple[World, Things]]:
    """Services in which there is one of each thing: ids that are generated are mostly of nothing."""
    runner = asyncio.Runner()
    living = country(home / "openapi")
    world = runner.run(living.__aenter__())
    try:
        yield world, runner.run(things_of(world, ["0561"]))["0561"]
    finally:
        runner.run(living.__aexit__(None, None, None))
        runner.close()


@pytest.mark.parametrize(("service", "operation", "roles"), list(operations()))
def test_an_answer_is_what_the_document_says_whatever_is_asked(
    asked: tuple[World, Things], service: str, operation: Operation, roles: frozenset[str]
) -> None:
    world, things = asked
    own = {"leader": things.ids["leader_id"], "kommune": things.code}
    tokens = [world.api.token(role, own.get(role)) for role in sorted(roles)]
    known = {p.name: things.ids[p.name] for p in operation.path_parameters if p.name in things.ids}

    def cases(mode: GenerationMode) -> st.SearchStrategy[Case[Any]]:
        anything = operation.as_strategy(mode)
        return anything | operation.as_strategy(mode, path_parameters=known) if known else anything

    @given(case=st.one_of(*map(cases, GenerationMode)), token=st.sampled_from(tokens or [""]))
    @settings(
        max_examples=2 * EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case[Any], token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = case.call(base_url=world.urls[service], headers=headers, timeout=10)
        case.validate_response(answer, checks=CHECKS)

    ask()
