"""A service: what is its own (name, decisions, routes) put together with the spine, HTTP, health and metrics.

Each service has one `service = Service(...)` in its `app.py`; everything that runs is made here, in one place.
"""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from prometheus_client.core import Metric

from shared import db, log, settings
from shared.clock import Clock
from shared.envelope import Record, parse
from shared.events.topics import consumed_by
from shared.kafka import Consumer, client_options
from shared.outbox import Relay
from shared.settings import Settings
from shared.slot import Slot
from shared.spine import TRANSIENT, Spine
from shared.store import Connection
from shared.transaction import OnRefused, Parsed, Rulebook, Writer
from shared.vault import Erased, Person, Vault
from shared.web import access, edge, operations
from shared.work import Handlers

logger = structlog.get_logger()


@dataclass(frozen=True)
class Service:
    """What a service is: `port` is its own default; the hooks are for the services that need them."""

    name: str
    port: int
    handlers: Handlers
    router: APIRouter
    writers: dict[type, Writer] = field(default_factory=dict)
    parse: Callable[[Record], Parsed] = parse
    on_refused: OnRefused | None = None
    may_fire: Callable[["Runtime", list[asyncpg.Record]], Awaitable[list[asyncpg.Record]]] | None = None
    collect: Callable[["Runtime"], Awaitable[Iterable[Metric]]] | None = None
    prune: tuple[str, ...] = ()
    people: bool = False
    """Keeps contact data of people, so it needs LA_MASTER_KEY."""

    @property
    def schema(self) -> str:
        return db.schema_of(self.name)

    @property
    def book(self) -> Rulebook:
        return Rulebook(self.name, self.handlers, self.writers, self.on_refused, self.prune)

    def book_with(self, vault: Vault) -> Rulebook:
        """The same, with people's data sealed and erased in the transaction that says so."""

        async def seal(conn: Connection, people: list[Person]) -> None:
            await vault.seal(conn, [(UUID(person.id), person.data) for person in people])

        async def erase(conn: Connection, people: list[Erased]) -> None:
            for person in people:
                await vault.erase(conn, UUID(person.id))

        return replace(self.book, writers=self.writers | {Person: seal, Erased: erase})

    def app(self, config: Settings) -> FastAPI:
        """The HTTP application; starting it starts consuming, relaying and the timers."""

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with Runtime(self, config) as runtime:
                app.state.runtime = runtime
                yield

        app = FastAPI(title=f"Lederalliancen: {self.name}", version="1", lifespan=lifespan)
        edge.install(app)
        access.install(app, config)
        for kind in TRANSIENT:
            app.add_exception_handler(kind, operations.unavailable)
        app.include_router(operations.router)
        app.include_router(self.router)
        return app

    def main(self) -> None:
        """Run until SIGTERM. A wrong setting stops the start with one line."""
        config = settings.load(Settings)
        if self.people and config.master_key is None:
            raise SystemExit(
                "LA_MASTER_KEY is missing: this service keeps contact data; example: openssl rand -base64 32"
            )
        log.setup(config.log_format, config.log_level)
        gc.freeze()
        # uvicorn raises the signal again after its graceful stop; a stop that went well is no failure.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        uvicorn.run(
            self.app(config),
            host=config.http_host,
            port=config.http_port or self.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
        )


class Runtime:
    """The living parts of one replica. It starts with Kafka and PostgreSQL away, and goes on when they come."""

    def __init__(self, service: Service, config: Settings) -> None:
        self.service, self.config = service, config
        self.clock = Clock(config.clock_file)
        self.url = config.database_url.get_secret_value()
        self.topics = [list(topic.names()) for topic in consumed_by(service.name)]
        self.consumer: Consumer | None = None
        self.vault = Vault(config.master_key.get_secret_value()) if config.master_key else None
        self._stop_consuming, self._stop_sending = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Runtime":
        service, schema = self.service, self.service.schema
        self.pool = await asyncpg.create_pool(self.url, min_size=0, max_size=12, **db.connection_options(schema))
        self.spine = Spine(
            self.pool,
            service.book_with(self.vault) if self.vault else service.book,
            self.clock,
            parse_record=service.parse,
            may_fire=self._may_fire,
        )
        self.relay = Relay(service.name, schema, self.pool, self.url, client_options(self.config))
        self.slot = Slot(self.url, schema)
        deadline = timedelta(seconds=self.config.park_deadline_seconds)
        self._tasks = [
            asyncio.create_task(self._consume(), name="consume"),
            asyncio.create_task(self.spine.forever(self._stop_consuming, deadline), name="timers"),
            asyncio.create_task(self.relay.run(self._stop_sending), name="relay"),
        ]
        logger.info("started", service=self.service.name)
        return self

    async def __aexit__(self, *_: object) -> None:
        """In this order: consumer (drain, commit, leave) and timers, relay, producer, pool. Within ten seconds."""
        self._stop_consuming.set()
        self.spine.wake()
        await self._ended("consume", "timers", within=6)
        self._stop_sending.set()
        self.relay.wake()
        await self._ended("relay", within=3)
        await self.slot.release()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.pool.close(), 1)
        logger.info("stopped", service=self.service.name)

    async def _ended(self, *names: str, within: float) -> None:
        tasks = [task for task in self._tasks if task.get_name() in names]
        _, late = await asyncio.wait(tasks, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _consume(self) -> None:
        """Take a slot, consume under it, and start again when another replica has it."""
        while not self._stop_consuming.is_set():
            try:
                number = await self.slot.take()
            except (OSError, asyncpg.PostgresError, TimeoutError, RuntimeError) as error:
                logger.warning("database_waits", error=type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop_consuming.wait(), 1)
                continue
            self.consumer = Consumer(self.service.name, self.spine, self.config, self.topics, str(number))
            await self.consumer.run(self._stop_consuming, self.slot.still_ours)
            await self.consumer.stop()

    async def _may_fire(self, rows: list[asyncpg.Record]) -> list[asyncpg.Record]:
        return await self.service.may_fire(self, rows) if self.service.may_fire else rows
