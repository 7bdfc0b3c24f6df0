"""Kafka by Strimzi, with topics and users as declared, and PostgreSQL by CloudNativePG. Pure."""

from collections.abc import Iterable

from deploy.kubernetes.parts import ADMINISTRATOR, DATABASE, KAFKA, KAFKA_PORT, PART_OF, Manifest, manifest, named
from shared.events.administration import config_of
from shared.events.rights import Client, clients
from shared.events.topics import SERVICES, TOPICS
from shared.settings import KafkaSettings


def _of_strimzi(kind: str, name: str, spec: Manifest) -> Manifest:
    return manifest("kafka.strimzi.io/v1", kind, name, spec, {**PART_OF, "strimzi.io/cluster": KAFKA})


def kafka() -> list[Manifest]:
    def listener(name: str, port: int, kind: str) -> Manifest:
        return named(name, port=port, type=kind, tls=True, authentication={"type": "scram-sha-512"})

    nodes = {
        "replicas": 3,
        "roles": ["controller", "broker"],
        "storage": {
            "type": "jbod",
            "volumes": [{"id": 0, "type": "persistent-claim", "size": "50Gi", "kraftMetadata": "shared"}],
        },
    }
    config = {
        "auto.create.topics.enable": False,
        "default.replication.factor": 3,
        "min.insync.replicas": 2,
        "offsets.topic.replication.factor": 3,
        "transaction.state.log.replication.factor": 3,
        "transaction.state.log.min.isr": 2,
        "message.max.bytes": 2097152,
        "replica.fetch.max.bytes": 2097152,
    }
    kafka = {
        "listeners": [listener("ours", KAFKA_PORT, "internal"), listener("kommuner", 9094, "loadbalancer")],
        "authorization": {"type": "simple", "superUsers": [ADMINISTRATOR]},
        "config": config,
    }
    spec = {"kafka": kafka, "entityOperator": {"topicOperator": {}, "userOperator": {}}}
    return [
        _of_strimzi("KafkaNodePool", "node", nodes),
        _of_strimzi("Kafka", KAFKA, spec),
        _of_strimzi("KafkaUser", ADMINISTRATOR, {"authentication": {"type": "scram-sha-512"}}),
    ]


def topics() -> list[Manifest]:
    days = KafkaSettings.model_fields["retention_days"].default
    return [
        _of_strimzi("KafkaTopic", name, {"partitions": topic.partitions, "config": config_of(topic, days)})
        for topic in TOPICS
        for name in topic.names()
    ]


def _user(client: Client) -> Manifest:
    acls = [
        {
            "resource": {
                "type": right.resource,
                "name": right.name,
                "patternType": "prefix" if right.resource == "group" else "literal",
            },
            "operations": [right.operation.capitalize()],
        }
        for right in sorted(client.rights)
    ]
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": acls},
        "quotas": {"producerByteRate": client.writes, "consumerByteRate": client.reads},
    }
    return _of_strimzi("KafkaUser", client.user, spec)


def users(names: Iterable[str]) -> list[Manifest]:
    return [_user(clients()[name]) for name in names]


def kommuner() -> list[Manifest]:
    return users(sorted(clients().keys() - {*SERVICES}))


def postgres() -> Manifest:
    spec = {
        "instances": 3,
        "imageName": "ghcr.io/cloudnative-pg/postgresql:18.1",
        "storage": {"size": "50Gi"},
        "postgresql": {"parameters": {"max_connections": "400"}},
        "bootstrap": {
            "initdb": {
                "database": "lederalliancen",
                "owner": "lederalliancen",
                "encoding": "UTF8",
                "localeProvider": "builtin",
                "builtinLocale": "C.UTF-8",
                "localeCType": "C",
                "localeCollate": "C",
                # Makes the services' logins; no superuser.
                "postInitApplicationSQL": ["ALTER ROLE lederalliancen CREATEROLE"],
            }
        },
        "managed": {
            "services": {
                "additional": [{"selectorType": "rw", "serviceTemplate": {"metadata": {"name": DATABASE}}}],
            }
        },
    }
    return manifest("postgresql.cnpg.io/v1", "Cluster", DATABASE, spec)
