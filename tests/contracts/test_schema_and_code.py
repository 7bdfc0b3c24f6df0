"""Schema and code are one thing: what the published schema lets a kommune say is taken, and nothing else is.

Two things no schema can say, and the contract page does: dates that must follow each other, and rules of the work.
And what has been narrowed since v1 was published, for its schemas are only added to: quarters of an hour, a last seat,
and the reasons that each reply takes.
"""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from municipality_gateway.replies import parse_reply
from shared.catalogue import codes
from shared.events.schema import Contract, contracts
from shared.events.topics import REPLIES
from shared.people.guard import find_cpr
from shared.spine.envelope import Bad, Record
from tests.contracts.files import value

THEIRS = [contract for contract in contracts() if contract.topic is REPLIES]
OF_THE_WORK = "rule:"
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def named(contract: Contract) -> str:
    return contract.type.removeprefix("dk.lederalliancen.reply.")


def with_codes(schema: Any) -> Any:
    """Code lists grow without a new schema, so it names them; for this test each is spelt out."""
    if isinstance(schema, dict):
        inner = {key: with_codes(part) for key, part in schema.items()}
        if "x-code-list" in schema:
            return {"enum": [entry.code for entry in codes.codes(schema["x-code-list"])]}
        return inner
    return [with_codes(part) for part in schema] if isinstance(schema, list) else schema


SCHEMAS = {contract.type: with_codes(contract.schema()) for contract in THEIRS}
VALID = {type_: Draft202012Validator(schema, format_checker=FormatChecker()) for type_, schema in SCHEMAS.items()}


def whole(schema: Any, defs: Any) -> st.SearchStrategy[Any]:
    """Values of a schema, of the few words that ours use."""
    if "$ref" in schema:
        return whole(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return st.one_of([whole(one, defs) for one in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    match schema["type"]:
        case "object":
            required = {k: whole(v, defs) for k, v in schema["properties"].items() if k in schema.get("required", ())}
            others = {k: whole(v, defs) for k, v in schema["properties"].items() if k not in required}
            return st.fixed_dictionaries(required, optional=others)
        case "array":
            return st.lists(whole(schema["items"], defs), min_size=schema.get("minItems", 0), max_size=4)
        case "integer":
            low, high = schema.get("minimum", 0), schema.get("maximum", 10**6)
            return st.integers(low, high).flatmap(lambda n: st.sampled_from([n, float(n)]))
        case "number":
            low, high = schema.get("minimum", schema.get("exclusiveMinimum", 0)), schema.get("maximum", 10**6)
            return st.floats(low, high, exclude_min="exclusiveMinimum" in schema)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return _text(schema)


def _text(schema: Any) -> st.SearchStrategy[str]:
    match schema.get("format"):
        case "date":
            return DAYS.map(str)
        case "date-time":
            zone = st.sampled_from(["Z", "+01:00", "-11:30"])
            return st.builds(lambda day, time, z: f"{day}T{time:%H:%M:%S}{z}", DAYS, st.times(), zone)
    return st.from_regex(schema["pattern"], fullmatch=True)


def said(contract: Contract, data: Any) -> str:
    """`taken`, or field and rule of the refusal."""
    event = {"specversion": "1.0", "id": "a-1", "source": "/x", "type": contract.type, "time": "2026-11-24T09:00:00Z"}
    raw = json.dumps(event | {"data": data}).encode()
    read = parse_reply(Record(REPLIES.of("0561"), 0, 0, None, raw, [("content-type", b"application/cloudevents+json")]))
    return f"{read.refusal.field} {read.refusal.rule}" if isinstance(read, Bad) and read.refusal else "taken"


def is_narrowed(field: str, data: Any) -> bool:
    at: Any = data
    for part in field.split("."):
        at = at.get(part) if isinstance(at, dict) else None
    match field.rpartition(".")[2]:
        case "hours":
            return isinstance(at, int | float) and at % 0.25 != 0
        case "seat":
            return isinstance(at, int | float) and at > 50
        case "reason":
            return at in codes.codes("referral-rejected")
    return False


def may_be_refused(data: Any, refusal: str) -> bool:
    """What the schema cannot say."""
    field, _, rule = refusal.partition(" ")
    if rule.startswith(OF_THE_WORK):
        return True
    if rule in ("out-of-range", "unknown-code"):
        return is_narrowed(field, data)
    first = data.get("start") or data.get("from")
    return field in ("until", "to") and data.get(field) is not None and first is not None and data[field] < first


@pytest.mark.parametrize("contract", THEIRS, ids=named)
@PATIENT
@given(draw=st.data())
def test_whatever_the_schema_allows_is_taken(contract: Contract, draw: st.DataObject) -> None:
    data = draw.draw(whole(SCHEMAS[contract.type], SCHEMAS[contract.type].get("$defs", {})))
    assume(VALID[contract.type].is_valid(data) and find_cpr(data) is None)
    refusal = said(contract, data)
    assert refusal == "taken" or may_be_refused(data, refusal), refusal


def mutated(draw: st.DataObject, node: Any) -> Any:
    """The example with one thing changed, at any depth."""
    odd: st.SearchStrategy[Any] = st.sampled_from(
        [None, True, 0, -1, 45.0, 1.5, 1e9, 10**30, "", "x", "2026-02-30", "1999-12-31", "2101-01-01", [], {}, ["x"]]
    )
    if isinstance(node, dict) and node:
        key = draw.draw(st.sampled_from(sorted(node)))
        how = draw.draw(st.sampled_from(["inside", "inside", "drop", "add", "replace"]))
        if how == "drop":
            return {k: v for k, v in node.items() if k != key}
        if how == "add":
            return {**node, "of_tomorrow": 1}
        return {**node, key: draw.draw(odd) if how == "replace" else mutated(draw, node[key])}
    if isinstance(node, list) and node:
        return [mutated(draw, node[0]), *node[1:]] if draw.draw(st.booleans()) else [*node, draw.draw(odd)]
    return draw.draw(odd)


@pytest.mark.parametrize("contract", THEIRS, ids=named)
@PATIENT
@given(draw=st.data())
def test_whatever_is_taken_the_schema_allows(contract: Contract, draw: st.DataObject) -> None:
    data = mutated(draw, json.loads(value(contract)))
    allowed, refusal = VALID[contract.type].is_valid(data), said(contract, data)
    if refusal == "taken":
        assert allowed, list(VALID[contract.type].iter_errors(data))
    else:
        assert not allowed or may_be_refused(data, refusal), refusal
