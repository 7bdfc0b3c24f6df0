"""deploy/compose.yaml: taken by the compose schema, and each service finds there all that it asks for at its start."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.site import PORT
from shared import settings
from shared.service import services
from shared.settings import DatabaseSettings, KafkaSettings, Settings, load

DEPLOY = Path(__file__).parents[2] / "deploy"
FILE = DEPLOY / "compose.yaml"
COMPOSE: dict[str, Any] = YAML(typ="safe").load(FILE.read_text("utf-8"))
SAID = {"LA_SITE": "lederalliancen.example.dk", "LA_MAIL_FROM": "svar@lederalliancen.example.dk"}


def filled(text: str) -> str:
    """As compose fills in `${NAME}`, `${NAME:-default}` and `${NAME:?why}`."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda m: SAID.get(m[1], m[2] or ""), text)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As deploy/secrets.sh makes them."""
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> None:
    subprocess.run(["sh", DEPLOY / "secrets.sh", folder], check=True)


def mounted(name: str, secrets: Path, folder: Path) -> Path:
    """The /run/secrets of that container."""
    for one in COMPOSE["services"][name].get("secrets", ()):
        source, target = (one, one) if isinstance(one, str) else (one["source"], one["target"])
        shutil.copy(secrets / Path(COMPOSE["secrets"][source]["file"]).name, folder / target)
    return folder


def told(name: str, secrets: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SECRETS", mounted(name, secrets, folder))
    for variable, value in COMPOSE["services"][name].get("environment", {}).items():
        monkeypatch.setenv(variable, filled(value))


def test_the_compose_schema_takes_it() -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run([check, "--builtin-schema", "vendor.compose-spec", FILE], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", services())
def test_each_service_has_all_that_it_asks_for_and_its_own_login(
    name: str, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(name, secrets, tmp_path, monkeypatch)
    config, service = load(Settings), services()[name]
    service.require(config)
    settings.require(config, "session_key", "oidc_client", "oidc_client_secret", "public_url", "metrics_token")
    assert f"//la_{service.schema}:" in config.database_url.get_secret_value()
    assert set(COMPOSE["services"][name]["environment"]) <= known()
    assert (tmp_path / "la_master_key").exists() == (tmp_path / "la_smtp_url").exists() == service.people
    assert COMPOSE["services"][name]["build"]["args"] == {"SERVICE": name}


def known() -> set[str]:
    return {f"LA_{field.upper()}" for field in Settings.model_fields}


def test_topics_and_tables_are_made_with_what_they_need_and_before_the_services_start(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("topics", secrets, tmp_path, monkeypatch)
    told("migrate", secrets, tmp_path, monkeypatch)
    assert load(KafkaSettings).kafka_bootstrap == "kafka:9092"
    assert "//postgres:" in load(DatabaseSettings).database_url.get_secret_value()
    done = {"condition": "service_completed_successfully"}
    for name in services():
        assert COMPOSE["services"][name]["depends_on"] == {"topics": done, "logins": done}
    assert COMPOSE["services"]["logins"]["depends_on"] == {"migrate": done}


def test_every_secret_is_made_and_read_and_no_other_is(secrets: Path) -> None:
    read = {
        one if isinstance(one, str) else one["source"]
        for service in COMPOSE["services"].values()
        for one in service.get("secrets", ())
    }
    assert read == COMPOSE["secrets"].keys() == {file.name for file in secrets.iterdir()}


def test_making_secrets_again_leaves_those_that_are_there(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o444}
    (tmp_path / "metrics_token").unlink()
    make_secrets(tmp_path)
    after = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"metrics_token"}


def test_ours_may_write_nothing_and_only_the_site_is_open_to_the_world() -> None:
    for name in (*services(), "topics", "migrate"):
        service = COMPOSE["services"][name]
        assert (service["read_only"], service["cap_drop"], service.get("ports")) == (True, ["ALL"], None)
    open_ports = {
        name: ports
        for name, service in COMPOSE["services"].items()
        if (ports := [port for port in service.get("ports", ()) if not port.startswith("127.0.0.1:")])
    }
    assert open_ports == {"caddy": ["80:80", "443:443", "443:443/udp"]}


def test_prometheus_asks_all_five() -> None:
    config = YAML(typ="safe").load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    [job] = config["scrape_configs"]
    assert set(job["static_configs"][0]["targets"]) == {f"{name}:{PORT}" for name in services()}


def test_what_is_mounted_is_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
