"""All of it on Kubernetes, as manifests by file name, from what services, topics and rights declare. Pure.

How it is put to use: docs/runbooks/install.md.
"""

from collections.abc import Iterable
from importlib.metadata import version

from deploy.kubernetes import examples, monitoring, network, workloads
from deploy.kubernetes.parts import KAFKA, KAFKA_PORT, Manifest, kustomization, literals, named
from deploy.kubernetes.site import site
from shared.events.topics import SERVICES
from shared.service import services
from shared.settings import SECRETS


def files() -> dict[str, list[Manifest]]:
    """`base/intake.yaml` -> what stands in it."""
    base = {
        "namespace": [workloads.namespace()],
        **{
            name: [workloads.deployment(service), workloads.service(name), workloads.budget(name)]
            for name, service in services().items()
        },
        "jobs": [workloads.topics_job(), workloads.logins_sql(), workloads.migrate_job()],
        "network": network.policies(),
        "routes": [network.routes()],
        "monitoring": [monitoring.monitor(), *monitoring.rules()],
    }
    return {
        **{f"base/{name}.yaml": found for name, found in base.items()},
        "base/kustomization.yaml": [_base(base)],
        "overlays/small/kustomization.yaml": [_overlay(1)],
        "overlays/three-replicas/kustomization.yaml": [_overlay(3)],
        "site/kustomization.yaml": [site()],
        "site/network.yaml": network.of_site(),
        "site/gateway.yaml": [network.gateway()],
        **_example(
            "kafka",
            cluster=examples.kafka(),
            topics=examples.topics(),
            services=examples.users(SERVICES),
            kommuner=examples.kommuner(),
        ),
        **_example("postgres", cluster=[examples.postgres()]),
        **_example("scaling", scaling=[found for name in SERVICES for found in monitoring.scaling(name)]),
    }


def _base(names: Iterable[str]) -> Manifest:
    told = {
        "LA_KAFKA_BOOTSTRAP": f"{KAFKA}-kafka-bootstrap:{KAFKA_PORT}",
        "LA_SECURITY_PROTOCOL": "SASL_SSL",
        "LA_SSL_CAFILE": f"{SECRETS}/kafka-ca.crt",
        "LA_OIDC_AUDIENCE": "lederalliancen",
        "LA_OIDC_CLIENT": "pages",
    }
    return kustomization(
        (f"{name}.yaml" for name in names),
        configMapGenerator=[named("settings", literals=literals(told))],
        images=[named(f"lederalliancen/{name}", newTag=version("lederalliancen")) for name in services()],
    )


def _overlay(replicas: int) -> Manifest:
    return kustomization(["../../base"], replicas=[{"name": name, "count": replicas} for name in services()])


def _example(folder: str, **content: list[Manifest]) -> dict[str, list[Manifest]]:
    where = f"examples/{folder}"
    return {
        f"{where}/kustomization.yaml": [kustomization(f"{name}.yaml" for name in content)],
        **{f"{where}/{name}.yaml": found for name, found in content.items()},
    }
