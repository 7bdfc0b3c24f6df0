"""Kick-offs come onto the list, and are corrected there."""

from intake import refusals
from intake.commands.kickoffs import CorrectKickoff, KickoffAnswer, RegisterKickoff
from intake.handlers.base import handlers
from intake.rules import kickoffs as rules
from intake.state.leaders import Changed, Kickoff
from shared.spine.work import Message, Work


@handlers.on(RegisterKickoff, (Kickoff, "kickoff_id"))
def register(work: Work, message: Message[RegisterKickoff]) -> KickoffAnswer:
    """The same again is the same; another one under that id would take the place of the first."""
    data = message.data
    kickoff = Kickoff(id=data.kickoff_id, name=data.name, kommune=data.kommune, held_on=data.held_on)
    known = work.get(Kickoff, data.kickoff_id)
    if known and rules.facts(known) != rules.facts(kickoff):
        raise refusals.kickoff_taken()
    if known is None:
        rules.check(kickoff, work.today)
        work.put(kickoff)
    return KickoffAnswer(kickoff_id=kickoff.id)


@handlers.on(CorrectKickoff, (Kickoff, "kickoff_id"))
def correct(work: Work, message: Message[CorrectKickoff]) -> KickoffAnswer:
    before, said = work.need(Kickoff, message.data.kickoff_id), message.data.model_dump(exclude={"kickoff_id"})
    after = before.changed(**{name: value for name, value in said.items() if value is not None})
    if fields := tuple(name for name in said if getattr(after, name) != getattr(before, name)):
        rules.check(after, work.today)
        work.put(after.changed(changes=(*before.changes, Changed(at=work.now, by=message.by, fields=fields))))
    return KickoffAnswer(kickoff_id=before.id)
