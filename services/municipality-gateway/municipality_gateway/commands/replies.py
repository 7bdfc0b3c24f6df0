"""A reply over HTTP."""

from shared.frozen import Frozen
from shared.spine.work import Command


class GiveReply(Command):
    """It goes out onto the kommune's own topic and takes the very same way in."""

    kommune: str
    source: str
    reply_id: str
    about: str
    body: str
    digest: str
    """Of what it says, in hex: the same said again, in whatever spelling, is the same reply."""


class GivenAnswer(Frozen):
    """Noted; how it was answered is read."""

    reply_id: str
