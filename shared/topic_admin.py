"""Topics as they are declared: create what is missing, set retention and size, say what cannot be changed in place."""

from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.events.topics import TOPICS, YEARS_6, Topic
from shared.kafka import client_options
from shared.settings import KafkaSettings


@dataclass
class Done:
    created: int = 0
    adjusted: int = 0
    kept: int = 0
    warnings: list[str] = field(default_factory=list)


def config_of(topic: Topic, retention_days: int) -> dict[str, str]:
    """Kafka's topic settings; the topics that are kept follow LA_RETENTION_DAYS."""
    milliseconds = int(topic.retention.total_seconds() * 1000)
    if topic.retention == YEARS_6:
        milliseconds = retention_days * 86_400_000
    return {"retention.ms": str(milliseconds), "max.message.bytes": str(topic.max_bytes), "cleanup.policy": "delete"}


async def create(settings: KafkaSettings, replication: int = -1) -> Done:
    """`replication` -1 takes the broker's default."""
    done = Done()
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=30_000)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        wanted = [(name, topic) for topic in TOPICS for name in topic.names()]
        new = [
            NewTopic(name, topic.partitions, replication, topic_configs=config_of(topic, settings.retention_days))
            for name, topic in wanted
            if name not in there
        ]
        if new:
            answer = await admin.create_topics(new)
            for name, code, *rest in answer.topic_errors:
                if code not in (0, 36):  # none, or another one was quicker
                    raise RuntimeError(f"topic {name} was not created: error {code} {rest[0] if rest else ''}")
        done.created = len(new)
        old = [(name, topic) for name, topic in wanted if name in there]
        await _adjust(admin, settings, old, done)
    finally:
        await admin.close()
    return done


async def _adjust(
    admin: AIOKafkaAdminClient, settings: KafkaSettings, old: list[tuple[str, Topic]], done: Done
) -> None:
    if not old:
        return
    described = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics([name for name, _ in old])}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name, _ in old]
    set_ = {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in await admin.describe_configs(resources)
        for resource in answer.resources
    }
    change = []
    for name, topic in old:
        wanted = config_of(topic, settings.retention_days)
        if any(set_.get(name, {}).get(key) != value for key, value in wanted.items()):
            change.append(ConfigResource(ConfigResourceType.TOPIC, name, configs=wanted))
        if described.get(name) != topic.partitions:
            done.warnings.append(
                f"{name} has {described.get(name)} partitions, declared are {topic.partitions}:"
                " order per key would break if they were changed in place"
            )
    if change:
        await admin.alter_configs(change)
    done.adjusted, done.kept = len(change), len(old) - len(change)
