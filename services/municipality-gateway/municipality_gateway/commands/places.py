"""What follows for a place: the next kommune is asked."""

from shared.spine.work import Command


class Widen(Command):
    """A referral is over: where nothing came of it, the next kommune is asked."""

    place_id: str
    referral_id: str
    found_by: str | None = None
