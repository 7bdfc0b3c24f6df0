"""From words to a message: text and HTML of the same sentences, and headers that nobody can write into."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shared.db import Connection
from shared.mail.rows import Mail
from shared.spine.work import Command

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_WORDS = {
    "da": {
        "hello": "Hej",
        "call": "Ring til os på {phone}, hvis du hellere vil tale om det.",
        "regards": "Venlig hilsen",
        "copy": "Virker knappen ikke? Kopiér denne adresse:",
    },
    "en": {
        "hello": "Hello",
        "call": "Call us on {phone} if you would rather talk about it.",
        "regards": "Kind regards,",
        "copy": "Does the button not work? Copy this address:",
    },
}
# As a server understands it without quotes: nothing in it can end the command or the header that it stands in.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\uffff-]+"
_LABEL = r"[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9\u00a1-\uffff-]*[A-Za-z0-9\u00a1-\uffff])?"
_ADDRESS = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})+")
# Only a word of letters is said back: whoever signs another one up writes no advertisement into our mail.
_FIRST_NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True)
class Letter:
    """What a mail says; `button` is what can be done, and where."""

    subject: str
    paragraphs: tuple[str, ...]
    button: tuple[str, str] | None = None


@dataclass(frozen=True)
class Words:
    """What a letter says before the facts are put into it: `{day}`, `{town}`."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str | None = None

    @classmethod
    def of(cls, text: str) -> "Words":
        """Blocks between empty lines: the subject first, what can be done last, after `>`."""
        subject, *blocks = (one_line(block) for block in text.strip().split("\n\n"))
        button = blocks.pop().removeprefix("> ") if blocks[-1].startswith("> ") else None
        return cls(subject, tuple(blocks), button)

    def letter(self, facts: Mapping[str, str], link: str | None = None) -> Letter:
        """What is empty is left out."""
        said = tuple(filter(None, (block.format_map(facts) for block in self.paragraphs)))
        button = (self.button, link) if self.button and link else None
        return Letter(self.subject.format_map(facts), said, button)


@dataclass(frozen=True)
class Writing:
    """What a letter is written with, in a transaction of its own.

    `now` is the domain's instant, `site` where our pages are, `names` of who is in it, without the erased.
    """

    conn: Connection
    mail: Mail
    now: datetime
    site: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Mails:
    """That a service sends mail: how it writes one, and what it decides when the address takes none.

    `write` returns None where there is nothing to tell any more.
    """

    write: Callable[[Writing], Awaitable[Letter | None]]
    refused: Callable[[Mail], Command]


def usable(address: str) -> str | None:
    """As it goes to a server, its domain in ASCII; None where no server could be asked for it."""
    local, _, domain = address.rpartition("@")
    try:
        written = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    return written if _ADDRESS.fullmatch(written) and written.isprintable() and len(written) <= 254 else None


def composed(
    mail: Mail, letter: Letter, *, to: str, name: str | None, sender: str, phone: str | None, at: datetime
) -> EmailMessage:
    """The same row is the same `Message-ID`: whoever gets it twice sees it once."""
    words, first = _WORDS[mail.language], first_name(name)
    shown = {
        "language": mail.language,
        "hello": f"{words['hello']} {first}," if first else f"{words['hello']},",
        "letter": Letter(one_line(letter.subject), tuple(map(one_line, letter.paragraphs)), letter.button),
        "call": words["call"].format(phone=phone) if phone else None,
        "regards": words["regards"],
        "copy": words["copy"],
    }
    message = EmailMessage(policy=SMTPUTF8)
    message["From"], message["To"], message["Subject"] = sender, to, shown["letter"].subject  # type: ignore[attr-defined]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's holiday reply
    message["Content-Language"] = mail.language
    message.set_content(_TEMPLATES.get_template("mail.txt").render(shown), cte="quoted-printable")
    html = _TEMPLATES.get_template("mail.html").render(shown)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def first_name(name: str | None) -> str | None:
    first = (name or "").split()[:1]
    return first[0] if first and len(first[0]) <= 30 and _FIRST_NAME.fullmatch(first[0]) else None


def one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
