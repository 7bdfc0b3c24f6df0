"""Kick-offs come onto the list, and are corrected there."""

from intake.commands.kickoffs import KickoffAnswer, RegisterKickoff
from intake.handlers.base import handlers
from intake.state.leaders import Kickoff
from shared.spine.work import Message, Work


@handlers.on(RegisterKickoff, (Kickoff, "kickoff_id"))
def register(work: Work, message: Message[RegisterKickoff]) -> KickoffAnswer:
    data = message.data
    work.put(Kickoff(id=data.kickoff_id, name=data.name, kommune=data.kommune, held_on=data.held_on))
    return KickoffAnswer(kickoff_id=data.kickoff_id)
