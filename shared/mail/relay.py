"""The relay of mails: takes one row, opens the address, sends, and notes what came of it.

A row is taken for as long as its next pause lasts, and that is committed before anything goes out: no transaction stays
open while a server thinks, several replicas share the work, and one that was killed in the middle is followed by one
repetition under the same `Message-ID`. Why so: docs/decisions/0015-mail.md.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import orjson
import structlog
from aiosmtplib import SMTP
from opentelemetry.trace import SpanKind
from prometheus_client import Counter

from shared import tracing
from shared.db import Connection
from shared.mail.letters import Mails, Writing, composed, usable
from shared.mail.rows import Mail
from shared.people.vault import Vault
from shared.settings import OwnSettings
from shared.spine.decision import Refused
from shared.spine.engine import Spine
from shared.spine.failures import Backoff, passes, words

log = structlog.get_logger()
ENDED = Counter(
    "lederalliancen_mails_total",
    "Mails that ended: sent, refused (the address takes none), void (erased, or nothing to tell any more), given-up.",
    ["service", "outcome"],
)
OUTCOMES = ("sent", "refused", "void", "given-up")
PAUSES = (60, 300, 900, 3_600, 14_400, 43_200, 86_400, 86_400)
"""Seconds until a mail is tried again, after each try; then it is given up. The first ones outlast a try."""
TRY = 45.0  # seconds that one may take
ANSWER = 20.0  # seconds until a server that says nothing counts as away
OFF = "off: LA_SMTP_URL is not set, so nothing is sent and nothing is kept"


class Postman:
    """In the access log: who opened the address."""

    sub = "mail"
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Taken:
    """A row that is ours until its pause is over. `attempts`: with this one."""

    mail: Mail
    at: datetime
    attempts: int


class RefusedAddress(Exception):  # noqa: N818
    """The server takes nothing for this address, now or later."""


class MailRelay:
    """Sends a service's mails. `failure` is why none goes out, for /health/ready."""

    def __init__(
        self,
        spine: Spine,
        mails: Mails,
        vault: Vault,
        config: OwnSettings,
        *,
        url: str,
        closed: Callable[[], bool] = lambda: False,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`url` is the server's, with its login; `closed`: no contact data may be opened yet."""
        self.spine, self.mails, self.vault, self.config = spine, mails, vault, config
        self.service, self.url, self.closed, self.pauses = spine.book.service, url, closed, pauses
        self.failure: str | None = None
        self._server: SMTP | None = None
        for outcome in OUTCOMES:
            ENDED.labels(self.service, outcome)

    async def run(self, stop: asyncio.Event, *, poll: float = 1.0) -> None:
        backoff = Backoff(1.0, 300.0)
        while not stop.is_set():
            try:
                if not self.closed() and await self._is_due():
                    await self._connected()
                    while not stop.is_set() and await self._send_one():
                        pass
                    await self._leave()
                self.failure = None
                backoff.reset()
            except Exception as error:  # whatever it is, the rows are still there
                self.failure = said_of(error)
                if backoff.again(error):
                    known = isinstance(error, aiosmtplib.SMTPException) or passes(error)
                    (log.warning if known else log.error)("mail_waits", reason=self.failure)
                await self._leave()
                await backoff.pause(stop)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), poll)
        await self._leave()

    # -- one mail ------------------------------------------------------------------------------------------------------

    async def _send_one(self) -> bool:
        """Take one and try it; False where none is due. Raises what is wrong with the server, not with the mail."""
        async with self.spine.transaction() as conn:
            taken = await _take(conn, self.pauses)
        if taken is None:
            return False
        with tracing.span(self.service, f"mail {taken.mail.template}", SpanKind.CLIENT):
            await self._try(taken)
        return True

    async def _try(self, taken: Taken) -> None:
        mail = taken.mail
        try:
            async with asyncio.timeout(TRY):
                found = await self._written(taken)
                if found is None:
                    return await self._end(taken, "void")
                message, address = found
                if address is None:
                    raise RefusedAddress
                await self._send(message, address)
            await self._end(taken, "sent")
        except RefusedAddress:
            await self._decide(mail)
            await self._end(taken, "refused")
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
            # This mail's own trouble: the others go on.
            log.info("mail_again", mail=mail.id, template=mail.template, attempts=taken.attempts, reason=said_of(error))
            await self._give_up(taken)
        except Exception as error:
            await self._give_up(taken)
            if isinstance(error, aiosmtplib.SMTPException) or passes(error):
                raise
            log.error("mail_failed", mail=mail.id, template=mail.template, exc_info=error)
        return None

    async def _written(self, taken: Taken) -> tuple[EmailMessage, str | None] | None:
        """The message and where it goes, as it is now. None: the person is erased, or nothing is to be told."""
        mail = taken.mail
        ids = [UUID(mail.person_id), *([UUID(mail.about["before_id"])] if "before_id" in mail.about else [])]
        async with self.spine.transaction() as conn:
            opened = await self.vault.open_(conn, ids, Postman(), f"mail {mail.template}")
            person = opened.get(ids[0])
            if person is None or not person.get("email"):
                return None
            names = {str(id_): str(data.get("name") or "") for id_, data in opened.items()}
            now, site = self.spine.clock.now(), str(self.config.public_url)
            letter = await self.mails.write(Writing(conn, mail, now, site, names))
        if letter is None:
            return None
        address = usable(person["email"])
        message = composed(
            mail,
            letter,
            to=address or "",
            name=person.get("name"),
            sender=str(self.config.mail_from),
            phone=self.config.alliance_phone,
            at=taken.at,
        )
        return message, address

    async def _decide(self, mail: Mail) -> None:
        """The service hears that the address takes none; it hears it again where this is killed before the end."""
        try:
            await self.spine.execute(self.mails.refused(mail), by="mail")
        except Refused as refused:
            log.info("mail_refusal_void", mail=mail.id, rule=refused.rule)

    async def _give_up(self, taken: Taken) -> None:
        if taken.attempts >= len(self.pauses):
            await self._end(taken, "given-up")

    async def _end(self, taken: Taken, state: str) -> None:
        async with self.spine.transaction() as conn:
            await conn.execute("UPDATE mail SET state = $2, done_at = now() WHERE id = $1", taken.mail.id, state)
        ENDED.labels(self.service, state).inc()
        if span := tracing.here():
            span.set_attribute("outcome", state)
        log.info("mail", mail=taken.mail.id, template=taken.mail.template, outcome=state, attempts=taken.attempts)

    async def _is_due(self) -> bool:
        async with self.spine.pool.acquire() as conn:
            return bool(
                await conn.fetchval("SELECT EXISTS (SELECT FROM mail WHERE state = 'waiting' AND next_at <= now())")
            )

    # -- the server ----------------------------------------------------------------------------------------------------

    async def _send(self, message: EmailMessage, address: str) -> None:
        server = await self._connected()
        sender = parseaddr(str(self.config.mail_from))[1]
        try:
            await server.send_message(message, sender=sender, recipients=[address])
        except aiosmtplib.SMTPNotSupported:  # letters in the address that this server cannot write
            raise RefusedAddress from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            if is_of_the_address(error.recipients[0].code, error.recipients[0].message):
                raise RefusedAddress from None
            raise
        except aiosmtplib.SMTPDataError as error:
            if _enhanced(error.message).startswith(_NO_MAILBOX) and error.code >= 500:
                raise RefusedAddress from None
            raise

    async def _connected(self) -> SMTP:
        if self._server is None or not self._server.is_connected:
            server = server_of(self.url)
            await server.connect()
            self._server = server
        return self._server

    async def _leave(self) -> None:
        server, self._server = self._server, None
        if server is not None and server.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await asyncio.wait_for(server.quit(), 2)
            server.close()


async def _take(conn: Connection, pauses: Sequence[float]) -> Taken | None:
    row = await conn.fetchrow(
        "SELECT id, template, person_id, about, language, at, attempts FROM mail"
        " WHERE state = 'waiting' AND next_at <= now() ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    if row is None:
        return None
    pause = pauses[min(row["attempts"], len(pauses) - 1)]
    await conn.execute(
        "UPDATE mail SET attempts = attempts + 1, next_at = now() + $2 * interval '1 second' WHERE id = $1",
        row["id"],
        float(pause),
    )
    about = orjson.loads(row["about"])
    mail = Mail(str(row["id"]), row["template"], str(row["person_id"]), about, row["language"])
    return Taken(mail, row["at"], row["attempts"] + 1)


async def figures(conn: Connection) -> dict[str, Any]:
    """What waits, and for how long (seconds)."""
    row = await conn.fetchrow(
        "SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(at)), 0)::float AS age"
        " FROM mail WHERE state = 'waiting'"
    )
    return dict(row)


def server_of(url: str) -> SMTP:
    """Never in the clear, but on the machine itself: whoever is on the way would read the links."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if secure else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        start_tls=None if secure or here else True,
        timeout=ANSWER,
    )


def said_of(error: BaseException) -> str:
    """In one line, without the server's words: they name the address."""
    code = getattr(error, "code", None)
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        code = error.recipients[0].code
    if isinstance(error, aiosmtplib.SMTPException):
        return f"{type(error).__name__} {code}" if code and code > 0 else type(error).__name__
    return words(error)


# RFC 3463: addresses (x.1.x) and mailboxes (x.2.x) are the recipient's; policy and the rest are between servers.
_NO_MAILBOX = ("5.1.", "5.2.")
_OURS = (503, 530, 535)  # out of order, not logged in


def is_of_the_address(code: int, said: str) -> bool:
    """A refusal of the recipient for good, and not of us."""
    enhanced = _enhanced(said)
    return code >= 500 and code not in _OURS and (not enhanced or enhanced.startswith(_NO_MAILBOX))


def _enhanced(said: str) -> str:
    first = said.split(maxsplit=1)[:1]
    return first[0] if first and first[0].count(".") == 2 and first[0].replace(".", "").isdigit() else ""
