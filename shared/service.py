"""A service: what is its own (name, decisions, routes) put together with the spine, HTTP, health and metrics.

Each service has one `service = Service(...)` in its `app.py`, which is also all that shared code knows of it.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib import metadata
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import APIRouter, Depends, FastAPI

from shared import db, log, settings, tracing
from shared.db import Connection
from shared.events.base import Event
from shared.mail import rows as mail
from shared.mail.letters import Mails
from shared.people.vault import Erased, Person, Renew, Vault, sealed_before
from shared.runtime import Collect, MayFire, Runtime, hopeless
from shared.settings import OwnSettings, Settings
from shared.spine import envelope
from shared.spine.batch import BUILD, OnRefused, Parsed, Rulebook, Writer
from shared.spine.engine import Spine
from shared.spine.envelope import Record
from shared.spine.lifting import Forgetting
from shared.spine.work import NOWHERE, Command, Handlers, Public
from shared.web import access, docs, edge, operations
from shared.web.dependencies import known_filters
from shared.web.limits import Limits
from shared.web.pages import site
from shared.web.pages.login import Logins
from shared.web.pages.router import Pages
from shared.web.server import patience

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Service:
    """What a service is: `port` is its own default; the hooks are for the services that need them."""

    name: str
    port: int
    handlers: Handlers
    router: APIRouter
    migrations: Path
    """Its own folder of SQL files, after the spine's."""
    pages: Pages | None = None
    """What people see of it; templates lie in `<package>/templates`."""
    logins: Logins | None = None
    """Leaders whom one may be in a local run."""
    writers: dict[type, Writer] = field(default_factory=dict)
    parse: Callable[[Record], Parsed] = envelope.parse
    on_refused: OnRefused | None = None
    may_fire: MayFire | None = None
    collect: Collect | None = None
    prune: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Settings without which it cannot decide, by their names in `OwnSettings`."""
    erase: Callable[[str], Command] | None = None
    """For a service that keeps people's contact data: the command that forgets the person of that id."""
    erased: tuple[type[Event], ...] = ()
    """What it says then; the subject is that person."""
    mails: Mails | None = None
    """For a service that tells its people by mail; whom it writes to lies in its vault."""
    renew: Renew | None = None
    """For one that keeps keyed hashes of its own: how they follow when the master key is another one."""
    rebuild: "Callable[[Service, Settings, Callable[[str], Any]], Awaitable[str]] | None" = None
    """For a projection: build it anew from the event stream; says how it goes, and returns what it did."""

    @property
    def schema(self) -> str:
        return db.schema_of(self.name)

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def people(self) -> bool:
        """Keeps contact data of people."""
        return self.erase is not None

    async def migrate(self, url: str, *, schema: str | None = None) -> None:
        """Bring its tables up to date; `url` is an administrator's."""
        folders = [MIGRATIONS / "spine", *([MIGRATIONS / "people"] if self.people else [])]
        folders += [*([MIGRATIONS / "mail"] if self.mails else []), self.migrations]
        await db.migrate(url, self.name, folders, schema=schema)

    def require(self, config: OwnSettings) -> None:
        """Exits with one line where a setting that this service needs is missing."""
        settings.require(config, *(("master_key",) if self.people else ()), *self.needs)

    def vault(self, config: OwnSettings) -> Vault | None:
        keys = [key.get_secret_value() for key in (config.master_key, config.old_master_key) if key]
        return Vault(*keys) if self.people and config.master_key else None

    def forgetting(self, spine: Spine) -> Forgetting:
        """How those are erased here, too, of whom Kafka says that they were erased."""
        return Forgetting(frozenset(event.TYPE for event in self.erased), partial(self._forget, spine))

    async def _forget(self, spine: Spine, erased: Mapping[UUID, datetime]) -> int:
        people = await sealed_before(spine.pool, erased)
        if self.erase and people:
            await spine.execute_all([self.erase(str(person)) for person in people], by="replayed")
        return len(people)

    def book(self, config: OwnSettings) -> Rulebook:
        """Its decisions; people's data are sealed and erased in the transaction that says so."""
        vault = self.vault(config)
        return Rulebook(
            self.name,
            self.handlers,
            self.writers | (_writers(vault) if vault else {}) | (_mail_writer(config) if self.mails else {}),
            self.parse,
            self.on_refused,
            (*self.prune, *(mail.PRUNE if self.mails else ())),
            Public((config.public_url_intake or NOWHERE.intake_url).rstrip("/"), config.alliance_phone),
        )

    def runtime(self, config: Settings) -> Runtime:
        """One replica, not started."""
        return Runtime(
            self.book(config),
            config,
            vault=self.vault(config),
            forgetting=self.forgetting if self.people else None,
            may_fire=self.may_fire,
            collect=self.collect,
            mails=self.mails,
        )

    def app(self, config: Settings) -> FastAPI:
        """The HTTP application; starting it starts consuming, relaying and the timers."""

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with self.runtime(config) as runtime:
                app.state.runtime = runtime
                yield

        app = FastAPI(
            title=f"Lederalliancen: {self.name}",
            version="1",
            lifespan=lifespan,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            # Its own spans hold paths, queries and what exceptions say; ours: shared/tracing.py.
            telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        )
        limits = Limits(config.requests_per_address, config.requests_per_principal)
        edge.install(app, limits, config.hosts, self.name)
        access.install(app, config)
        operations.install(app, config.metrics_token)
        docs.install(app)
        if self.pages:
            site.install(app, config, self.package, self.router, self.pages, self.logins)
        app.include_router(self.router, dependencies=[Depends(known_filters)])
        return app

    def main(self) -> None:
        """Run until SIGTERM. A wrong setting stops the start with one line. `--version` says which build this is."""
        if "--version" in sys.argv[1:]:
            sys.exit(print(f"{self.name} {metadata.version('lederalliancen')} ({BUILD})"))
        config = settings.load(Settings)
        self.require(config)
        if self.pages and config.oidc_issuer:
            settings.require(config, "session_key", "oidc_client", "public_url")
        if why := asyncio.run(hopeless(config.database_url.get_secret_value(), self.schema, self.vault(config))):
            raise SystemExit(why)
        log.setup(config.log_format, config.log_level)
        gc.freeze()
        # uvicorn raises the signal again after its graceful stop; a stop that went well is no failure.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with tracing.to_collector(self.name, BUILD) if config.traces else nullcontext():
            uvicorn.run(
                self.app(config),
                host=config.http_host,
                port=config.http_port or self.port,
                log_config=None,
                access_log=False,
                http=patience(config.proxies),
                ws="none",
                h11_max_incomplete_event_size=edge.MAX_HEAD,
                forwarded_allow_ips=[str(network) for network in config.proxies],
                server_header=False,
                timeout_graceful_shutdown=2,
            )


def _writers(vault: Vault) -> dict[type, Writer]:
    async def seal(conn: Connection, people: list[Person]) -> None:
        await vault.seal(conn, [(UUID(person.id), person.data) for person in people])

    async def erase(conn: Connection, people: list[Erased]) -> None:
        await vault.erase(conn, {UUID(person.id): person.by for person in people})

    return {Person: seal, Erased: erase}


def _mail_writer(config: OwnSettings) -> dict[type, Writer]:
    return {mail.Mail: mail.save if config.smtp_url else mail.drop}


def services() -> dict[str, Service]:
    """All services that are installed, by name, as each declares itself (`pyproject.toml`, entry points)."""
    return {entry.name: entry.load() for entry in entry_points(group="lederalliancen.services")}
