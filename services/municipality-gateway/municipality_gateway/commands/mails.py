"""What follows for a kommune's contact by mail, and what follows when it does not reach her."""

from shared.spine.work import Command


class TellContact(Command):
    """Whoever answers for a referral is told of what has come of it."""

    referral_id: str
    kommune: str
    template: str
    about: dict[str, str]


class AddressRefused(Command):
    """The mail to a contact came back."""

    contact_id: str


class Unreachable(Command):
    """The kommune's list says so, and what lies with her is looked at."""

    kommune: str
    contact_id: str


class AskAnother(Command):
    """A referral lies with somebody whom no mail reaches."""

    referral_id: str
    kommune: str
    contact_id: str
