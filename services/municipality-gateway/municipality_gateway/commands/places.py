"""What follows for a place: the next kommune is asked."""

from shared.spine.work import Command


class Widen(Command):
    """A referral is open no more: where seats are left, a kommune is asked.

    `found_by`: the kommune that found somebody. `again`: it did not say itself that it has nobody more.
    """

    place_id: str
    referral_id: str
    kommune: str | None = None
    found_by: str | None = None
    again: bool = False
