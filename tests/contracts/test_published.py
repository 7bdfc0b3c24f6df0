"""What is committed here is what the code says, and what it says holds together."""

import json
from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from shared.events.schema import Contract, contracts
from shared.people.guard import find_cpr
from tests.contracts.files import DOCUMENT, HERE, committed, generated, headers, value

CONTRACTS = list(contracts())
WANTED = generated()


def named(contract: Contract) -> str:
    return f"{contract.folder}/{contract.type}"


def test_every_file_is_what_the_code_says() -> None:
    differing = [
        str(path.relative_to(HERE.parents[1]))
        for path, text in WANTED.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not differing, f"run `make contracts`, and look at the difference: {differing}"


def test_no_file_is_left_of_what_is_no_longer_declared() -> None:
    assert committed() == WANTED.keys()


@pytest.mark.parametrize("contract", CONTRACTS, ids=named)
def test_an_example_is_valid_for_its_schema_and_for_its_model(contract: Contract) -> None:
    raw = (HERE / contract.folder / f"{contract.type}.example.json").read_bytes()
    schema = json.loads((HERE / contract.folder / f"{contract.type}.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    checker = Draft202012Validator.FORMAT_CHECKER
    assert not list(Draft202012Validator(schema, format_checker=checker).iter_errors(json.loads(raw)))
    read = contract.model.model_validate_json(raw)
    assert read.model_dump_json(exclude_none=True) == value(contract).decode()
    assert read.subject
    assert read.message_key


@pytest.mark.parametrize("contract", CONTRACTS, ids=named)
def test_an_example_holds_nothing_that_looks_like_a_cpr_number(contract: Contract) -> None:
    assert find_cpr(json.loads(value(contract))) is None
    assert find_cpr(headers(contract)) is None


@pytest.mark.parametrize("contract", CONTRACTS, ids=named)
def test_a_message_is_far_below_what_its_topic_takes(contract: Contract) -> None:
    said = sum(len(name) + len(text.encode()) for name, text in headers(contract).items())
    assert said + len(value(contract)) < contract.topic.max_bytes / 50


def test_the_document_tells_of_every_message() -> None:
    document = json.loads(DOCUMENT.read_bytes())
    assert len(document["components"]["messages"]) == len(CONTRACTS)


# Texts of ours and of kommuner as such, and what names a message; none of them is about a young person.
FREE = {
    "dlq/dead-letter.recorded": {"error", "service", "source_topic", "stage"},
    "k/referral.sent": {"own_words[].term", "place_url"},
    "k/reply.taken": {"referral_id", "reply", "source"},
    "k/reply.refused": {"referral_id", "reply", "source", "field", "da", "en"},
}


@pytest.mark.parametrize("contract", CONTRACTS, ids=named)
def test_a_contract_has_no_room_for_free_text(contract: Contract) -> None:
    schema = json.loads((HERE / contract.folder / f"{contract.type}.schema.json").read_bytes())
    name = contract.type.removeprefix("dk.lederalliancen.").removesuffix(".v1")
    known = FREE.get(f"{contract.folder.split('.')[0]}/{name}", set())
    assert set(roomy(schema, schema.get("$defs", {}))) == known


def roomy(node: dict[str, Any], models: dict[str, Any], path: str = "") -> Iterator[str]:
    """Fields of a schema that take any text, or any fields."""
    if "$ref" in node:
        node = models[node["$ref"].rpartition("/")[2]]
    if node.get("type") == "string" and not node.keys() & {"pattern", "enum", "const", "format", "x-code-list"}:
        yield path
    if node.get("type") == "object" and "properties" not in node and node.get("additionalProperties", True) is True:
        yield path
    for name, inner in node.get("properties", {}).items():
        yield from roomy(inner, models, f"{path}.{name}".removeprefix("."))
    for word, step in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(node.get(word), dict):
            yield from roomy(node[word], models, path + step)
    for word in () if "properties" in node else ("anyOf", "oneOf", "allOf"):
        for inner in node.get(word, ()):
            yield from roomy(inner, models, path)


def test_room_for_free_text_is_found() -> None:
    class Inner(BaseModel):
        note: str | None = Field(None, max_length=500)
        code: Literal["a", "b"]

    class Roomy(BaseModel):
        inner: tuple[Inner, ...]
        more: dict[str, Any]
        names: dict[str, str]
        id: UUID

    schema = Roomy.model_json_schema()
    assert set(roomy(schema, schema["$defs"])) == {"inner[].note", "more", "names.*"}
