"""What every manifest here is made of: names that several use, and the shapes around them. Pure."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

Manifest = dict[str, Any]
DEPLOY = Path(__file__).parents[1]
PART_OF = {"app.kubernetes.io/part-of": "lederalliancen"}
SITE = "lederalliancen.example.dk"
NAMESPACE = "lederalliancen"
KAFKA, KAFKA_PORT = "kafka", 9093  # the cluster's name, as Strimzi calls things after it, and its listener with TLS
DATABASE = "postgres"  # CloudNativePG's cluster, and the host that deploy/secrets.sh names
ADMINISTRATOR = "la-admin"  # of Kafka: makes topics
CA = f"{KAFKA}-cluster-ca-cert"
OWNER = f"{DATABASE}-app"
NOBODY = 65534


def named(name: str, **more: Any) -> Manifest:
    return {"name": name, **more}


def manifest(api: str, kind: str, name: str, spec: Any, labels: dict[str, str] = PART_OF) -> Manifest:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}


def labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, **PART_OF}


def kustomization(resources: Iterable[str], **more: Any) -> Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": NAMESPACE,
        "resources": list(resources),
        **more,
    }


def literals(told: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in told.items()]
