"""Hand-over and absence."""

from followup.commands.consultants import AbsenceAnswer, HandOver, HandOverAnswer, NoteAbsence
from followup.handlers.base import handlers
from followup.rules import consultants
from followup.state.consultants import Absence, Consultant
from followup.state.placements import Placement
from shared.spine.work import Message, Work


@handlers.on(HandOver, (Placement, "placement_ids"))
def hand_over(work: Work, message: Message[HandOver]) -> HandOverAnswer:
    data = message.data
    found = [work.need(Placement, id_) for id_ in data.placement_ids]
    given = [p for p in (consultants.handed_over(p, data.from_, data.to) for p in found) if p not in found]
    work.put(*given)
    return HandOverAnswer(placement_ids=tuple(p.id for p in given))


@handlers.on(NoteAbsence, (Consultant, "consultant"))
def note_absence(work: Work, message: Message[NoteAbsence]) -> AbsenceAnswer:
    data = message.data
    consultant = work.get(Consultant, data.consultant) or Consultant(id=data.consultant)
    absence = Absence(from_=data.from_, to=data.to, substitute=data.substitute)
    work.put(consultants.away(consultant, absence, work.today))
    return AbsenceAnswer(consultant=data.consultant, substitute=data.substitute)
