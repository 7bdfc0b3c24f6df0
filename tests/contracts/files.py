"""The files of the contract surface: what they should hold, and where they lie."""

import json
from pathlib import Path
from typing import Any

from shared.events import asyncapi
from shared.events.schema import Contract, contracts
from shared.spine.envelope import headers_of
from tests.contracts.examples import examples, outgoing
from tests.contracts.pages import OF_STORIES, RULES, pages

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "asyncapi.json"
OF_A_KOMMUNE = ("content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")


def headers(contract: Contract) -> dict[str, str]:
    """Of the example; a kommune has no versions, and an id and a source of its own."""
    event = examples()[contract.topic.name, contract.type]
    sent = headers_of(outgoing(contract.topic.name, event), 1, contract.topic.producer)
    if contract.topic.producer == "kommune":
        return {name: sent[name] for name in OF_A_KOMMUNE} | {"ce_source": "/esbjerg/fagsystem"}
    return sent


def value(contract: Contract) -> bytes:
    """The example as it is on the wire: what is None is left out."""
    return examples()[contract.topic.name, contract.type].model_dump_json(exclude_none=True).encode()


def generated() -> dict[Path, str]:
    """Every file with the text that it should have."""
    found: dict[Path, str] = {}
    said: dict[tuple[str, str], asyncapi.Example] = {}
    for contract in contracts():
        path, example = HERE / contract.folder / contract.type, json.loads(value(contract))
        said[contract.topic.name, contract.type] = headers(contract), example
        found[path.with_name(f"{path.name}.schema.json")] = _text(contract.schema(), sort=True)
        found[path.with_name(f"{path.name}.example.json")] = _text(example)
    return found | {DOCUMENT: _text(asyncapi.document(contracts(), said))} | pages()


def committed() -> set[Path]:
    return {*HERE.glob("*/*.json"), *OF_STORIES.glob("*.md"), DOCUMENT, RULES}


def _text(content: Any, *, sort: bool = False) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=sort) + "\n"
