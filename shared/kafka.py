"""How each client library is told to reach Kafka: aiokafka, FastStream's broker object, and confluent-kafka's admin.

Only librdkafka can ask which log a topic is now, so the admin's questions are here as well, and why it gets no answer.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, NoReturn

from confluent_kafka import KafkaError, KafkaException, TopicCollection
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
        options["ssl_context"] = settings.ssl_context()
    return options


def security(settings: KafkaSettings) -> BaseSecurity | None:
    """The same for FastStream's broker object."""
    if settings.security_protocol == "PLAINTEXT":
        return None
    ssl = settings.security_protocol.endswith("SSL")
    context = settings.ssl_context() if ssl else None
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
    if settings.ssl_certfile:
        options |= {
            "ssl.certificate.location": str(settings.ssl_certfile),
            "ssl.key.location": str(settings.ssl_keyfile),
        }
    return options


Futures = Mapping[Any, "Future[Any]"]


class NoKafka(TimeoutError):  # noqa: N818
    """Kafka cannot be reached, or does not let us. The text is an operator's: what is wrong, and the way out."""


NO_RIGHT = "has not given this login its rights: run lederalliancen service provision"
# What librdkafka or the broker says -> what that means here. The first that fits.
_WORDS = {
    "mechanism handshake failed": "does not know this way to log in: check LA_SASL_MECHANISM",
    "_AUTHENTICATION": "refuses the login: check LA_SASL_USERNAME and LA_SASL_PASSWORD",
    "certificate verify failed": "has a certificate that LA_SSL_CAFILE does not vouch for, or for another name",
    "alert certificate required": "wants a certificate of an authority that it trusts: check LA_SSL_CERTFILE",
    "SSL alert": "refuses the certificate in LA_SSL_CERTFILE: has it run out, or is it another authority's?",
    "SSL handshake failed": "speaks no TLS at this port: check LA_SECURITY_PROTOCOL and LA_KAFKA_BOOTSTRAP",
    "_RESOLVE": "has a name that cannot be found: check LA_KAFKA_BOOTSTRAP",
    "Connection refused": "cannot be reached: nobody listens at LA_KAFKA_BOOTSTRAP",
    "_ALL_BROKERS_DOWN": "hangs up at once: is LA_SECURITY_PROTOCOL what this port speaks?",
    "SECURITY_DISABLED": "asks nobody who they are: it has no authorizer.class.name",
    "CLUSTER_AUTHORIZATION_FAILED": "lets LA_SASL_USERNAME not do this: log in as its administrator",
    "AUTHORIZATION_FAILED": NO_RIGHT,
}


def words(error: KafkaError) -> str | None:
    """What an operator should know of it; None where it is none of these."""
    said = f"{error.name()} {error.str()}"
    return next((known for part, known in _WORDS.items() if part in said), None)


class Admin:
    """librdkafka's client for administrators. Why it cannot connect it only tells a callback, as often as it tries."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._why: str | None = None
        self.client = AdminClient(admin_options(settings) | {"error_cb": self._note})

    def _note(self, error: KafkaError) -> None:
        # That all brokers are down says nothing beside what one of them answered.
        if not (self._why and error.name() in ("_ALL_BROKERS_DOWN", "_TRANSPORT")):
            self._why = words(error)

    def result(self, future: "Future[Any]", seconds: float) -> Any:
        """What was asked for. Raises NoKafka where there is no answer, and KafkaException for one that is an error."""
        until, self._why = time.monotonic() + seconds, None
        while not wait([future], 0.1).done and time.monotonic() < until:
            self.client.poll(0)
        self.client.poll(0)
        if not future.done():
            raise NoKafka(self._why or "does not answer")
        try:
            return future.result()
        except KafkaException as error:
            self._raise(error)

    def all(self, futures: Futures, seconds: float, unless: str = "") -> dict[Any, Any]:
        """Each answer; an error of that name is an answer of None."""
        found = {}
        for asked, future in futures.items():
            try:
                found[asked] = self.result(future, seconds)
            except KafkaException as error:
                if error.args[0].name() != unless:
                    raise
                found[asked] = None
        return found

    def listed(self, seconds: float) -> dict[str, Any]:
        """The topics that this login may see."""
        self._why = None
        try:
            topics: dict[str, Any] = self.client.list_topics(timeout=seconds).topics
        except KafkaException as error:
            self.client.poll(0)
            self._raise(error)
        return topics

    def _raise(self, error: KafkaException) -> NoReturn:
        """As NoKafka where it is none of this question's own."""
        if error.args[0].name().startswith("_"):  # librdkafka's own: no answer came
            raise NoKafka(self._why or words(error.args[0]) or "does not answer") from None
        if said := words(error.args[0]):
            raise NoKafka(said) from None
        raise error


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is there now: one that is made anew has another id, and its log begins at 0 again."""

    id: str
    partitions: tuple[int, ...]


class Topics:
    """Asks what is there; one client for as long as it is needed."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin: Admin | None = None

    async def there(self, names: Sequence[str], seconds: int = 5) -> dict[str, Topic]:
        """Those of these topics that are there. Raises NoKafka where Kafka does not answer."""
        return await asyncio.to_thread(self._there, list(names), seconds)

    def _there(self, names: list[str], seconds: int) -> dict[str, Topic]:
        self._admin = self._admin or Admin(self._settings)
        asked = self._admin.client.describe_topics(TopicCollection(names), request_timeout=seconds)
        try:
            described = self._admin.all(asked, seconds + 1, unless="UNKNOWN_TOPIC_OR_PART")
        except KafkaException as error:
            raise NoKafka(error.args[0].name()) from None
        return {
            name: Topic(str(one.topic_id), tuple(sorted(p.id for p in one.partitions)))
            for name, one in described.items()
            if one is not None
        }
