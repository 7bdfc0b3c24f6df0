"""How each client library is told to reach Kafka: aiokafka, FastStream's broker object, and confluent-kafka's admin.

Only librdkafka can ask which log a topic is now, so the admin's questions are here as well.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.helpers import create_ssl_context
from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shared.settings import KafkaSettings


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """What every Kafka client of ours needs to connect."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.startswith("SASL") and settings.sasl_password:
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = create_ssl_context(cafile=settings.ssl_cafile)
    return options


def security(settings: KafkaSettings) -> BaseSecurity | None:
    """The same for FastStream's broker object."""
    if settings.security_protocol == "PLAINTEXT":
        return None
    ssl = settings.security_protocol.endswith("SSL")
    context = create_ssl_context(cafile=settings.ssl_cafile) if ssl else None
    if not settings.security_protocol.startswith("SASL") or settings.sasl_password is None:
        return BaseSecurity(ssl_context=context, use_ssl=ssl)
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kinds[settings.sasl_mechanism](
        username=settings.sasl_username or "",
        password=settings.sasl_password.get_secret_value(),
        ssl_context=context,
        use_ssl=ssl,
    )


def admin_options(settings: KafkaSettings) -> dict[str, Any]:
    """For librdkafka, which alone can manage topics, users and ACLs."""
    options: dict[str, Any] = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": settings.security_protocol,
        "log_level": 0,
    }
    if settings.security_protocol.startswith("SASL") and settings.sasl_password:
        options |= {
            "sasl.mechanism": settings.sasl_mechanism,
            "sasl.username": settings.sasl_username,
            "sasl.password": settings.sasl_password.get_secret_value(),
        }
    if settings.ssl_cafile:
        options["ssl.ca.location"] = str(settings.ssl_cafile)
    return options


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is there now: one that is made anew has another id, and its log begins at 0 again."""

    id: str
    partitions: tuple[int, ...]


class Topics:
    """Asks what is there; one client for as long as it is needed."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin: AdminClient | None = None

    async def there(self, names: Sequence[str], seconds: int = 5) -> dict[str, Topic]:
        """Those of these topics that are there. Raises TimeoutError where Kafka does not answer."""
        return await asyncio.to_thread(self._there, list(names), seconds)

    def _there(self, names: list[str], seconds: int) -> dict[str, Topic]:
        self._admin = self._admin or AdminClient(admin_options(self._settings))
        found = {}
        for name, future in self._admin.describe_topics(TopicCollection(names), request_timeout=seconds).items():
            try:
                described = future.result(seconds + 1)
            except KafkaException as error:
                if error.args[0].name() in ("UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC"):
                    continue
                raise TimeoutError(error.args[0].name()) from None
            found[name] = Topic(str(described.topic_id), tuple(sorted(p.id for p in described.partitions)))
        return found
