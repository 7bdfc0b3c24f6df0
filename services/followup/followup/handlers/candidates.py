"""What the kommuner say of candidates."""

from followup.commands.placements import CandidateGone
from followup.handlers.base import candidate_key, candidate_of, handlers
from followup.state.candidates import Candidate
from followup.state.placements import Placement
from shared.events.municipality_gateway import CandidateWithdrawn
from shared.spine.work import Message, Work


@handlers.on(CandidateWithdrawn, (Candidate, candidate_key))
def withdrawn(work: Work, message: Message[CandidateWithdrawn]) -> None:
    candidate = candidate_of(work, message.data)
    work.put(candidate.changed(withdrawn=message.version or 1))
    for placement_id in sorted(candidate.placements):
        work.soon((Placement.KIND, placement_id), "candidate-gone", CandidateGone(placement_id=placement_id))
