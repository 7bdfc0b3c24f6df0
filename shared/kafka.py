"""How each client library is told to reach Kafka: aiokafka, FastStream's broker object, and confluent-kafka's admin."""

from typing import Any

from aiokafka.helpers import create_ssl_context
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
