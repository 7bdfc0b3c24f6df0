"""All that runs in a demo: Kafka, PostgreSQL, five services and the simulated kommuner, on fresh data."""
# ruff: noqa: S603 - starting programs is what this is for

import asyncio
import base64
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import asyncpg
import httpx

from deploy.demo import fresh
from deploy.demo.api import Api
from deploy.demo.calendar import Calendar
from deploy.demo.kommuner import SCRIPT
from deploy.local.ports import check_free
from deploy.local.postgres import login
from deploy.local.processes import Processes
from deploy.local.stack import Stack, StackError
from deploy.site import caddyfile
from shared.db import role_of

SERVICES = ("intake", "municipality-gateway", "matching", "followup", "metrics")
KOMMUNER = "kommuner"
SITE, POST = "site", "post"
PORTS = len(SERVICES) + 4
"""How many in a row it takes."""
BIN = Path(sys.executable).parent
Program = Callable[[str, Mapping[str, str]], list[str | Path]]
"""How one of our programs is started that is to have these settings."""
PATIENCE = 90.0  # seconds that it may take until all is quiet


def installed(name: str, _: Mapping[str, str]) -> list[str | Path]:
    """As it lies beside this interpreter."""
    return [BIN / name]


class World:
    """Services listen on `first_port` and the four after it; then the kommuner, the site of all pages, what shows the
    mail, and the mail server. It all begins at `start`.
    """

    calendar: Calendar

    def __init__(
        self,
        home: Path,
        start: datetime,
        first_port: int = 8001,
        kafka_port: int | None = None,
        *,
        script: Path = SCRIPT,
        settings: Mapping[str, str] = MappingProxyType({}),
        program: Program = installed,
    ) -> None:
        """`script`: who the simulated kommuner are; `settings`: others than the demo's, for all services."""
        self._program = program
        self.home, self._start, self._script, self._settings = home, start, script, settings
        self.shell = home / "demo.env"
        """While the demo is up: its settings, with the administrator's login, for a shell that wants to look around."""
        names = (*SERVICES, KOMMUNER, SITE, POST)
        self._smtp = first_port + len(names)
        self._ports = {name: first_port + i for i, name in enumerate(names)}
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in self._ports.items()}
        self._token_key = secrets.token_urlsafe(48)
        self.api = Api(self.urls, self._token_key)
        self.stack = Stack(home, kafka_port)
        self.processes = Processes(home)
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            fresh.forget(self.home)
            undo.enter_context(self.stack)
            for port in (*self._ports.values(), self._smtp):
                check_free(port, f"the demo, which takes {PORTS} ports from 8001 on: LA_DEMO_PORT=18001")
            self.calendar = Calendar(self.home / "clock", self._start)
            asyncio.run(fresh.check(self.stack.kafka, self.stack.database))
            env = {
                "LA_KAFKA_BOOTSTRAP": self.stack.kafka,
                "LA_DATABASE_URL": self.stack.database,
                "LA_TOKEN_KEY": self._token_key,
                "LA_OIDC_ISSUER": "",  # what the shell holds is not the demo's
                "LA_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
                "LA_CLOCK_FILE": str(self.calendar.file),
                "LA_PUBLIC_URL_INTAKE": self.urls["intake"],
                "LA_PUBLIC_URL": self.urls[SITE],
                "LA_PROXIES": "127.0.0.1",
                "LA_SMTP_URL": f"smtp://127.0.0.1:{self._smtp}",
                "LA_MAIL_FROM": "Lederalliancen <hej@lederalliancen.example>",
                "LA_ALLIANCE_PHONE": "+45 20 12 34 56",
                "LA_LOG_FORMAT": "json",
            } | dict(self._settings)
            self.shell.touch(mode=0o600)
            self.shell.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items()))
            undo.callback(self.shell.unlink, missing_ok=True)
            with ThreadPoolExecutor() as both:
                list(both.map(lambda command: self._prepare(command, env), ("migrate", "topics")))
            undo.enter_context(self.processes)
            for name, url in asyncio.run(logins(self.stack.database)).items():
                own = env | {"LA_DATABASE_URL": url, "LA_HTTP_PORT": str(self._ports[name])}
                self.processes.start(name, self._program(name, own), own)
            post = {"POST_PORT": str(self._ports[POST]), "POST_SMTP_PORT": str(self._smtp)}
            self.processes.start(POST, [sys.executable, "-m", "deploy.demo.post"], post)
            self.processes.start(SITE, [BIN / "caddy", "run", "--config", self._caddyfile()], self._own_folders())
            self.processes.start(KOMMUNER, [sys.executable, "-m", "deploy.demo.kommuner"], self._for_kommuner())
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def _prepare(self, command: str, env: Mapping[str, str]) -> None:
        program = self._program("lederalliancen", env)
        done = subprocess.run([*program, command], env={**os.environ, **env}, capture_output=True, text=True)
        if done.returncode:
            raise StackError(f"lederalliancen {command} failed:\n{done.stdout}{done.stderr}")

    def _caddyfile(self) -> Path:
        file = self.home / "Caddyfile"
        upstreams = {name: f"127.0.0.1:{self._ports[name]}" for name in SERVICES}
        file.write_text(caddyfile(self.urls[SITE], upstreams))
        return file

    def _own_folders(self) -> dict[str, str]:
        """Caddy writes nothing into anybody's home."""
        return {f"XDG_{kind}_HOME": str(self.home / "caddy" / kind.lower()) for kind in ("DATA", "CONFIG")}

    def _for_kommuner(self) -> dict[str, str]:
        tokens = {code: self.api.token("kommune", code) for code in json.loads(self._script.read_text())}
        return {
            "KOMMUNER_SCRIPT": str(self._script),
            "KOMMUNER_KAFKA": self.stack.kafka,
            "KOMMUNER_CLOCK_FILE": str(self.calendar.file),
            "KOMMUNER_TOKENS": json.dumps(tokens),
            "KOMMUNER_PORT": str(self._ports[KOMMUNER]),
        }

    # -- is all quiet? ---------------------------------------------------------------------------------------------

    async def health(self, name: str, http: httpx.AsyncClient) -> dict[str, Any]:
        """What it says of itself; where it cannot be asked, that it is not idle and why."""
        try:
            found: dict[str, Any] = (await http.get(f"{self.urls[name]}/health/ready", timeout=10)).json()
        except httpx.TransportError as error:
            return {"idle": False, "reasons": {"http": type(error).__name__}}
        return {"idle": False} | found

    async def quiet(self, http: httpx.AsyncClient) -> datetime | None:
        """Return when nothing is on its way any more; the next instant at which something is due.

        What one was about to tell the other as we looked shows at a second look: its `progress` has changed.
        """
        deadline, before = time.monotonic() + PATIENCE, None
        everybody = asked = [*SERVICES, KOMMUNER]
        while True:
            seen = dict(zip(asked, await asyncio.gather(*(self.health(name, http) for name in asked)), strict=True))
            busy = {name: state for name, state in seen.items() if not state["idle"]}
            progress = [state["progress"] for state in seen.values()] if asked == everybody and not busy else None
            if progress and progress == before:
                dues = [datetime.fromisoformat(state["next_due"]) for state in seen.values() if state["next_due"]]
                return min(dues, default=None)
            before = progress
            if dead := [name for name in busy if not self.processes.alive(name)]:
                self._check_alive(dead)
            if time.monotonic() > deadline:
                raise StackError(f"Not quiet after {PATIENCE:.0f} seconds: {busy}. Logs: {self.home / 'logs'}")
            # Being asked is work as well: as long as one is busy, only that one is asked again.
            asked = [*busy] or everybody
            await asyncio.sleep(0.03 if busy else 0)

    def _check_alive(self, dead: list[str]) -> None:
        log = self.processes.log(dead[0])
        end = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise StackError(f"{dead[0]} stopped. The end of its log, {log}:\n{end}")


async def logins(database: str, names: Sequence[str] = SERVICES) -> dict[str, str]:
    """Each service's own address of the database, with a password: an operator's server may ask for one."""
    urls = {}
    admin = await asyncpg.connect(database)
    try:
        for name in names:
            role, password = role_of(name), secrets.token_urlsafe(24)
            await admin.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
            urls[name] = login(database, role, password)
    finally:
        await admin.close()
    return urls
