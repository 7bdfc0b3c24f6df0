"""A published contract is only added to; what breaks becomes `.v2` beside `.v1`."""

from copy import deepcopy
from typing import Any

import pytest

from shared.events.schema import contracts
from shared.events.topics import INTAKE, REFERRALS, REPLIES, Topic
from tests.contracts.compatibility import breaking
from tests.contracts.history import published

BEFORE: dict[str, Any] = {
    "$defs": {
        "Task": {"type": "object", "properties": {"task_id": {"type": "string"}}, "required": ["task_id"]},
    },
    "type": "object",
    "properties": {
        "place_id": {"type": "string", "pattern": "^[0-9a-f-]{36}$"},
        "state": {"enum": ["open", "closed"], "type": "string"},
        "hours": {"type": "number", "exclusiveMinimum": 0, "maximum": 37},
        "until": {"type": "string", "format": "date"},
        "tasks": {"type": "array", "items": {"$ref": "#/$defs/Task"}},
    },
    "required": ["place_id", "state"],
    "x-key": ["place_id"],
}
STRICT = BEFORE | {"additionalProperties": False}


def with_(schema: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one thing set, or removed where the value is None."""
    changed = deepcopy(schema)
    *parents, last = path.split("/")
    node = changed
    for parent in parents:
        node = node[parent]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return changed


# What changes -> does it break a domain topic (we write and read), one to a kommune (they read), one from it (we read)?
CASES: dict[str, tuple[str, Any, tuple[bool, bool, bool]]] = {
    "nothing": ("title", "another title", (False, False, False)),
    "a new optional field": ("properties/note", {"type": "string"}, (False, False, False)),
    "an optional field is gone": ("properties/until", None, (True, True, True)),
    "an inner field is gone": ("$defs/Task/properties/task_id", None, (True, True, False)),
    "a field is no longer guaranteed": ("required", ["place_id"], (True, True, False)),
    "a field has become required": ("required", ["place_id", "state", "until"], (True, False, True)),
    "an inner field has become required": ("$defs/Task/required", ["task_id", "hours"], (True, False, True)),
    "another type": ("properties/until", {"type": "integer"}, (True, True, True)),
    "a narrower type": ("properties/hours/type", "integer", (True, False, True)),
    "a wider type": ("properties/state", {"type": "string"}, (True, True, False)),
    "a code less": ("properties/state/enum", ["open"], (True, False, True)),
    "a code more": ("properties/state/enum", ["open", "closed", "paused"], (True, True, False)),
    "a lower maximum": ("properties/hours/maximum", 30, (True, False, True)),
    "a higher maximum": ("properties/hours/maximum", 40, (True, True, False)),
    "no maximum": ("properties/hours/maximum", None, (True, True, False)),
    "zero is taken too": ("properties/hours", {"type": "number", "minimum": 0, "maximum": 37}, (True, True, False)),
    "another pattern": ("properties/place_id/pattern", "^[0-9]+$", (True, True, True)),
    "no pattern": ("properties/place_id/pattern", None, (True, True, False)),
    "a new pattern": ("properties/until/pattern", "^2", (True, False, True)),
    "another format": ("properties/until/format", "date-time", (True, True, True)),
    "null is taken too": (
        "properties/until",
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        (True, True, False),
    ),
    "another key": ("x-key", ["state"], (True, True, True)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("position", range(3), ids=["domain", "to-kommune", "from-kommune"])
def test_the_comparison_knows_what_breaks(name: str, position: int) -> None:
    path, value, expected = CASES[name]
    topic = (INTAKE, REFERRALS, REPLIES)[position]
    before = STRICT if topic is REPLIES else BEFORE
    after = with_(before, path, value)
    assert bool(breaking(topic, before, after, after)) is expected[position]


def test_a_new_field_that_is_always_sent_does_not_break_what_was_kept_without_it() -> None:
    new = with_(BEFORE, "properties/note", {"type": "string"})
    always = with_(new, "required", ["place_id", "state", "note"])
    assert breaking(INTAKE, BEFORE, sent=always, accepted=new) == []
    assert breaking(INTAKE, BEFORE, sent=always, accepted=always) == ["$.note may be missing and is required"]


def test_replies_that_begin_to_refuse_the_unknown_break() -> None:
    assert breaking(REPLIES, BEFORE, STRICT, STRICT) == ["$ may hold fields that are refused"]


@pytest.mark.parametrize("topic", [INTAKE, REFERRALS, REPLIES], ids=lambda topic: topic.name)
def test_what_breaks_is_named_by_its_place(topic: Topic) -> None:
    after = with_(BEFORE, "$defs/Task/properties/task_id", {"type": "integer"})
    (line,) = {line.partition(" ")[0] for line in breaking(topic, BEFORE, after, after)}
    assert line == "$.tasks[].task_id"


def test_naming_the_list_of_a_code_restricts_only_where_codes_are_checked() -> None:
    listed = with_(BEFORE, "properties/until", {**BEFORE["properties"]["until"], "x-code-list": "place"})
    assert breaking(INTAKE, BEFORE, listed, listed) == []
    strict = with_(STRICT, "properties/until", {**STRICT["properties"]["until"], "x-code-list": "place"})
    assert breaking(REPLIES, STRICT, strict, strict)


def test_no_published_contract_is_broken_or_gone() -> None:
    before = published()
    if before is None:
        pytest.skip("there is no git history to compare with")
    today = {(contract.folder, contract.type): contract for contract in contracts()}
    broken = {(folder, type_): ["gone"] for folder, type_ in before.keys() - today.keys()}
    for name in before.keys() & today.keys():
        contract = today[name]
        sent, accepted = contract.schema("serialization"), contract.schema("validation")
        if found := breaking(contract.topic, before[name], sent, accepted):
            broken[name] = found
    assert not broken


def test_today_s_contracts_are_compatible_with_themselves() -> None:
    for contract in contracts():
        sent, accepted = contract.schema("serialization"), contract.schema("validation")
        assert breaking(contract.topic, contract.schema(), sent, accepted) == []
