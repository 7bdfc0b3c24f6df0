"""What follows when no mail reaches somebody."""

from shared.spine.work import Command


class AddressRefused(Command):
    """The mail to a leader, or to a consultant, came back."""

    person_id: str
