"""What Prometheus and KEDA are told. Pure."""

from ruamel.yaml import YAML

from deploy.kubernetes.parts import CA, DEPLOY, KAFKA, KAFKA_PORT, NAMESPACE, PART_OF, Manifest, manifest, named
from shared.events.rights import clients
from shared.events.topics import consumed_by
from shared.spine.consumer import group_of

MAX_REPLICAS = 6  # partitions of the topics that ours speak on
LAG = 1000  # records behind for each replica: two batches


def monitor() -> Manifest:
    endpoint = {
        "port": "http",
        "interval": "15s",
        "authorization": {"credentials": named("metrics-token", key="la_metrics_token")},
        "honorLabels": True,  # `service` is ours
        "relabelings": [{"targetLabel": "job", "replacement": "lederalliancen"}],
    }
    spec = {"selector": {"matchLabels": PART_OF}, "endpoints": [endpoint]}
    return manifest("monitoring.coreos.com/v1", "ServiceMonitor", "lederalliancen", spec)


def rules() -> list[Manifest]:
    found = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
    return [
        manifest(
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            f"lederalliancen-{file.stem}",
            YAML(typ="safe").load(file.read_text("utf-8")),
        )
        for file in found
    ]


def scaling(name: str) -> list[Manifest]:
    """A replica more for each thousand records that it is behind."""
    user = clients()[name].user

    def trigger(topics: list[str]) -> Manifest:
        metadata = {
            "bootstrapServers": f"{KAFKA}-kafka-bootstrap.{NAMESPACE}.svc:{KAFKA_PORT}",
            "consumerGroup": group_of(name, topics),
            **({"topic": topics[0]} if len(topics) == 1 else {}),
            "lagThreshold": str(LAG),
            "sasl": "scram_sha512",
            "tls": "enable",
        }
        return {"type": "kafka", "metadata": metadata, "authenticationRef": {"name": user}}

    login = {
        "env": [{"parameter": "username", "name": "LA_SASL_USERNAME", "containerName": "service"}],
        "secretTargetRef": [
            {"parameter": "password", "name": user, "key": "password"},
            {"parameter": "ca", "name": CA, "key": "ca.crt"},
        ],
    }
    spec = {
        "scaleTargetRef": {"name": name},
        "minReplicaCount": 2,
        "maxReplicaCount": MAX_REPLICAS,
        "triggers": [trigger(list(topic.names())) for topic in consumed_by(name)],
    }
    return [
        manifest("keda.sh/v1alpha1", "TriggerAuthentication", user, login),
        manifest("keda.sh/v1alpha1", "ScaledObject", name, spec),
    ]
