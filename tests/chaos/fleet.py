"""Two replicas of each service, of one build or another, each always on its own port."""

import asyncio
import base64
import secrets
import signal
import time
from pathlib import Path

import httpx

from deploy.demo.__main__ import START
from deploy.demo.calendar import Calendar
from deploy.demo.world import logins
from deploy.local.processes import Processes
from deploy.local.stack import Stack
from shared.events.topics import SERVICES
from tests.chaos.builds import Build
from tests.conftest import free_ports
from tests.leaks.country import UNLIMITED

REPLICAS = 2
ORDER = ("metrics", "followup", "matching", "municipality-gateway", "intake")
"""Whoever hears before whoever says (ADR 9)."""
EVERYBODY = [(service, n) for service in ORDER for n in range(REPLICAS)]
STOPS_WITHIN, READY_WITHIN = 60.0, 240.0  # seconds; a machine may have other work


class Fleet:
    """`settings` are an administrator's; each service has its own login. A log for each replica ever started."""

    def __init__(self, stack: Stack, processes: Processes, home: Path) -> None:
        self.stack, self._processes = stack, processes
        self.calendar = Calendar(home / "clock", START)
        self.token_key = secrets.token_urlsafe(48)
        self.settings = UNLIMITED | {
            "LA_KAFKA_BOOTSTRAP": stack.kafka,
            "LA_DATABASE_URL": stack.database,
            "LA_TOKEN_KEY": self.token_key,
            "LA_OIDC_ISSUER": "",  # what the shell holds is not ours
            "LA_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LA_CLOCK_FILE": str(self.calendar.file),
            "LA_PUBLIC_URL_INTAKE": "https://intake.example.dk",
            "LA_LOG_FORMAT": "json",
        }
        first = free_ports(len(SERVICES) * REPLICAS)
        self._ports = {at: first + i for i, at in enumerate(EVERYBODY)}
        self.urls = {name: [f"http://127.0.0.1:{self._ports[name, n]}" for n in range(REPLICAS)] for name in SERVICES}
        self._logins: dict[str, str] = {}
        self._running: dict[tuple[str, int], str] = {}
        self.logs: list[Path] = []

    async def begin(self, build: Build) -> None:
        """Tables, topics and all replicas, of that build."""
        await asyncio.to_thread(build.prepare, self.settings)
        self._logins = await logins(self.stack.database)
        for service, n in EVERYBODY:
            self.start(service, n, build)
        for service, n in EVERYBODY:
            await self.ready(service, n)

    def start(self, service: str, n: int, build: Build) -> None:
        name = f"{service}-{n}-{len(self.logs)}-{build.name}"
        own = {"LA_DATABASE_URL": self._logins[service], "LA_HTTP_PORT": str(self._ports[service, n])}
        self._processes.start(name, [build.bin / service], self.settings | build.settings | own)
        self._running[service, n] = name
        self.logs.append(self._processes.log(name))

    async def stop(self, service: str, n: int, by: signal.Signals = signal.SIGTERM) -> None:
        """Returns when it is gone."""
        name = self._running.pop((service, n))
        self._processes.kill(name, by)
        async with asyncio.timeout(STOPS_WITHIN):
            while self._processes.alive(name):  # noqa: ASYNC110 - it is another process that ends
                await asyncio.sleep(0.05)

    async def ready(self, service: str, n: int) -> None:
        """Wait until it is. RuntimeError where it has died, or is not for long."""
        begun, name, said = time.monotonic(), self._running[service, n], "nothing"
        async with httpx.AsyncClient(timeout=10) as http:
            while self._processes.alive(name) and time.monotonic() - begun < READY_WITHIN:
                try:
                    answer = await http.get(f"{self.urls[service][n]}/health/ready")
                    if answer.is_success:
                        return
                    said = answer.text
                except httpx.TransportError as error:
                    said = repr(error)
                await asyncio.sleep(0.1)
        tail = "\n".join(self._processes.log(name).read_text(errors="replace").splitlines()[-5:])
        raise RuntimeError(f"{name} does not get ready: {said}\n{tail}")

    async def replace(self, service: str, n: int, build: Build, by: signal.Signals) -> None:
        await self.stop(service, n, by)
        self.start(service, n, build)
        await self.ready(service, n)

    async def idle(self, within: float) -> float:
        """Wait until nobody has anything to do; how long that took, or `within` where somebody still has."""
        begun = time.monotonic()
        async with httpx.AsyncClient(timeout=10) as http:
            while (took := time.monotonic() - begun) < within:
                try:
                    answers = [await http.get(f"{url}/health/ready") for urls in self.urls.values() for url in urls]
                    if all(answer.json().get("idle") for answer in answers):
                        return took
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        return within

    async def figures(self) -> str:
        """What metrics shows to Prometheus."""
        async with httpx.AsyncClient(timeout=10) as http:
            return (await http.get(f"{self.urls['metrics'][0]}/metrics")).text
