"""One site of five services: each address belongs to one of them, and Caddy understands what is written for it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.site import FRONT, caddyfile, first_words, for_compose
from shared.service import services

ROOT = Path(__file__).parents[2]
UPSTREAMS = {name: f"{name}:{service.port}" for name, service in services().items()}


def test_each_first_word_belongs_to_one_service() -> None:
    words = [word for service in services().values() for word in first_words(service)]
    assert len(words) == len({*words})


def test_caddy_understands_it_and_leads_each_first_word_to_its_service(tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_text(caddyfile("http://127.0.0.1:8007", UPSTREAMS))
    [server] = adapted(file)["apps"]["http"]["servers"].values()
    [of_host] = server["routes"]
    routes = of_host["handle"][0]["routes"]
    leads = {path: route for route in routes for match in route.get("match", ()) for path in match["path"]}
    for name, service in services().items():
        assert f"{name}:{service.port}" in json.dumps(leads[f"/api/{name}/*"])
        assert f"/api/{name}/metrics" in leads
        assert "404" in json.dumps(leads[f"/api/{name}/health/*"])
        for word in first_words(service) if name != FRONT else ():
            assert f"{name}:{service.port}" in json.dumps(leads[f"/{word}/*"])
    assert UPSTREAMS[FRONT] in json.dumps(routes[-1])
    assert "404" in json.dumps(leads["/metrics"])
    assert "404" in json.dumps(leads["/health/*"])


def test_what_compose_gives_to_caddy_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    file = ROOT / "deploy" / "Caddyfile"
    assert file.read_text("utf-8") == for_compose(), "python -m deploy.site > deploy/Caddyfile"
    monkeypatch.setenv("LA_SITE", "lederalliancen.example.dk")
    [server] = adapted(file)["apps"]["http"]["servers"].values()
    hosts = {host for route in server["routes"] for host in route["match"][0]["host"]}
    assert hosts == {"lederalliancen.example.dk", "login.lederalliancen.example.dk"}


def adapted(file: Path) -> Any:
    """As Caddy understands it."""
    caddy = Path(sys.executable).with_name("caddy")
    done = subprocess.run(
        [caddy, "adapt", "--adapter", "caddyfile", "--config", file], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)
