"""A service that does nothing but write to people.

`python -m tests.writer` is one relay of that service as a process of its own, to be killed.
"""

import asyncio
import os
import signal
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from shared import db, log
from shared.clock import Clock
from shared.mail import rows
from shared.mail.letters import Letter, Mails, Writing
from shared.mail.relay import MailRelay
from shared.mail.rows import Mail
from shared.people.vault import Vault
from shared.service import MIGRATIONS
from shared.settings import OwnSettings
from shared.spine.batch import Rulebook
from shared.spine.engine import Spine
from shared.spine.work import Aggregate, Command, Handlers, Message, Work

KEY = b"m" * 32
PAUSES = (0.3, 0.3, 0.3)  # seconds


class Reader(Aggregate):
    unreachable: int = 0


class Tell(Command):
    person_id: str
    template: str = "hello"


class Unreachable(Command):
    person_id: str


handlers = Handlers()


@handlers.on(Tell)
def tell(work: Work, message: Message[Tell]) -> None:
    data = message.data
    work.write(Mail(work.new_id(), data.template, data.person_id, {"kommune": "0561"}))
    if data.template == "unsaid":
        raise ValueError


@handlers.on(Unreachable, (Reader, "person_id"))
def unreachable(work: Work, message: Message[Unreachable]) -> None:
    reader = work.get(Reader, message.data.person_id) or Reader(id=message.data.person_id)
    work.put(reader.changed(unreachable=reader.unreachable + 1))


async def write(writing: Writing) -> Letter | None:
    match writing.mail.template:
        case "hello":
            return Letter("Godt at se dig", ("Vi ses <b>snart</b> & godt.",), ("Se mere", f"{writing.site}/svar/abc"))
        case "pointless":
            return None
    raise KeyError(writing.mail.template)


MAILS = Mails(write=write, refused=lambda mail: Unreachable(person_id=mail.person_id))


@dataclass
class Writer:
    """Relay, decisions and vault of one replica on a database of its own."""

    pool: asyncpg.Pool
    spine: Spine
    vault: Vault
    relay: MailRelay

    async def person(self, **data: str) -> str:
        id_ = uuid4()
        person = {"name": "Mette Hansen", "email": "mette@example.dk"} | data
        async with self.pool.acquire() as conn:
            await self.vault.seal(conn, [(id_, person)])
        return str(id_)

    async def tell(self, person_id: str, template: str = "hello") -> None:
        await self.spine.execute(Tell(person_id=person_id, template=template), by="test")

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.pool.fetch("SELECT state FROM mail ORDER BY id")]

    async def over(self) -> bool:
        return "waiting" not in await self.states()

    async def erase(self, person_id: str) -> None:
        async with self.pool.acquire() as conn:
            await self.vault.erase(conn, {UUID(person_id): "test"})


async def writer_of(database: str, url: str, *, migrate: bool = True) -> Writer:
    if migrate:
        await db.migrate(database, "metrics", [MIGRATIONS / name for name in ("spine", "people", "mail")])
    pool = await db.connect_pool(database, "metrics")
    config = OwnSettings(
        smtp_url=url,
        mail_from="Lederalliancen <svar@lederalliancen.dk>",
        public_url="https://lederalliancen.dk/",
        alliance_phone="20123456",
    )
    vault = Vault(KEY)
    spine = Spine(pool, Rulebook("metrics", handlers, {Mail: rows.save}), Clock())
    return Writer(pool, spine, vault, MailRelay(spine, MAILS, vault, config, url=url, pauses=PAUSES))


async def main() -> None:
    writer = await writer_of(os.environ["POST_DATABASE"], os.environ["POST_URL"], migrate=False)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await writer.relay.run(stop, poll=0.05)
    await writer.pool.close()


if __name__ == "__main__":
    log.setup("json", "info")
    asyncio.run(main())
