"""Quotas of users. No client library of ours can set them; aiokafka can be taught the message. Whole bytes a second."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from shared.kafka import client_options
from shared.settings import KafkaSettings

Quotas = Mapping[str, int | None]
EXACTLY = 0
_TEXT = String("utf-8")
_ENTITY = ("entity", Array(("entity_type", _TEXT), ("entity_name", _TEXT)))


class AlterResponse(Response):  # type: ignore[misc]
    API_KEY, API_VERSION = 49, 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32), ("entries", Array(("error_code", Int16), ("error_message", _TEXT), _ENTITY))
    )


class AlterStruct(RequestStruct):  # type: ignore[misc]
    API_KEY, API_VERSION, RESPONSE_TYPE = 49, 0, AlterResponse
    SCHEMA = Schema(
        ("entries", Array(_ENTITY, ("ops", Array(("key", _TEXT), ("value", Float64), ("remove", Boolean))))),
        ("validate_only", Boolean),
    )


class Alter(Request[AlterStruct]):  # type: ignore[misc]
    API_KEY = 49

    def __init__(self, user: str, changes: Quotas) -> None:
        ops = [(key, float(value or 0), value is None) for key, value in changes.items()]
        self._entries = [([("user", user)], ops)]

    def build(self, request_struct_class: type[AlterStruct]) -> AlterStruct:
        return request_struct_class(self._entries, False)


async def of_user(settings: KafkaSettings, user: str) -> Quotas:
    """What is set for it: `producer_byte_rate`, `consumer_byte_rate`, in bytes a second."""
    async with _client(settings) as ask:
        answer = await ask(DescribeClientQuotasRequest([("user", EXACTLY, user)], True))
        _check(answer.error_code)
    return {key: int(value) for _, values in answer.entries or () for key, value in values}


async def change(settings: KafkaSettings, user: str, changes: Quotas) -> None:
    """None takes a quota away."""
    async with _client(settings) as ask:
        for code, *_ in (await ask(Alter(user, changes))).entries:
            _check(code)


@asynccontextmanager
async def _client(settings: KafkaSettings) -> AsyncIterator[Any]:
    client = AIOKafkaClient(**client_options(settings), request_timeout_ms=10_000)
    try:
        await client.bootstrap()

        async def ask(request: Any) -> Any:
            return await client.send(client.get_random_node(), request)

        yield ask
    except KafkaError as error:
        raise OSError(f"Kafka at {settings.kafka_bootstrap}: quotas: {type(error).__name__}") from None
    finally:
        await client.close()


def _check(code: int) -> None:
    if code:
        raise for_code(code)
