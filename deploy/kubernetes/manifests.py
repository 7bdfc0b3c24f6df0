"""All of it on Kubernetes, as manifests by file name, from what services, topics and rights declare. Pure.

How it is put to use: docs/runbooks/install.md.
"""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from deploy.site import FRONT, HIDDEN, PORT, first_words
from shared.events.administration import config_of
from shared.events.rights import Client, clients
from shared.events.topics import SERVICES, TOPICS, consumed_by
from shared.service import Service, services
from shared.settings import SECRETS, KafkaSettings
from shared.spine.consumer import group_of

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
MAX_REPLICAS = 6  # partitions of the topics that ours speak on
LAG = 1000  # records behind for each replica: two batches


def files() -> dict[str, list[Manifest]]:
    """`base/intake.yaml` -> what stands in it."""
    base = {
        "namespace": [_namespace()],
        **{name: [_deployment(service), _service(name), _budget(name)] for name, service in services().items()},
        "jobs": [_topics_job(), _logins_sql(), _migrate_job()],
        "network": _policies(),
        "routes": [_routes()],
        "monitoring": [_monitor(), *_rules()],
    }
    return {
        **{f"base/{name}.yaml": found for name, found in base.items()},
        "base/kustomization.yaml": [_base(base)],
        "overlays/small/kustomization.yaml": [_overlay(1)],
        "overlays/three-replicas/kustomization.yaml": [_overlay(3)],
        "site/kustomization.yaml": [_site()],
        "site/network.yaml": _network_of_site(),
        "site/gateway.yaml": [_gateway()],
        **_example("kafka", cluster=_kafka(), topics=_topics(), services=_users(SERVICES), kommuner=_kommuner()),
        **_example("postgres", cluster=[_postgres()]),
        **_example("scaling", scaling=[found for name in SERVICES for found in _scaling(name)]),
    }


# Kustomize


def _kustomization(resources: Iterable[str], **more: Any) -> Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": NAMESPACE,
        "resources": list(resources),
        **more,
    }


def _base(names: Iterable[str]) -> Manifest:
    told = {
        "LA_KAFKA_BOOTSTRAP": f"{KAFKA}-kafka-bootstrap:{KAFKA_PORT}",
        "LA_SECURITY_PROTOCOL": "SASL_SSL",
        "LA_SSL_CAFILE": f"{SECRETS}/kafka-ca.crt",
        "LA_OIDC_AUDIENCE": "lederalliancen",
        "LA_OIDC_CLIENT": "pages",
    }
    return _kustomization(
        (f"{name}.yaml" for name in names),
        configMapGenerator=[_named("settings", literals=_literals(told))],
        images=[_named(f"lederalliancen/{name}", newTag=version("lederalliancen")) for name in services()],
    )


def _literals(told: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in told.items()]


def _overlay(replicas: int) -> Manifest:
    return _kustomization(["../../base"], replicas=[{"name": name, "count": replicas} for name in services()])


def _example(folder: str, **content: list[Manifest]) -> dict[str, list[Manifest]]:
    where = f"examples/{folder}"
    return {
        f"{where}/kustomization.yaml": [_kustomization(f"{name}.yaml" for name in content)],
        **{f"{where}/{name}.yaml": found for name, found in content.items()},
    }


# What a site fills in


def _site() -> Manifest:
    told = {
        "LA_HOSTS": SITE,
        "LA_PUBLIC_URL": f"https://{SITE}",
        "LA_PUBLIC_URL_INTAKE": f"https://{SITE}/api/intake",
        "LA_OIDC_ISSUER": f"https://login.{SITE}/realms/lederalliancen",
        "LA_PROXIES": "192.0.2.0/24",
        "LA_MAIL_FROM": f"Lederalliancen <svar@{SITE}>",
        "LA_ALLIANCE_PHONE": "",
    }

    def secret(name: str, **paths: str) -> Manifest:
        return _named(name, files=[f"{key}=secrets/{file}" for key, file in paths.items()])

    def of_service(service: Service) -> Manifest:
        paths = {"la_database_url": f"{service.schema}_database_url"}
        if service.people:
            paths["la_master_key"] = f"{service.schema}_master_key"
        if service.mails:
            paths["la_smtp_url"] = "smtp_url"
        return secret(service.name, **paths)

    shared = {f"la_{name}": name for name in ("session_key", "oidc_client_secret")}
    # Prometheus is told its name, so that it has to stay.
    token = secret("metrics-token", la_metrics_token="metrics_token")  # noqa: S106 - a file's name
    token["options"] = {"disableNameSuffixHash": True}
    hosts = [("HTTPRoute", "spec.hostnames.0"), ("Gateway", "spec.listeners.0.hostname")]
    return _kustomization(
        ["../overlays/three-replicas", "../examples/kafka", "../examples/postgres", "network.yaml", "gateway.yaml"],
        configMapGenerator=[_named("settings", behavior="merge", literals=_literals(told))],
        secretGenerator=[*map(of_service, services().values()), secret("shared", **shared), token],
        images=[
            _named(f"lederalliancen/{name}", newName=f"registry.example.dk/lederalliancen/{name}")
            for name in services()
        ],
        replacements=[
            {
                "source": _named("settings", kind="ConfigMap", fieldPath="data.LA_HOSTS"),
                "targets": [{"select": {"kind": kind}, "fieldPaths": [path]} for kind, path in hosts],
            }
        ],
    )


def _network_of_site() -> list[Manifest]:
    """Whom its services reach and are reached by, beyond Kafka and the database."""

    def inwards(whom: str) -> Manifest:
        who = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": whom}}}
        ingress = [{"from": [who], "ports": [{"port": PORT}]}]
        return _policy(f"from-{whom}", _those(services()), policyTypes=["Ingress"], ingress=ingress)

    def outwards(what: str, names: Iterable[str], address: str, port: int) -> Manifest:
        return _to(what, names, {"ipBlock": {"cidr": address}}, port)

    mailing = [name for name, service in services().items() if service.mails]
    return [
        inwards("gateway"),
        inwards("monitoring"),
        outwards("issuer", services(), "192.0.2.1/32", 443),
        outwards("mail", mailing, "192.0.2.2/32", 465),
    ]


def _gateway() -> Manifest:
    listener = _named(
        "https", hostname=SITE, port=443, protocol="HTTPS", tls={"certificateRefs": [{"name": "site-certificate"}]}
    )
    spec = {"gatewayClassName": "gateway", "listeners": [listener]}
    return _manifest("gateway.networking.k8s.io/v1", "Gateway", "lederalliancen", spec)


# What runs


def _named(name: str, **more: Any) -> Manifest:
    return {"name": name, **more}


def _manifest(api: str, kind: str, name: str, spec: Any, labels: dict[str, str] = PART_OF) -> Manifest:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, **PART_OF}


def _namespace() -> Manifest:
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
            _named("tmp", mountPath="/tmp"),  # noqa: S108 - the container's own
            *(_named(volume, mountPath=path, readOnly=True) for volume, path in mounts.items()),
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
        "volumes": [_named("tmp", emptyDir={"sizeLimit": "64Mi"}), *volumes],
    }
    return {"metadata": {"labels": _labels(name)}, "spec": spec}


def _secret(name: str, **paths: str) -> Manifest:
    """Keys of a Secret as files; without any, all of them under their own names."""
    items = [{"key": key.replace("__", "."), "path": path} for key, path in paths.items()]
    return {"secret": _named(name, **({"items": items} if items else {}))}


def _secrets(*sources: Manifest, name: str = "secrets") -> Manifest:
    return _named(name, projected={"defaultMode": 0o440, "sources": list(sources)})


def _of_kafka(user: str) -> tuple[Manifest, Manifest]:
    return _secret(user, password="la_sasl_password"), _secret(CA, ca__crt="kafka-ca.crt")  # noqa: S106 - a file's name


def _from_settings(user: str) -> Manifest:
    return {
        "envFrom": [{"configMapRef": {"name": "settings"}}],
        "env": [_named("LA_SASL_USERNAME", value=user)],
    }


def _deployment(service: Service) -> Manifest:
    name, user = service.name, clients()[service.name].user

    def probe(path: str, **more: int) -> Manifest:
        return {"httpGet": {"path": f"/health/{path}", "port": "http"}, **more}

    container = _container(
        "service",
        f"lederalliancen/{name}",
        {
            "ports": [_named("http", containerPort=PORT)],
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
        "labelSelector": {"matchLabels": _labels(name)},
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
        "selector": {"matchLabels": _labels(name)},
        "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": pod,
    }
    return _manifest("apps/v1", "Deployment", name, spec, _labels(name))


def _service(name: str) -> Manifest:
    ports = [_named("http", port=PORT, targetPort="http")]
    return _manifest("v1", "Service", name, {"selector": _labels(name), "ports": ports}, _labels(name))


def _budget(name: str) -> Manifest:
    """One at a time; with a single replica a node can still be emptied."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _labels(name)}}
    return _manifest("policy/v1", "PodDisruptionBudget", name, spec, _labels(name))


def _job(name: str, volumes: list[Manifest], **more: Any) -> Manifest:
    # Kafka or PostgreSQL may come up after it. A Job cannot be changed: it goes, so that the next may come.
    template = _pod(name, volumes, restartPolicy="OnFailure", **more)
    spec = {"backoffLimit": 20, "ttlSecondsAfterFinished": 3600, "template": template}
    return _manifest("batch/v1", "Job", name, spec, _labels(name))


def _topics_job() -> Manifest:
    more = {"command": ["lederalliancen", "topics"], **_from_settings(ADMINISTRATOR)}
    container = _container("topics", f"lederalliancen/{FRONT}", more, secrets=str(SECRETS))
    return _job("topics", [_secrets(*_of_kafka(ADMINISTRATOR))], containers=[container])


def _logins_sql() -> Manifest:
    data = {"logins.sql": (DEPLOY / "postgres" / "logins.sql").read_text("utf-8")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "logins", "labels": PART_OF}, "data": data}


def _migrate_job() -> Manifest:
    """Tables and roles first, then each login its password, as in compose."""
    migrate = {"command": ["lederalliancen", "migrate"]}
    psql = 'exec psql -X -q -v ON_ERROR_STOP=1 "$$(cat /run/secrets/admin_database_url)" -f /logins/logins.sql'
    urls = [_secret(of.name, la_database_url=f"{of.schema}_database_url") for of in services().values()]
    return _job(
        "migrate",
        [
            _secrets(_secret(OWNER, uri="la_database_url"), name="administrator"),
            _secrets(_secret(OWNER, uri="admin_database_url"), *urls, name="logins"),
            _named("sql", configMap={"name": "logins"}),
        ],
        initContainers=[_container("migrate", f"lederalliancen/{FRONT}", migrate, administrator=str(SECRETS))],
        containers=[
            _container("logins", "postgres:18.1", {"command": ["sh", "-c", psql]}, logins=str(SECRETS), sql="/logins")
        ],
    )


# Who reaches whom


def _policies() -> list[Manifest]:
    """Ours reach Kafka, the database and names; nobody reaches them. A site adds whom it knows: site/network.yaml."""
    dns = {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }
    return [
        _policy("names-alone", {"matchLabels": PART_OF}, policyTypes=["Ingress", "Egress"], egress=[dns]),
        _to("kafka", (*services(), "topics"), _pods({"strimzi.io/cluster": KAFKA}), KAFKA_PORT),
        _to("database", (*services(), "migrate"), _pods({"cnpg.io/cluster": DATABASE}), 5432),
    ]


def _policy(name: str, of: Manifest, **spec: Any) -> Manifest:
    return _manifest("networking.k8s.io/v1", "NetworkPolicy", name, {"podSelector": of, **spec})


def _pods(labels: dict[str, str]) -> Manifest:
    return {"podSelector": {"matchLabels": labels}}


def _those(names: Iterable[str]) -> Manifest:
    """Our pods of these names."""
    return {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": list(names)}]}


def _to(what: str, names: Iterable[str], peer: Manifest, port: int) -> Manifest:
    egress = [{"to": [peer], "ports": [{"port": port}]}]
    return _policy(f"to-{what}", _those(names), policyTypes=["Egress"], egress=egress)


def _routes() -> Manifest:
    """As deploy/Caddyfile, by the longest prefix. What is hidden is asked of the front under an address of nobody."""

    def rule(name: str, paths: Iterable[str], path: Manifest | None = None) -> Manifest:
        filters = [{"type": "URLRewrite", "urlRewrite": {"path": path}}] if path else []
        return {
            "matches": [{"path": {"type": "PathPrefix", "value": value}} for value in paths],
            **({"filters": filters} if filters else {}),
            "backendRefs": [_named(name, port=PORT)],
        }

    hidden = [
        f"{where}/{word.removesuffix('/*')}"
        for where in ("", *(f"/api/{name}" for name in services()))
        for word in HIDDEN
    ]
    rules = [rule(FRONT, hidden, {"type": "ReplaceFullPath", "replaceFullPath": "/-"})]
    for name, service in sorted(services().items()):
        rules.append(rule(name, [f"/api/{name}"], {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}))
        if name != FRONT and (words := first_words(service)):
            rules.append(rule(name, (f"/{word}" for word in words)))
    rules.append(rule(FRONT, ["/"]))
    spec = {"parentRefs": [{"name": "lederalliancen"}], "hostnames": [SITE], "rules": rules}
    return _manifest("gateway.networking.k8s.io/v1", "HTTPRoute", "lederalliancen", spec)


def _monitor() -> Manifest:
    endpoint = {
        "port": "http",
        "interval": "15s",
        "authorization": {"credentials": _named("metrics-token", key="la_metrics_token")},
        "honorLabels": True,  # `service` is ours
        "relabelings": [{"targetLabel": "job", "replacement": "lederalliancen"}],
    }
    spec = {"selector": {"matchLabels": PART_OF}, "endpoints": [endpoint]}
    return _manifest("monitoring.coreos.com/v1", "ServiceMonitor", "lederalliancen", spec)


def _rules() -> list[Manifest]:
    found = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
    return [
        _manifest(
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            f"lederalliancen-{file.stem}",
            YAML(typ="safe").load(file.read_text("utf-8")),
        )
        for file in found
    ]


# Examples: Kafka by Strimzi, PostgreSQL by CloudNativePG, replicas by KEDA


def _of_strimzi(kind: str, name: str, spec: Manifest) -> Manifest:
    return _manifest("kafka.strimzi.io/v1", kind, name, spec, {**PART_OF, "strimzi.io/cluster": KAFKA})


def _kafka() -> list[Manifest]:
    def listener(name: str, port: int, kind: str) -> Manifest:
        return _named(name, port=port, type=kind, tls=True, authentication={"type": "scram-sha-512"})

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


def _topics() -> list[Manifest]:
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


def _users(names: Iterable[str]) -> list[Manifest]:
    return [_user(clients()[name]) for name in names]


def _kommuner() -> list[Manifest]:
    return _users(sorted(clients().keys() - {*SERVICES}))


def _postgres() -> Manifest:
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
    return _manifest("postgresql.cnpg.io/v1", "Cluster", DATABASE, spec)


def _scaling(name: str) -> list[Manifest]:
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
        _manifest("keda.sh/v1alpha1", "TriggerAuthentication", user, login),
        _manifest("keda.sh/v1alpha1", "ScaledObject", name, spec),
    ]
