"""A match waits for the kommune."""

from shared.spine.work import Command


class MatchDeadline(Command):
    """A kommune owes a yes, and its time is over."""

    match_id: str
    kommune: str
    also: str | None = None
    """The other kommune that may answer, where a shared entrance proposed."""
