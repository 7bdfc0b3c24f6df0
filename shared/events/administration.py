"""Topics as they are declared: create what is missing, set retention and size, say what cannot be changed in place."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from shared.events.topics import TOPICS, YEARS_6, Topic
from shared.kafka import Admin, NoKafka
from shared.settings import KafkaSettings

T = TypeVar("T")
TIMEOUT = 30.0  # seconds
ANSWERS_WITHIN = 10.0  # seconds until a Kafka that says nothing counts as away


@dataclass
class Done:
    """`missing` and `differing` as they were found, in words; with `check` nothing was changed."""

    declared: int = 0
    missing: list[str] = field(default_factory=list)
    differing: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def as_declared(self) -> bool:
        return not (self.missing or self.differing or self.warnings)


def config_of(topic: Topic, retention_days: int) -> dict[str, str]:
    """Kafka's topic settings; the topics that are kept follow LA_RETENTION_DAYS."""
    milliseconds = int(topic.retention.total_seconds() * 1000)
    if topic.retention == YEARS_6:
        milliseconds = retention_days * 86_400_000
    return {
        "retention.ms": str(milliseconds),
        "max.message.bytes": str(topic.max_bytes),
        "cleanup.policy": "delete",
        "compression.type": topic.compression,
        "message.timestamp.type": topic.timestamps,
    }


async def create(settings: KafkaSettings, replication: int = -1, *, check: bool = False) -> Done:
    """`replication` -1 takes the broker's default; `check` only looks. Raises OSError where Kafka does not answer."""
    return await asked(settings, lambda admin: _create(admin, settings, replication, check))


async def partitions(settings: KafkaSettings, topics: Sequence[str]) -> list[tuple[str, int]]:
    """The partitions that these topics have, as Kafka says."""
    there = await asked(settings, lambda admin: admin.listed(ANSWERS_WITHIN))
    return [(topic, number) for topic in topics for number in sorted(there[topic].partitions)]


async def asked(settings: KafkaSettings, work: Callable[[Admin], T]) -> T:
    """What an administrator asks or changes. Raises OSError, one line, where Kafka does not answer or refuses."""
    try:
        return await asyncio.to_thread(lambda: work(Admin(settings)))
    except NoKafka as error:
        raise OSError(f"Kafka at {settings.kafka_bootstrap} {error}") from None
    except KafkaException as error:
        raise OSError(f"Kafka at {settings.kafka_bootstrap}: {error.args[0].str()}") from None


def _create(admin: Admin, settings: KafkaSettings, replication: int, check: bool) -> Done:
    done, there = Done(), admin.listed(ANSWERS_WITHIN)
    wanted = {name: topic for topic in TOPICS for name in topic.names()}
    new = [
        NewTopic(name, topic.partitions, replication, config=config_of(topic, settings.retention_days))
        for name, topic in wanted.items()
        if name not in there
    ]
    if new and not check:
        admin.all(admin.client.create_topics(new, operation_timeout=TIMEOUT), TIMEOUT, unless="TOPIC_ALREADY_EXISTS")
    old = {name: topic for name, topic in wanted.items() if name in there}
    for name, topic in old.items():
        if (found := len(there[name].partitions)) != topic.partitions:
            done.warnings.append(
                f"{name} has {found} partitions, declared are {topic.partitions}:"
                " changing it in place would break the order per key"
            )
    done.declared, done.missing = len(wanted), [topic.topic for topic in new]
    done.differing = _differing(admin, settings, old)
    if done.differing and not check:
        _adjust(admin, settings, {name: old[name] for name in done.differing})
    return done


def _differing(admin: Admin, settings: KafkaSettings, old: dict[str, Topic]) -> dict[str, list[str]]:
    """Topic -> each setting that is not as declared, with both values."""
    if not old:
        return {}
    found: dict[str, list[str]] = {}
    described = admin.client.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in old])
    for resource, entries in admin.all(described, TIMEOUT).items():
        there = {name: entry.value for name, entry in entries.items()}
        declared = config_of(old[resource.name], settings.retention_days)
        if said := [f"{n} is {there.get(n)}, declared is {v}" for n, v in declared.items() if there.get(n) != v]:
            found[resource.name] = said
    return found


def _adjust(admin: Admin, settings: KafkaSettings, topics: dict[str, Topic]) -> None:
    change = []
    for name, topic in topics.items():
        entries = [
            ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
            for key, value in config_of(topic, settings.retention_days).items()
        ]
        change.append(ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries))
    admin.all(admin.client.incremental_alter_configs(change), TIMEOUT)
