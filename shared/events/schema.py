"""The contract surface: every (topic, type) with its JSON Schema, as the other side meets it on the wire."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from shared.events import dead_letters, followup, intake, matching, municipality_gateway  # noqa: F401 - they register
from shared.events.base import REGISTRY, Event
from shared.events.kommune import referrals, replies  # noqa: F401
from shared.events.topics import SERVICES, TOPICS, Topic

Mode = Literal["validation", "serialization"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Accepted(GenerateJsonSchema):
    """What a reader of ours takes. Names say enough: no titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _Sent(_Accepted):
    """What we send: the outbox leaves out what is None, and everything else is always there."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_is_required(self, field: Any, total: bool) -> bool:
        inner = field["schema"]
        return inner["type"] != "default" or inner.get("default") is not None


@dataclass(frozen=True)
class Contract:
    """One type of event on one topic (or family of topics)."""

    topic: Topic
    model: type[Event]

    @property
    def type(self) -> str:
        return self.model.TYPE

    @property
    def folder(self) -> str:
        return self.topic.name.replace("{code}", "code")

    @property
    def mode(self) -> Mode:
        """Of an outsider's message we publish what is accepted, of ours what is guaranteed."""
        return "serialization" if self.topic.producer in SERVICES else "validation"

    def schema(self, mode: Mode | None = None, refs: str = "#/$defs/{model}") -> dict[str, Any]:
        """JSON Schema 2020-12 of the data; `x-subject` and `x-key` name what subject and key are made of."""
        mode = mode or self.mode
        generator = _Sent if mode == "serialization" else _Accepted
        return {
            "$schema": DIALECT,
            "$id": f"urn:lederalliancen:schema:{self.folder}:{self.type}",
            **_unsaid(self.model.model_json_schema(mode=mode, schema_generator=generator, ref_template=refs)),
            "title": self.type,
            "x-subject": list(self.model.SUBJECT),
            "x-key": list(self.model.KEY),
        }


def _unsaid(schema: Any) -> Any:
    """Without `additionalProperties: true`: it is what JSON Schema means anyway."""
    if isinstance(schema, dict):
        return {k: _unsaid(v) for k, v in schema.items() if not (k == "additionalProperties" and v is True)}
    return [_unsaid(one) for one in schema] if isinstance(schema, list) else schema


def contracts() -> Iterator[Contract]:
    """All of them, in the order of the topics and then of the declarations."""
    for topic in TOPICS:
        yield from (Contract(topic, model) for (name, _), model in REGISTRY.items() if name == topic.name)
