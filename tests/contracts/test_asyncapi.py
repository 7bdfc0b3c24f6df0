"""The AsyncAPI document against the official schema of AsyncAPI 3.0, and its examples against its own schemas."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from shared.events.topics import TOPICS
from tests.contracts.files import DOCUMENT, HERE

PACKAGE = "@asyncapi/specs@6.11.1"
SHA512 = (
    "0375812ea00a1a8276fba15616da63065090d6814272ce06c45ef3b081af36aa"
    "7f9251941e3940dda01c67d5cc3292c613cccf7980f3db1f4598ee834ae2ab69"
)
TARBALL = HERE.parents[1] / ".local" / "asyncapi" / "asyncapi-specs-6.11.1.tgz"


def missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def fetch(tarball: Path) -> None:
    tarball.parent.mkdir(parents=True, exist_ok=True)
    if shutil.which("npm") is None:
        missing(f"npm is needed to fetch {PACKAGE}")
    command: list[str | Path] = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", tarball.parent]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    if done.returncode:
        missing(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    if not TARBALL.exists():
        fetch(TARBALL)
    assert hashlib.sha512(TARBALL.read_bytes()).hexdigest() == SHA512
    with tarfile.open(TARBALL) as archive:
        file = archive.extractfile("package/schemas/3.0.0.json")
        assert file
        schema: dict[str, Any] = json.load(file)
        return schema


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    return found


def test_the_document_is_asyncapi_3(official: dict[str, Any], document: dict[str, Any]) -> None:
    assert [f"{e.json_path}: {e.message[:200]}" for e in Draft7Validator(official).iter_errors(document)] == []


def test_the_official_schema_would_say_so_if_it_were_not(official: dict[str, Any], document: dict[str, Any]) -> None:
    wrong = document | {"operations": document["operations"] | {"x": {"action": "shout", "channel": {"$ref": "#/x"}}}}
    assert not Draft7Validator(official).is_valid(wrong)


def test_every_example_is_valid_where_it_stands(document: dict[str, Any]) -> None:
    around = {"components": document["components"]}
    for message in document["components"]["messages"].values():
        for part in ("headers", "payload"):
            (example,) = message["examples"]
            Draft202012Validator(message[part] | around).validate(example[part])


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in references(item)]
        if not isinstance(node, dict):
            return []
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]

    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_every_topic_has_its_channel_and_an_operation_for_each_party(document: dict[str, Any]) -> None:
    assert {channel["address"] for channel in document["channels"].values()} == {topic.name for topic in TOPICS}
    assert len(document["operations"]) == sum(1 + len(topic.consumers) for topic in TOPICS)
