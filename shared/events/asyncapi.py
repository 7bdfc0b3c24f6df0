"""AsyncAPI 3.0 of everything on the bus, from the topic declarations and the contracts.

FastStream's own generator leaves out headers, keys and examples (FastStream #1566), which are what an outsider needs.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.events.base import CONTENT_TYPE, TRACEPARENT, UUID_SHAPE
from shared.events.schema import Contract
from shared.events.topics import SERVICES, TOPICS, Topic

BINDING = "0.5.0"
Example = tuple[Mapping[str, str], Any]
"""Headers and payload."""
Json = dict[str, Any]

SERVERS: Json = {
    "local": {"host": "127.0.0.1:19092", "protocol": "kafka", "description": "`make demo` on your own machine."},
    "production": {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "TLS and SCRAM-SHA-512. A kommune may read and write the two topics of its own code only.",
        "variables": {"bootstrap": {"description": "Host and port; given together with the user and password."}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    },
}
COMMON_HEADERS: Json = {
    "content-type": {"const": CONTENT_TYPE},
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "minLength": 1},
    "ce_source": {"type": "string", "format": "uri-reference", "minLength": 1},
    "ce_type": {"type": "string"},
    "ce_time": {"type": "string", "format": "date-time"},
    "traceparent": {"type": "string", "pattern": TRACEPARENT.pattern, "description": "W3C Trace Context"},
}
EVENT_HEADERS: Json = {
    "type": "object",
    "description": "CloudEvents 1.0, Kafka binary mode. `ce_id` is a UUIDv7; drop versions not above the last seen.",
    "properties": {
        **COMMON_HEADERS,
        "ce_subject": {"type": "string", "minLength": 1, "description": "Id of the aggregate."},
        "ce_aggregateversion": {
            "type": "string",
            "pattern": "^[1-9][0-9]{0,17}$",
            "description": "1, 2, 3 ... without gaps, per topic and subject.",
        },
        "ce_correlationid": {"type": "string", "pattern": UUID_SHAPE, "description": "The place, where there is one."},
        "ce_causationid": {"type": "string", "description": "`ce_id` of the message that led to this one."},
    },
    "required": [
        *("content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"),
        *("ce_subject", "ce_aggregateversion"),
    ],
}
REPLY_HEADERS: Json = {
    "type": "object",
    "description": "CloudEvents 1.0, Kafka binary mode; structured mode (application/cloudevents+json) is taken too. "
    "One `ce_id` per `ce_source` and reply: the same one again is taken once.",
    "properties": COMMON_HEADERS,
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
}


def document(contracts: Iterable[Contract], examples: Mapping[tuple[str, str], Example]) -> Json:
    """The whole document; `examples` has one for every (topic, type)."""
    per_topic = {topic: list(of_topic) for topic, of_topic in groupby(contracts, key=lambda contract: contract.topic)}
    schemas: Json = {"EventHeaders": EVENT_HEADERS, "ReplyHeaders": REPLY_HEADERS}
    messages: Json = {}
    for contract in (contract for of_topic in per_topic.values() for contract in of_topic):
        payload = contract.schema(refs="#/components/schemas/{model}")
        del payload["$schema"], payload["$id"]  # a base of its own would turn its references away from this document
        for name, schema in payload.pop("$defs", {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"{name} means two things: rename one")
        messages[_name(contract)] = _message(contract, payload, *examples[contract.topic.name, contract.type])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lederalliancen",
            "version": "1",
            "description": "What the services say to each other, to the kommuner and to the operators. "
            "Ids, codes, dates and numbers; never personal data. "
            "Fields and types are added, never changed: a breaking change becomes `.v2` beside `.v1`.",
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": SERVERS,
        "channels": {_channel_name(topic): _channel(topic, of_topic) for topic, of_topic in per_topic.items()},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic)},
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {"scram": {"type": "scramSha512"}},
        },
    }


def _channel_name(topic: Topic) -> str:
    return topic.name.replace("{code}", "code")


def _name(contract: Contract) -> str:
    return f"{contract.folder}.{contract.type.removeprefix('dk.lederalliancen.').removesuffix('.v1')}"


def _channel(topic: Topic, contracts: list[Contract]) -> Json:
    channel: Json = {
        "address": topic.name,
        "messages": {_name(c): {"$ref": f"#/components/messages/{_name(c)}"} for c in contracts},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": int(topic.retention.total_seconds() * 1000),
                    "max.message.bytes": topic.max_bytes,
                },
                "bindingVersion": BINDING,
            }
        },
    }
    if "{code}" in topic.name:
        channel["parameters"] = {
            "code": {"description": "The kommune's four digits.", "examples": ["0561", TEST_KOMMUNE]}
        }
    return channel


def _operations(topic: Topic) -> Iterable[tuple[str, Json]]:
    """One per party that writes or reads: a service, a kommune, the operators."""
    for party, action in [(topic.producer, "send"), *((consumer, "receive") for consumer in topic.consumers)]:
        operation: Json = {
            "action": action,
            "channel": {"$ref": f"#/channels/{_channel_name(topic)}"},
            "tags": [{"name": party}],
        }
        if action == "receive" and party == "kommune":
            group = {"type": "string", "pattern": r"^k\.\d{4}\.", "description": "Begins with `k.<your code>.`"}
            operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": BINDING}}
        yield f"{party}.{action}.{_channel_name(topic)}", operation


def _message(contract: Contract, payload: Json, headers: Mapping[str, str], example: Any) -> Json:
    ours = contract.topic.producer in SERVICES
    key = f"`{'.'.join(contract.model.KEY)}`" if ours else "The id that the reply is about."
    message: Json = {
        "name": contract.type,
        "title": contract.model.__name__,
        "summary": payload["description"],
        "contentType": CONTENT_TYPE,
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{'EventHeaders' if ours else 'ReplyHeaders'}"},
                {"type": "object", "properties": {"ce_type": {"const": contract.type}}},
            ]
        },
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": BINDING}},
        "examples": [{"name": "esbjerg", "headers": dict(headers), "payload": example}],
    }
    return message | ({"correlationId": {"location": "$message.header#/ce_correlationid"}} if ours else {})
