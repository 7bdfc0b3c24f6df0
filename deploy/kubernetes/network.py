"""Who reaches whom, and which path leads to which service. Pure."""

from collections.abc import Iterable
from typing import Any

from deploy.kubernetes.parts import DATABASE, KAFKA, KAFKA_PORT, PART_OF, SITE, Manifest, manifest, named
from deploy.site import FRONT, HIDDEN, PORT, first_words
from shared.service import services


def policies() -> list[Manifest]:
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
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, {"podSelector": of, **spec})


def _pods(labels: dict[str, str]) -> Manifest:
    return {"podSelector": {"matchLabels": labels}}


def _those(names: Iterable[str]) -> Manifest:
    """Our pods of these names."""
    return {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": list(names)}]}


def _to(what: str, names: Iterable[str], peer: Manifest, port: int) -> Manifest:
    egress = [{"to": [peer], "ports": [{"port": port}]}]
    return _policy(f"to-{what}", _those(names), policyTypes=["Egress"], egress=egress)


def routes() -> Manifest:
    """As deploy/Caddyfile, by the longest prefix. What is hidden is asked of the front under an address of nobody."""

    def rule(name: str, paths: Iterable[str], path: Manifest | None = None) -> Manifest:
        filters = [{"type": "URLRewrite", "urlRewrite": {"path": path}}] if path else []
        return {
            "matches": [{"path": {"type": "PathPrefix", "value": value}} for value in paths],
            **({"filters": filters} if filters else {}),
            "backendRefs": [named(name, port=PORT)],
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
    return manifest("gateway.networking.k8s.io/v1", "HTTPRoute", "lederalliancen", spec)


def of_site() -> list[Manifest]:
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


def gateway() -> Manifest:
    listener = named(
        "https", hostname=SITE, port=443, protocol="HTTPS", tls={"certificateRefs": [{"name": "site-certificate"}]}
    )
    spec = {"gatewayClassName": "gateway", "listeners": [listener]}
    return manifest("gateway.networking.k8s.io/v1", "Gateway", "lederalliancen", spec)
