"""What several handlers share: a candidate or a place is known from whichever event names it first."""

from followup.state.candidates import Candidate
from followup.state.places import Place
from shared.events.intake import PlaceEvent
from shared.events.matching import MatchAgreed
from shared.events.municipality_gateway import CandidateWithdrawn
from shared.spine.work import Handlers, Work

handlers = Handlers()


def candidate_key(event: MatchAgreed | CandidateWithdrawn) -> str:
    return f"{event.kommune}.{event.candidate_id}"


def candidate_of(work: Work, event: MatchAgreed | CandidateWithdrawn) -> Candidate:
    id_ = candidate_key(event)
    return work.get(Candidate, id_) or Candidate(id=id_)


def place_of(work: Work, event: MatchAgreed | PlaceEvent) -> Place:
    known = work.get(Place, event.place_id)
    return known or Place(id=event.place_id, leader_id=event.leader_id, company_id=event.company_id)
