"""deploy/kubernetes: as the code writes it, taken strictly, and each service finds there all that it asks for."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from deploy.kubernetes.__main__ import FOLDER, written
from deploy.kubernetes.manifests import files
from deploy.kubernetes.parts import DEPLOY
from deploy.site import FRONT, PORT, first_words
from shared import settings
from shared.events.administration import config_of
from shared.events.rights import Right, clients
from shared.events.topics import BY_NAME, consumed_by
from shared.service import services
from shared.settings import DatabaseSettings, KafkaSettings, Settings, load

VERSION = "1.33"
OTHERS = (
    "kafka.strimzi.io/",
    "postgresql.cnpg.io/",
    "keda.sh/",
    "monitoring.coreos.com/",
    "gateway.networking.k8s.io/",
)
WRITTEN = files()
ALL = [manifest for found in WRITTEN.values() for manifest in found]
KUSTOMIZED = {Path(name).parent: found[0] for name, found in WRITTEN.items() if name.endswith("/kustomization.yaml")}
BASE, SITE = KUSTOMIZED[Path("base")], KUSTOMIZED[Path("site")]


def of_kind(kind: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in ALL if one["kind"] == kind}


PODS = {name: one["spec"]["template"] for kind in ("Deployment", "Job") for name, one in of_kind(kind).items()}


def containers(name: str) -> list[Any]:
    spec = PODS[name]["spec"]
    return [*spec.get("initContainers", ()), *spec["containers"]]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As deploy/secrets.sh makes them."""
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run(["sh", DEPLOY / "secrets.sh", folder], check=True)
    return folder


def values(secret: str, secrets: Path) -> dict[str, str]:
    """What lies in it: of the site's making, Strimzi's or CloudNativePG's."""
    if secret in of_kind("KafkaUser"):
        return {"password": "of-" + secret}
    if secret in {f"{name}-cluster-ca-cert" for name in of_kind("Kafka")}:
        return {"ca.crt": Path(certifi.where()).read_text("utf-8")}
    if secret in {f"{name}-app" for name in of_kind("Cluster")}:
        return {"uri": "postgresql://lederalliancen:of-cnpg@postgres-rw.lederalliancen:5432/lederalliancen"}
    [made] = [one for one in SITE["secretGenerator"] if one["name"] == secret]
    pairs = [file.split("=") for file in made["files"]]
    return {key: (secrets / Path(file).name).read_text("utf-8") for key, file in pairs}


def mounted(name: str, container: Any, secrets: Path, folder: Path) -> Path:
    """The /run/secrets of that container."""
    [volume] = [one["name"] for one in container["volumeMounts"] if one["mountPath"] == "/run/secrets"]
    [found] = [one for one in PODS[name]["spec"]["volumes"] if one["name"] == volume]
    for source in found["projected"]["sources"]:
        content = values(source["secret"]["name"], secrets)
        for item in source["secret"].get("items", [{"key": key, "path": key} for key in content]):
            (folder / item["path"]).write_text(content[item["key"]], encoding="utf-8")
    return folder


def environment(container: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        for made in (*BASE["configMapGenerator"], *SITE["configMapGenerator"]):
            assert made["name"] == source["configMapRef"]["name"]
            told |= dict(literal.split("=", 1) for literal in made["literals"])
    return told | {one["name"]: one["value"] for one in container.get("env", ())}


def told(name: str, container: Any, secrets: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SECRETS", mounted(name, container, secrets, folder))
    for variable, value in environment(container).items():
        monkeypatch.setenv(variable, value.replace("/run/secrets", str(folder)))


def test_what_is_committed_is_what_the_code_writes() -> None:
    ours = {name.split("/")[0] for name in WRITTEN}  # a site of somebody's own may stand beside them
    there = [file for folder in ours for file in (FOLDER / folder).rglob("*.yaml")]
    committed = {str(file.relative_to(FOLDER)): file.read_text("utf-8") for file in there}
    assert committed == {name: written(found) for name, found in WRITTEN.items()}, "make kubernetes"


@pytest.mark.parametrize("name", [name for name in WRITTEN if not name.endswith("/kustomization.yaml")])
def test_every_manifest_is_valid(name: str) -> None:
    for manifest in YAML(typ="safe").load_all((FOLDER / name).read_text("utf-8")):
        if manifest["apiVersion"].startswith(OTHERS):
            assert manifest.keys() == {"apiVersion", "kind", "metadata", "spec"}
            assert manifest["spec"]
            assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", manifest["metadata"]["name"])
        else:
            kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_a_manifest_with_a_field_too_many_is_refused() -> None:
    service = of_kind("Service")[FRONT]
    wrong = service | {"spec": service["spec"] | {"port": PORT}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def test_what_kustomize_is_to_put_together_is_there() -> None:
    for folder, found in KUSTOMIZED.items():
        for resource in found["resources"]:
            there = FOLDER / folder / resource
            assert (there / "kustomization.yaml" if there.is_dir() else there).is_file()
        files_of = {file.name for file in (FOLDER / folder).glob("*.yaml")} - {"kustomization.yaml"}
        assert files_of <= {*found["resources"]}


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not on the PATH")
def test_a_site_is_put_together_by_kustomize(tmp_path: Path, secrets: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "kubernetes", ignore=shutil.ignore_patterns("secrets", "__pycache__"))
    site = tmp_path / "kubernetes" / "site"
    shutil.copytree(secrets, site / "secrets")
    own = site / "kustomization.yaml"
    own.write_text(own.read_text("utf-8").replace("LA_HOSTS=lederalliancen.example.dk", "LA_HOSTS=unge.example.dk"))
    made = list(YAML(typ="safe").load_all(kustomized(site)))
    assert {one["metadata"].get("namespace", "lederalliancen") for one in made} == {"lederalliancen"}
    there = {(one["kind"], one["metadata"]["name"]): one for one in made}
    for name in services():
        pod = there["Deployment", name]["spec"]
        assert pod["replicas"] == 3
        [container] = pod["template"]["spec"]["containers"]
        assert re.fullmatch(rf"registry\.example\.dk/lederalliancen/{name}:\d+\.\d+\.\d+", container["image"])
        assert ("ConfigMap", container["envFrom"][0]["configMapRef"]["name"]) in there
        of_site = [one["secret"]["name"] for one in pod["template"]["spec"]["volumes"][1]["projected"]["sources"][:3]]
        assert {("Secret", secret) for secret in of_site} <= there.keys()
    assert there["HTTPRoute", "lederalliancen"]["spec"]["hostnames"] == ["unge.example.dk"]
    assert there["Gateway", "lederalliancen"]["spec"]["listeners"][0]["hostname"] == "unge.example.dk"
    for folder in ("overlays/small", "examples/scaling"):
        assert kustomized(FOLDER / folder)


def kustomized(folder: Path) -> str:
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", services())
def test_each_service_has_all_that_it_asks_for_and_its_own_logins(
    name: str, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [container] = containers(name)
    told(name, container, secrets, tmp_path, monkeypatch)
    config, service = load(Settings), services()[name]
    service.require(config)
    settings.require(config, "session_key", "oidc_client", "oidc_client_secret", "public_url", "metrics_token")
    assert f"//la_{service.schema}:" in config.database_url.get_secret_value()
    assert config.sasl_username == clients()[name].user
    assert config.sasl_password
    assert config.sasl_password.get_secret_value() == f"of-{clients()[name].user}"
    assert (tmp_path / "la_master_key").exists() == service.people
    assert (tmp_path / "la_smtp_url").exists() == bool(service.mails)
    assert container["image"] == f"lederalliancen/{name}"
    for probe, path in (("startupProbe", "live"), ("livenessProbe", "live"), ("readinessProbe", "ready")):
        assert container[probe]["httpGet"] == {"path": f"/health/{path}", "port": "http"}


def test_topics_and_tables_are_made_with_what_they_need(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "migrate").mkdir()
    told("topics", containers("topics")[0], secrets, tmp_path / "topics", monkeypatch)
    assert (
        load(KafkaSettings).sasl_username in of_kind("Kafka")["kafka"]["spec"]["kafka"]["authorization"]["superUsers"]
    )
    told("migrate", containers("migrate")[0], secrets, tmp_path / "migrate", monkeypatch)
    assert "//lederalliancen:" in load(DatabaseSettings).database_url.get_secret_value()


def test_each_login_gets_its_password_after_it_was_made(secrets: Path, tmp_path: Path) -> None:
    [first, second] = containers("migrate")
    assert (first["command"], second["name"]) == (["lederalliancen", "migrate"], "logins")
    mounted("migrate", second, secrets, tmp_path)
    read = set(re.findall(r"/run/secrets/(\w+)", of_kind("ConfigMap")["logins"]["data"]["logins.sql"]))
    assert {file.name for file in tmp_path.iterdir()} == read | {"admin_database_url"}


@pytest.mark.parametrize("name", PODS)
def test_ours_may_write_nothing_and_are_nobody(name: str) -> None:
    spec = PODS[name]["spec"]
    assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
    may = spec["securityContext"]
    assert (may["runAsNonRoot"], may["runAsUser"], may["seccompProfile"]) == (True, 65534, {"type": "RuntimeDefault"})
    for container in containers(name):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"].keys() == {"requests", "limits"}


def of_policies(name: str, way: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Which rules open that way for its pods, and the ports."""
    for policy, found in of_kind("NetworkPolicy").items():
        selector, labels = found["spec"]["podSelector"], PODS[name]["metadata"]["labels"]
        wanted = selector.get("matchLabels", {})
        among = {one["key"]: one["values"] for one in selector.get("matchExpressions", ())}
        if wanted.items() <= labels.items() and all(labels[key] in names for key, names in among.items()):
            for rule in found["spec"].get(way, ()):
                yield policy, tuple(port["port"] for port in rule["ports"])


@pytest.mark.parametrize("name", PODS)
def test_each_reaches_what_it_needs_and_nothing_else(name: str) -> None:
    service = services().get(name)
    needs: dict[str, tuple[int, ...]] = {"names-alone": (53, 53)}
    needs |= {"to-kafka": (9093,)} if name != "migrate" else {}
    needs |= {"to-database": (5432,)} if name != "topics" else {}
    needs |= {"to-issuer": (443,)} if service else {}
    needs |= {"to-mail": (465,)} if service and service.mails else {}
    assert dict(of_policies(name, "egress")) == needs
    by = {"from-gateway": (PORT,), "from-monitoring": (PORT,)} if service else {}
    assert dict(of_policies(name, "ingress")) == by
    shut = of_kind("NetworkPolicy")["names-alone"]["spec"]
    assert (shut["policyTypes"], "ingress" in shut) == (["Ingress", "Egress"], False)


def led(path: str) -> tuple[str, str]:
    """The service that answers it, and under which address: the longest prefix, word by word, goes first."""
    [route] = of_kind("HTTPRoute").values()
    rules = [(match["path"]["value"], rule) for rule in route["spec"]["rules"] for match in rule["matches"]]
    fitting = [(prefix, rule) for prefix, rule in rules if f"{path}/".startswith(f"{prefix.rstrip('/')}/")]
    prefix, rule = max(fitting, key=lambda found: len(found[0]))
    [answers] = rule["backendRefs"]
    for one in rule.get("filters", ()):
        new = one["urlRewrite"]["path"]
        path = new.get("replaceFullPath") or new["replacePrefixMatch"].rstrip("/") + path.removeprefix(prefix)
    return answers["name"], path


def test_each_address_leads_to_its_service_and_what_operators_ask_to_nobody() -> None:
    for name, service in services().items():
        assert led(f"/api/{name}/places/1") == (name, "/places/1")
        for word in first_words(service):
            assert led(f"/{word}") == (name, f"/{word}")
            assert led(f"/{word}/1") == (name, f"/{word}/1")
        for where in ("", f"/api/{name}"):
            for hidden in ("/metrics", "/health/live", "/health/ready"):
                assert led(where + hidden) == (FRONT, "/-")
    [route] = of_kind("HTTPRoute").values()
    assert len(route["spec"]["rules"]) <= 16  # the most that Gateway API takes
    assert led("/") == (FRONT, "/")
    assert led("/static/site.css") == (FRONT, "/static/site.css")


def test_every_topic_is_there_as_declared() -> None:
    days = KafkaSettings.model_fields["retention_days"].default
    declared = {name: {"partitions": of.partitions, "config": config_of(of, days)} for name, of in BY_NAME.items()}
    assert {name: one["spec"] for name, one in of_kind("KafkaTopic").items()} == declared


def test_every_client_may_what_is_declared_and_no_more() -> None:
    users = of_kind("KafkaUser")
    [administrator] = users.keys() - {client.user for client in clients().values()}
    assert administrator == "la-admin"
    for client in clients().values():
        spec = users[client.user]["spec"]
        given = set()
        for acl in spec["authorization"]["acls"]:
            of, [operation] = acl["resource"], acl["operations"]
            assert of["patternType"] == ("prefix" if of["type"] == "group" else "literal")
            given.add(Right(of["type"], of["name"], operation.lower()))
        assert given == client.rights
        assert spec["quotas"] == {"producerByteRate": client.writes, "consumerByteRate": client.reads}


def test_replicas_follow_the_lag_of_every_group_of_a_service() -> None:
    for name in services():
        spec = of_kind("ScaledObject")[name]["spec"]
        assert spec["scaleTargetRef"] == {"name": name}
        triggers = [one["metadata"] for one in spec["triggers"]]
        assert len({one["consumerGroup"] for one in triggers}) == len(triggers) == len(consumed_by(name))
        for one in triggers:
            assert one["consumerGroup"].startswith(clients()[name].group)
            assert one.get("topic", "k.0561.replies.v1") in {right.name for right in clients()[name].rights}
        login = of_kind("TriggerAuthentication")[clients()[name].user]["spec"]
        assert {one["name"] for one in login["env"]} <= environment(containers(name)[0]).keys()


def test_prometheus_asks_all_five_and_has_all_rules() -> None:
    [monitor] = of_kind("ServiceMonitor").values()
    for name in services():
        service = of_kind("Service")[name]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    token = monitor["spec"]["endpoints"][0]["authorization"]["credentials"]
    [made] = [one for one in SITE["secretGenerator"] if one["name"] == token["name"]]
    assert made["options"] == {"disableNameSuffixHash": True}
    assert made["files"][0].startswith(token["key"] + "=")
    assert len(of_kind("PrometheusRule")) == len(list((DEPLOY / "prometheus" / "rules").glob("*.yml")))
