"""A leader asks for a link to her page."""

from shared.identifiers import Email
from shared.spine.work import Command, Strict


class NewLinkBody(Strict):
    """The address with which she signed up."""

    email: Email


class SendLink(Command):
    """`leader_id`: who has that address, or nobody's."""

    leader_id: str
