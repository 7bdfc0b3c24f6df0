"""A leader asks for a link to her page."""

from intake.commands.links import SendLink
from intake.handlers.base import handlers
from intake.handlers.mails import write_to
from intake.state.leaders import Leader
from intake.texts import LINK_SENT, Words
from shared.spine.work import Message, Work


@handlers.on(SendLink, (Leader, "leader_id"))
def send_link(work: Work, message: Message[SendLink]) -> Words:
    """Whoever it is: the time of the answer tells nobody who has joined. A mail to nobody ends where it is sent."""
    write_to(work, message.data.leader_id, "new-link")
    return LINK_SENT
