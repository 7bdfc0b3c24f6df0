"""A real SMTP server that keeps what comes, for tests and for the demo: nothing goes further."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope


@dataclass
class Post:
    """What came, in order. `answer` says what the server replies to a recipient or, under its empty name, to the rest.

    `taken` is called when a message is kept, before the server says so.
    """

    port: int = 0
    came: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    taken: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by that name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (answer := self.answers.get(address, "250 OK")).startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by that name
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        if answer := self.answers.get("data"):
            return answer
        content = envelope.content or b""
        # Bytes: its type allows for text too, which comes only where one asks for decoding.
        self.came.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.envelopes.append((str(envelope.mail_from), [str(to) for to in envelope.rcpt_tos]))
        self.taken()
        return "250 OK"


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


@asynccontextmanager
async def post_office(post: Post) -> AsyncIterator[Post]:
    """On the port that it had before, where it had one."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(post, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", post.port or None
    )
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
