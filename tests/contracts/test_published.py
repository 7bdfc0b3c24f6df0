"""What is committed here is what the code says, and what it says holds together."""

import json

import pytest
from jsonschema import Draft202012Validator

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
