"""What follows when no mail reaches a leader."""

from shared.spine.work import Command


class AddressRefused(Command):
    """The mail to a leader came back."""

    leader_id: str
