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


class AnswerRefused(Command):
    """Follow-up has not taken what was said of a stage, or of a wish for help: it was never said."""

    stage_id: str | None = None
    challenge_id: str | None = None
    reply_id: str
