"""A reply that was passed on: what is told of it when a decider further in refuses it later."""

from collections.abc import Mapping
from typing import Any

from shared.events.base import Data
from shared.events.topics import kommune_of
from shared.spine.work import Message

KEPT = 20


class Said(Data):
    """Who said it, where and what about; it is kept under its id. `kommune`: on whose topic, if not its own."""

    source: str
    kommune: str | None = None
    what: str
    about: str
    offset: int | None = None


def with_one(kept: Mapping[str, Said], reply_id: str, said: Said) -> dict[str, Said]:
    """The last few: what is refused later is refused soon."""
    return dict(list({**kept, reply_id: said}.items())[-KEPT:])


def with_said(kept: Mapping[str, Said], message: Message[Any], what: str) -> dict[str, Said]:
    said = Said(
        source=message.source,
        kommune=kommune_of(message.topic),
        what=what,
        about=message.subject,
        offset=message.offset,
    )
    return with_one(kept, message.id, said)
