"""The living parts of one replica. It starts with Kafka and PostgreSQL away, and goes on when they come."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import asyncpg
import structlog
from prometheus_client.core import Metric

from shared import db
from shared.clock import Clock
from shared.events.topics import consumed_by
from shared.mail.letters import Mails
from shared.mail.relay import OFF, MailRelay
from shared.people.vault import Vault, VaultError
from shared.settings import Settings
from shared.spine import instruments
from shared.spine.batch import Rulebook
from shared.spine.consumer import Consumer
from shared.spine.dead_letters import Due
from shared.spine.engine import Spine
from shared.spine.failures import FOR_GOOD, Backoff, by_tls, passes, words
from shared.spine.lifting import Forgetting
from shared.spine.membership import Slot
from shared.spine.relay import Relay

log = structlog.get_logger()


class Runtime:
    """What runs: `pool`, `spine`, `relay`, `consumer`. `collect` gives figures of the service's own at a scrape."""

    def __init__(
        self,
        book: Rulebook,
        config: Settings,
        *,
        vault: Vault | None = None,
        forgetting: "Callable[[Spine], Forgetting] | None" = None,
        may_fire: "MayFire | None" = None,
        collect: "Collect | None" = None,
        mails: Mails | None = None,
    ) -> None:
        self.mails = mails
        self.name, self.book, self.config, self.collect = book.service, book, config, collect
        self._vault, self._forgetting = vault, forgetting
        self.schema = db.schema_of(self.name)
        self.clock = Clock(config.clock_file)
        self.url = config.database_url.get_secret_value()
        self.topics = [list(topic.names()) for topic in consumed_by(self.name)]
        self.consumer: Consumer | None = None
        self.waits = "not asked yet"
        """Why it does not consume yet: what the database says."""
        self._ask_may_fire = may_fire
        self._stop_consuming, self._stop_sending = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def vault(self) -> Vault:
        """Raises LookupError in a service that keeps no contact data."""
        if self._vault is None:
            raise LookupError(f"{self.name} keeps no contact data")
        return self._vault

    @property
    def mail_waits(self) -> str | None:
        """Why no mail goes out; None where it does, or the service sends none."""
        if self.mails is None:
            return None
        return self.mail.failure if self.mail else OFF

    @property
    def awaits_erasures(self) -> bool:
        """Keeps contact data, and has not looked yet whether this database is older than an erasure."""
        return self._vault is not None and not self.relay.looked

    async def __aenter__(self) -> "Runtime":
        self.pool = await asyncpg.create_pool(self.url, min_size=0, max_size=12, **db.connection_options(self.schema))
        self.spine = Spine(self.pool, self.book, self.clock, may_fire=self._may_fire)
        forgetting = self._forgetting(self.spine) if self._forgetting else None
        self.relay = Relay(self.name, self.schema, self.pool, self.url, self.config, forgetting=forgetting)
        self.mail = self._mail_relay()
        self.slot = Slot(self.url, self.schema)
        deadline = timedelta(seconds=self.config.park_deadline_seconds)
        self._tasks = [
            asyncio.create_task(self._consume(), name="consume"),
            asyncio.create_task(self.spine.forever(self._stop_consuming, deadline), name="timers"),
            asyncio.create_task(self.relay.run(self._stop_sending), name="relay"),
        ]
        if self.mail:
            self._tasks.append(asyncio.create_task(self.mail.run(self._stop_sending), name="mail"))
        instruments.begin(self.name, (name for group in self.topics for name in group))
        log.info("started", service=self.name)
        if self.mails and not self.mail:
            log.warning("mail_off", way_out="set LA_SMTP_URL, LA_MAIL_FROM and LA_PUBLIC_URL")
        return self

    async def __aexit__(self, *_: object) -> None:
        """In this order: consumer (drain, commit, leave) and timers, relay, producer, pool. Within ten seconds."""
        self._stop_consuming.set()
        self.spine.wake()
        await self._ended("consume", "timers", within=5)
        self._stop_sending.set()
        self.relay.wake()
        await self._ended("relay", "mail", within=2)
        await self.slot.release()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.pool.close(), 1)
        log.info("stopped", service=self.name)

    def _mail_relay(self) -> MailRelay | None:
        if self.mails is None or self.config.smtp_url is None:
            return None
        url = self.config.smtp_url.get_secret_value()
        return MailRelay(self.spine, self.mails, self.vault, self.config, url=url, closed=lambda: self.awaits_erasures)

    async def _ended(self, *names: str, within: float) -> None:
        tasks = [task for task in self._tasks if task.get_name() in names]
        _, late = await asyncio.wait(tasks, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _consume(self) -> None:
        """Take a slot, consume under it, and start again when another replica has it."""
        backoff = Backoff(1.0)
        while not self._stop_consuming.is_set():
            try:
                number = await self.slot.take()
                if self.consumer is None and await self._too_strong():
                    log.warning("login_too_strong", way_out=f"log in as {db.role_of(self.name)} in LA_DATABASE_URL")
            except Exception as error:
                if not passes(error) and not isinstance(error, (asyncpg.PostgresError, RuntimeError)):
                    raise
                self.waits = words(error)
                if backoff.again(error):
                    log.warning("database_waits", reason=self.waits)
                await backoff.pause(self._stop_consuming)
                continue
            backoff.reset()
            self.consumer = Consumer(self.name, self.spine, self.config, self.topics, str(number))
            await self.consumer.run(self._stop_consuming, self.slot.still_ours)
            await self.consumer.stop()

    async def _too_strong(self) -> bool:
        """The login could do more than this service may. A first trial with an administrator's still works."""
        own = [db.role_of(self.name), db.reader_of(self.name)]
        return bool(await self.pool.fetchval(db.TOO_STRONG, own))

    async def _may_fire(self, due: list[Due]) -> list[Due]:
        return await self._ask_may_fire(self, due) if self._ask_may_fire else due


MayFire = Callable[[Runtime, list[Due]], Awaitable[list[Due]]]
"""Which of the timers that are due may fire now."""
Collect = Callable[[Runtime], Awaitable[Iterable[Metric]]]


async def hopeless(url: str, schema: str, vault: Vault | None = None) -> str | None:
    """The setting for which no waiting will help, and why, asked once before a service starts.

    None where it works, or may soon.
    """
    database = "LA_DATABASE_URL: the database"
    try:
        conn = await asyncpg.connect(url, **(db.connection_options(schema) | {"command_timeout": 5}))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        state = getattr(error, "sqlstate", None) or ""
        return f"{database} {words(error)}" if by_tls(error) or state.startswith(FOR_GOOD) else None
    try:
        found = await conn.fetchrow("SELECT current_user::text AS role, current_setting('search_path') AS path")
        if (found["role"], found["path"]) != (db.role_of(schema.removesuffix(db.REBUILD)), schema):
            return f"{database} forgets what a session asks for: behind a transaction pooler; name the server itself"
        if vault:
            await vault.check(conn)
        return None
    except VaultError as error:
        return str(error)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return None
    finally:
        conn.terminate()
