"""One site of five services: each address belongs to one of them, and Caddy understands what is written for it."""

import json
import subprocess
import sys
from pathlib import Path

from deploy.site import FRONT, caddyfile, first_words
from shared.service import services

UPSTREAMS = {name: f"{name}:{service.port}" for name, service in services().items()}


def test_each_first_word_belongs_to_one_service() -> None:
    words = [word for service in services().values() for word in first_words(service)]
    assert len(words) == len({*words})


def test_caddy_understands_it_and_leads_each_first_word_to_its_service(tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_text(caddyfile("http://127.0.0.1:8007", UPSTREAMS))
    caddy = Path(sys.executable).with_name("caddy")
    adapted = subprocess.run([caddy, "adapt", "--config", file], capture_output=True, text=True, check=True)
    [server] = json.loads(adapted.stdout)["apps"]["http"]["servers"].values()
    [of_host] = server["routes"]
    routes = of_host["handle"][0]["routes"]
    leads = {path: route for route in routes for match in route.get("match", ()) for path in match["path"]}
    for name, service in services().items():
        assert f"{name}:{service.port}" in json.dumps(leads[f"/api/{name}/*"])
        assert f"/api/{name}/metrics" in leads
        for word in first_words(service) if name != FRONT else ():
            assert f"{name}:{service.port}" in json.dumps(leads[f"/{word}/*"])
    assert UPSTREAMS[FRONT] in json.dumps(routes[-1])
