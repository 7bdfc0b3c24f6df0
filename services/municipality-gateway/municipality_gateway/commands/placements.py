"""What follows from a reply about a placement."""

from shared.spine.work import Command


class TellOfContact(Command):
    """There is somebody else to call where this young person is."""

    placement_id: str
    place_id: str


class NoteSaid(Command):
    """Keep who said it, for when follow-up refuses it."""

    placement_id: str
    reply_id: str
    source: str
    kommune: str | None = None
    what: str
    about: str
    offset: int | None = None
