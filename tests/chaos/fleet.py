"""Two replicas of each service, of one build or another, each always on its own port."""

import asyncio
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.processes import Processes
from shared.events.topics import SERVICES

REPLICAS = 2
STOPS_WITHIN, READY_WITHIN = 60.0, 240.0  # seconds; a machine may have other work


@dataclass(frozen=True)
class Build:
    """Code that lies in `root`, run by the interpreter whose programs are in `bin`."""

    name: str
    root: Path
    bin: Path

    @property
    def settings(self) -> dict[str, str]:
        """Its own code before what is installed beside that interpreter."""
        parts = [self.root, *sorted((self.root / "services").iterdir())]
        return {"PYTHONPATH": ":".join(map(str, parts)), "LA_BUILD": self.name}


class Fleet:
    """`settings`: of each service. Logs: one for each replica that was ever started."""

    def __init__(self, processes: Processes, settings: Mapping[str, Mapping[str, str]], first_port: int) -> None:
        self._processes, self._settings = processes, settings
        self._ports = {
            name: [first_port + i * REPLICAS + n for n in range(REPLICAS)] for i, name in enumerate(SERVICES)
        }
        self.urls = {name: [f"http://127.0.0.1:{port}" for port in ports] for name, ports in self._ports.items()}
        self._running: dict[tuple[str, int], str] = {}
        self.logs: list[Path] = []

    def start(self, service: str, n: int, build: Build) -> None:
        name = f"{service}-{n}-{len(self.logs)}-{build.name}"
        env = {**self._settings[service], **build.settings, "LA_HTTP_PORT": str(self._ports[service][n])}
        self._processes.start(name, [build.bin / service], env)
        self._running[service, n] = name
        self.logs.append(self._processes.log(name))

    async def stop(self, service: str, n: int) -> float:
        """In good order; how long it took."""
        name, begun = self._running.pop((service, n)), time.monotonic()
        self._processes.kill(name, signal.SIGTERM)
        async with asyncio.timeout(STOPS_WITHIN):
            while self._processes.alive(name):  # noqa: ASYNC110 - it is another process that ends
                await asyncio.sleep(0.05)
        return time.monotonic() - begun

    async def ready(self, service: str, n: int) -> float:
        """Wait until it is; how long that took. RuntimeError where it has died, or is not ready for long."""
        begun, name, said = time.monotonic(), self._running[service, n], "nothing"
        async with httpx.AsyncClient(timeout=10) as http:
            while self._processes.alive(name) and time.monotonic() - begun < READY_WITHIN:
                try:
                    answer = await http.get(f"{self.urls[service][n]}/health/ready")
                    if answer.is_success:
                        return time.monotonic() - begun
                    said = answer.text
                except httpx.TransportError as error:
                    said = repr(error)
                await asyncio.sleep(0.1)
        log = self._processes.log(name)
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        raise RuntimeError(f"{name} does not get ready: {said}\n{tail}")

    async def replace(self, service: str, n: int, build: Build) -> tuple[float, float]:
        """How long it took to stop, and then to be ready."""
        stopped = await self.stop(service, n)
        self.start(service, n, build)
        return stopped, await self.ready(service, n)

    async def idle(self, within: float) -> float:
        """Wait until nobody has anything to do; how long that took, or `within` where they still have."""
        begun = time.monotonic()
        async with httpx.AsyncClient(timeout=10) as http:
            while (took := time.monotonic() - begun) < within:
                try:
                    answers = [await http.get(f"{url}/health/ready") for urls in self.urls.values() for url in urls]
                except httpx.TransportError:
                    continue
                if all(answer.json().get("idle") for answer in answers):
                    return took
                await asyncio.sleep(0.1)
        return within
