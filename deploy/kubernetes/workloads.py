"""What runs: a Deployment for each service, and the jobs that make topics, tables and logins. Pure."""

from typing import Any

from deploy.kubernetes.parts import (
    ADMINISTRATOR,
    CA,
    DEPLOY,
    NAMESPACE,
    NOBODY,
    OWNER,
    PART_OF,
    Manifest,
    labels,
    manifest,
    named,
)
from deploy.site import FRONT, PORT
from shared.events.rights import clients
from shared.service import Service, services
from shared.settings import SECRETS


def namespace() -> Manifest:
    """Ours pass `restricted`; Kafka's and PostgreSQL's operators may need more."""
    levels = {"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/warn": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": {**PART_OF, **levels}}}


def _container(name: str, image: str, more: Manifest, **mounts: str) -> Manifest:
    return {
        "name": name,
        "image": image,
        **more,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
        "volumeMounts": [
            named("tmp", mountPath="/tmp"),  # noqa: S108 - the container's own
            *(named(volume, mountPath=path, readOnly=True) for volume, path in mounts.items()),
        ],
    }


def _pod(name: str, volumes: list[Manifest], **more: Any) -> Manifest:
    spec = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": NOBODY,
            "runAsGroup": NOBODY,
            "fsGroup": NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **more,
        "volumes": [named("tmp", emptyDir={"sizeLimit": "64Mi"}), *volumes],
    }
    return {"metadata": {"labels": labels(name)}, "spec": spec}


def _secret(name: str, **paths: str) -> Manifest:
    """Keys of a Secret as files; without any, all of them under their own names."""
    items = [{"key": key.replace("__", "."), "path": path} for key, path in paths.items()]
    return {"secret": named(name, **({"items": items} if items else {}))}


def _secrets(*sources: Manifest, name: str = "secrets") -> Manifest:
    return named(name, projected={"defaultMode": 0o440, "sources": list(sources)})


def _of_kafka(user: str) -> tuple[Manifest, Manifest]:
    return _secret(user, password="la_sasl_password"), _secret(CA, ca__crt="kafka-ca.crt")  # noqa: S106 - a file's name


def _from_settings(user: str) -> Manifest:
    return {
        "envFrom": [{"configMapRef": {"name": "settings"}}],
        "env": [named("LA_SASL_USERNAME", value=user)],
    }


def deployment(service: Service) -> Manifest:
    name, user = service.name, clients()[service.name].user

    def probe(path: str, **more: int) -> Manifest:
        return {"httpGet": {"path": f"/health/{path}", "port": "http"}, **more}

    container = _container(
        "service",
        f"lederalliancen/{name}",
        {
            "ports": [named("http", containerPort=PORT)],
            **_from_settings(user),
            "startupProbe": probe("live", periodSeconds=2, failureThreshold=60),
            # Whether it lives, not whether it is ready: nobody is helped by a restart while Kafka is away.
            "livenessProbe": probe("live", periodSeconds=10, timeoutSeconds=5, failureThreshold=6),
            "readinessProbe": probe("ready", periodSeconds=10, timeoutSeconds=10),
            # Those who ask are sent elsewhere first.
            "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        },
        secrets=str(SECRETS),
    )
    apart = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": labels(name)},
    }
    pod = _pod(
        name,
        [_secrets(_secret(name), _secret("shared"), _secret("metrics-token"), *_of_kafka(user))],
        affinity={
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": apart}]
            }
        },
        terminationGracePeriodSeconds=30,
        containers=[container],
    )
    spec = {
        "selector": {"matchLabels": labels(name)},
        "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": pod,
    }
    return manifest("apps/v1", "Deployment", name, spec, labels(name))


def service(name: str) -> Manifest:
    ports = [named("http", port=PORT, targetPort="http")]
    return manifest("v1", "Service", name, {"selector": labels(name), "ports": ports}, labels(name))


def budget(name: str) -> Manifest:
    """One at a time; with a single replica a node can still be emptied."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": labels(name)}}
    return manifest("policy/v1", "PodDisruptionBudget", name, spec, labels(name))


def _job(name: str, volumes: list[Manifest], **more: Any) -> Manifest:
    # Kafka or PostgreSQL may come up after it. A Job cannot be changed: it goes, so that the next may come.
    template = _pod(name, volumes, restartPolicy="OnFailure", **more)
    spec = {"backoffLimit": 20, "ttlSecondsAfterFinished": 3600, "template": template}
    return manifest("batch/v1", "Job", name, spec, labels(name))


def topics_job() -> Manifest:
    more = {"command": ["lederalliancen", "topics"], **_from_settings(ADMINISTRATOR)}
    container = _container("topics", f"lederalliancen/{FRONT}", more, secrets=str(SECRETS))
    return _job("topics", [_secrets(*_of_kafka(ADMINISTRATOR))], containers=[container])


def logins_sql() -> Manifest:
    data = {"logins.sql": (DEPLOY / "postgres" / "logins.sql").read_text("utf-8")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "logins", "labels": PART_OF}, "data": data}


def migrate_job() -> Manifest:
    """Tables and roles first, then each login its password, as in compose."""
    migrate = {"command": ["lederalliancen", "migrate"]}
    psql = 'exec psql -X -q -v ON_ERROR_STOP=1 "$$(cat /run/secrets/admin_database_url)" -f /logins/logins.sql'
    urls = [_secret(of.name, la_database_url=f"{of.schema}_database_url") for of in services().values()]
    return _job(
        "migrate",
        [
            _secrets(_secret(OWNER, uri="la_database_url"), name="administrator"),
            _secrets(_secret(OWNER, uri="admin_database_url"), *urls, name="logins"),
            named("sql", configMap={"name": "logins"}),
        ],
        initContainers=[_container("migrate", f"lederalliancen/{FRONT}", migrate, administrator=str(SECRETS))],
        containers=[
            _container("logins", "postgres:18.1", {"command": ["sh", "-c", psql]}, logins=str(SECRETS), sql="/logins")
        ],
    )
