"""Tolerant inside, strict outside: an unknown field is ignored in our own events and refused in a kommune's reply."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from shared.catalogue.codes import LISTS
from shared.events.schema import Contract, contracts
from shared.events.topics import REPLIES
from tests.contracts.files import value

OURS = [contract for contract in contracts() if contract.topic is not REPLIES]
THEIRS = [contract for contract in contracts() if contract.topic is REPLIES]


def named(contract: Contract) -> str:
    return f"{contract.folder}/{contract.type}"


def with_an_unknown_field(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Copies of the example: one for every object in it, with a field there that no contract knows."""

    def paths(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if isinstance(node, dict):
            yield here
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for step, inner in items:
            yield from paths(inner, (*here, step))

    for path in paths(whole):
        changed = deepcopy(whole)
        node: Any = changed
        for step in path:
            node = node[step]
        node["of_tomorrow"] = 1
        yield changed


@pytest.mark.parametrize("contract", OURS, ids=named)
def test_our_own_event_may_carry_a_field_of_tomorrow(contract: Contract) -> None:
    example = json.loads(value(contract))
    for changed in with_an_unknown_field(example):
        contract.model.model_validate(changed)
        assert contract.model.model_validate(changed, extra="ignore") == contract.model.model_validate(example)


@pytest.mark.parametrize("contract", THEIRS, ids=named)
def test_a_reply_with_an_unknown_field_is_refused(contract: Contract) -> None:
    for changed in with_an_unknown_field(json.loads(value(contract))):
        with pytest.raises(ValidationError) as refused:
            contract.model.model_validate_json(json.dumps(changed))
        assert [error["type"] for error in refused.value.errors()] == ["extra_forbidden"]


def _codes(schema: Any) -> Iterator[str]:
    """The lists that a schema names, at any depth."""
    if isinstance(schema, dict):
        yield from [schema["x-code-list"]] if isinstance(schema.get("x-code-list"), str) else []
        for inner in schema.values():
            yield from _codes(inner)
    for inner in schema if isinstance(schema, list) else ():
        yield from _codes(inner)


@pytest.mark.parametrize("contract", list(contracts()), ids=named)
def test_a_list_that_a_schema_names_is_published(contract: Contract) -> None:
    assert set(_codes(contract.schema())) <= set(LISTS)


def test_what_a_kommune_is_sent_names_the_lists_of_its_codes() -> None:
    sent = next(c for c in OURS if c.folder == "k.code.referrals.v1" and "referral.sent" in c.type)
    lists = {"referral-why", "forms", "tasks", "times-of-day", "support", "frame", "purpose", "contact-role"}
    assert lists <= set(_codes(sent.schema()))
