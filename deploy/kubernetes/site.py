"""What a site fills in. Pure."""

from deploy.kubernetes.parts import SITE, Manifest, kustomization, literals, named
from shared.service import Service, services


def site() -> Manifest:
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
        return named(name, files=[f"{key}=secrets/{file}" for key, file in paths.items()])

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
    return kustomization(
        ["../overlays/three-replicas", "../examples/kafka", "../examples/postgres", "network.yaml", "gateway.yaml"],
        configMapGenerator=[named("settings", behavior="merge", literals=literals(told))],
        secretGenerator=[*map(of_service, services().values()), secret("shared", **shared), token],
        images=[
            named(f"lederalliancen/{name}", newName=f"registry.example.dk/lederalliancen/{name}") for name in services()
        ],
        replacements=[
            {
                "source": named("settings", kind="ConfigMap", fieldPath="data.LA_HOSTS"),
                "targets": [{"select": {"kind": kind}, "fieldPaths": [path]} for kind, path in hosts],
            }
        ],
    )
