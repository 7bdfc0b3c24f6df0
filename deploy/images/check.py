"""Build the five images, start them as they would be in production, and play S05 against them: `make images-check`.

Each runs as nobody, on a root file system that cannot be written, without a capability. Kafka, PostgreSQL and the
simulated kommuner are processes beside them, on the ports of the demo.
"""
# ruff: noqa: S603 - starting the engine is what this is for

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from deploy.demo import show
from deploy.demo.__main__ import START, first_port
from deploy.demo.driver import play
from deploy.demo.stories import s05
from deploy.demo.world import World
from deploy.images.__main__ import ROOT, SERVICES, ImagesError, build, engine, image
from deploy.images.base import base
from deploy.local.stack import StackError

TAG = "check"
STOPS_WITHIN = 8.0  # seconds; an engine kills after ten
CLOSED = ("--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges")


class Containers:
    """Our programs in containers, for a World; `home` is the World's."""

    def __init__(self, by: str, home: Path) -> None:
        self._by, self._home = by, home

    def __call__(self, name: str, env: Mapping[str, str]) -> list[str | Path]:
        # The database's socket, and the folder of the clock, whose file is replaced.
        sockets = parse_qs(urlsplit(env["LA_DATABASE_URL"]).query).get("host", [])
        folders = {str(self._home), *(place for place in sockets if place.startswith("/"))}
        options = [f"--volume={folder}:{folder}:ro" for folder in sorted(folders)]
        options += [f"--env={setting}" for setting in env]
        command: list[str | Path] = [self._by, "run", "--rm", "--network=host", *CLOSED, *options]
        if name in SERVICES:
            return [*command, "--env=LA_HTTP_HOST=127.0.0.1", f"--name={self.named(name)}", image(name, TAG)]
        return [*command, image(SERVICES[0], TAG), name]

    def named(self, service: str) -> str:
        return f"lederalliancen-{os.getpid()}-{service}"

    def ask(self, *words: str) -> str:
        done = subprocess.run([self._by, *words], capture_output=True, text=True)
        if done.returncode:
            raise ImagesError(f"{self._by} {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def healthy(self, service: str) -> None:
        """By the image's own HEALTHCHECK, which not every engine asks by itself."""
        test = json.loads(self.ask("image", "inspect", "--format", "{{json .Config.Healthcheck}}", image(service, TAG)))
        self.ask("exec", self.named(service), *test["Test"][1:])

    def stops(self, service: str) -> None:
        """In good order, when it is asked to."""
        begun = time.monotonic()
        self.ask("stop", "-t", "10", self.named(service))
        if (took := time.monotonic() - begun) > STOPS_WITHIN:
            raise ImagesError(f"{service} took {took:.1f} seconds to stop: it does not hear SIGTERM")

    def remove(self) -> None:
        """Whatever still runs."""
        subprocess.run([self._by, "rm", "--force", *map(self.named, SERVICES)], capture_output=True)


def check() -> bool:
    by = engine(("podman", "docker"))
    build(by, TAG, ["--build-arg", f"PYTHON={base(by)}", "--network=host"])
    home = ROOT / ".local" / "images"
    containers = Containers(by, home)
    screen = show.Screen()
    try:
        with World(home, START, first_port(), program=containers) as world:
            with screen.live():
                plays = asyncio.run(play(world, screen.show, [s05.STORY]))
            show.table(plays)
            show.unexpected(plays)
            for service in SERVICES:
                containers.healthy(service)
            for service in SERVICES:
                containers.stops(service)
            show.console.print("Each is healthy by its own HEALTHCHECK, and stops when it is asked to")
    finally:
        containers.remove()
    return all(one.ok for one in plays)


if __name__ == "__main__":
    try:
        sys.exit(0 if check() else 1)
    except (ImagesError, StackError) as error:
        sys.exit(str(error))
