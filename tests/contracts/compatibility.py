"""Is a change of a contract breaking? A pure comparison of two JSON Schemas, of the kind that pydantic writes.

Who reads must understand who writes: yesterday's readers what is written today, and our own readers of today what was
written yesterday, by kommuner that have not changed or kept on a topic for years.
"""

import math
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from shared.events.topics import SERVICES, Topic

Schema = dict[str, Any]
_SAYS_NOTHING = {"$schema", "$id", "$defs", "title", "description", "default", "examples"}
_LOWER = {"minimum": 0, "exclusiveMinimum": 1, "minLength": 0, "minItems": 0}
_UPPER = {"maximum": 0, "exclusiveMaximum": -1, "maxLength": 0, "maxItems": 0}
_COMPARED = {"type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items"}
_COMPARED |= _LOWER.keys() | _UPPER.keys()


def breaking(topic: Topic, before: Schema, sent: Schema, accepted: Schema) -> list[str]:
    """What breaks, one line each. `before` is the published schema; the other two are of today's model."""
    found: list[str] = []
    if topic.producer in SERVICES:  # nobody checks a code there: the name of its list is for whoever reads the schema
        before, sent, accepted = (_without_lists(schema) for schema in (before, sent, accepted))
    if topic.producer in SERVICES:
        found += [*lost(inline(sent), inline(before)), *gaps(inline(sent), inline(before))]
    if set(topic.consumers) & set(SERVICES):
        found += gaps(inline(before), inline(accepted))
    return sorted(set(found))


def inline(schema: Schema) -> Schema:
    """The schema with its references replaced by what they mean."""
    definitions = schema.get("$defs", {})

    def of(node: Any) -> Any:
        if isinstance(node, list):
            return [of(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            node = {**definitions[node["$ref"].rpartition("/")[2]], **{k: v for k, v in node.items() if k != "$ref"}}
        return {key: of(value) for key, value in node.items() if key != "$defs"}

    inlined: Schema = of(schema)
    return inlined


def _without_lists(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_lists(inner) for key, inner in node.items() if key != "x-code-list"}
    return [_without_lists(inner) for inner in node] if isinstance(node, list) else node


def lost(writer: Schema, reader: Schema, at: str = "$") -> Iterator[str]:
    """Fields that the reader knows and the writer never says any more, optional ones too."""
    for name, schema in reader.get("properties", {}).items():
        if name not in writer.get("properties", {}):
            yield f"{at}.{name} is gone"
        else:
            yield from lost(writer["properties"][name], schema, f"{at}.{name}")
    if "items" in reader and "items" in writer:
        yield from lost(writer["items"], reader["items"], f"{at}[]")


def gaps(writer: Schema, reader: Schema, at: str = "$") -> list[str]:
    """What the writer may say and the reader does not take."""
    if "anyOf" in writer:
        return [gap for option in writer["anyOf"] for gap in gaps(option, reader, at)]
    if "anyOf" in reader:
        return min((gaps(writer, option, at) for option in reader["anyOf"]), key=len)
    if "enum" in writer or "const" in writer:
        takes = Draft202012Validator(reader).is_valid
        values = writer.get("enum", [writer.get("const")])
        return [f"{at} may be {value!r}, which is not taken" for value in values if not takes(value)]
    return [*_own_gaps(writer, reader, at), *_field_gaps(writer, reader, at)]


def _own_gaps(writer: Schema, reader: Schema, at: str) -> Iterator[str]:
    said, taken = writer.get("type"), reader.get("type")
    if taken not in (None, said) and (said, taken) != ("integer", "number"):
        yield f"{at} may be {said or 'anything'}, taken is {taken}"
    if "enum" in reader or "const" in reader:
        yield f"{at} may be anything, taken is {reader.get('enum', [reader.get('const')])}"
    if _bound(reader, _LOWER, -math.inf, max) > _bound(writer, _LOWER, -math.inf, max):
        yield f"{at} may be lower than is taken"
    if _bound(reader, _UPPER, math.inf, min) < _bound(writer, _UPPER, math.inf, min):
        yield f"{at} may be higher than is taken"
    for keyword in reader.keys() - _COMPARED - _SAYS_NOTHING:  # a pattern, a format: another one is not comparable
        if reader[keyword] != writer.get(keyword):
            yield f"{at} has another {keyword} than is taken"


def _field_gaps(writer: Schema, reader: Schema, at: str) -> Iterator[str]:
    says, knows = writer.get("properties", {}), reader.get("properties", {})
    others = reader.get("additionalProperties", True)
    for name in reader.get("required", ()):
        if name not in writer.get("required", ()):
            yield f"{at}.{name} may be missing and is required"
    for name, schema in says.items():
        if name in knows:
            yield from gaps(schema, knows[name], f"{at}.{name}")
        elif others is False:
            yield f"{at}.{name} is refused as unknown"
    if others not in (True, writer.get("additionalProperties", True)):
        yield f"{at} may hold fields that are refused"
    if "items" in reader:
        yield from gaps(writer.get("items", {}), reader["items"], f"{at}[]")


def _bound(schema: Schema, keywords: dict[str, int], none: float, tightest: Any) -> tuple[float, int]:
    """The limit, and whether it is itself outside."""
    found: tuple[float, int] = tightest(
        [(schema[keyword], outside) for keyword, outside in keywords.items() if keyword in schema],
        default=(none, 0),
    )
    return found
