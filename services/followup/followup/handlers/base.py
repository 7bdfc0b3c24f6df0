"""What several handlers share: a candidate or a place is known from whichever event names it first."""

from collections.abc import Callable
from typing import TypeVar

from followup.state.candidates import Candidate
from followup.state.placements import Placement
from followup.state.places import Place
from shared.events.followup import PlacementAnswerRefused
from shared.events.intake import PlaceEvent
from shared.events.matching import MatchAgreed
from shared.events.municipality_gateway import CandidateEvent
from shared.spine.decision import Refused
from shared.spine.work import Handlers, Work

handlers = Handlers()
D = TypeVar("D")


Named = MatchAgreed | CandidateEvent


def candidate_key(event: Named) -> str:
    return f"{event.kommune}.{event.candidate_id}"


def candidate_of(work: Work, event: Named) -> Candidate:
    id_ = candidate_key(event)
    return work.get(Candidate, id_) or Candidate(id=id_)


def decided(
    work: Work, placement: Placement, reply_id: str, decide: Callable[[], D], stage_id: str | None = None
) -> D | None:
    """What a kommune said, decided. What does not fit is told to it, and changes nothing."""
    try:
        return decide()
    except Refused as no:
        stage = next((s for s in (*placement.stages, *placement.ahead) if s.stage_id == stage_id), None)
        told = PlacementAnswerRefused(**placement.about, reply_id=reply_id, field=no.field, rule=no.rule, stage=stage)
        work.emit(told)
        return None


def place_of(work: Work, event: MatchAgreed | PlaceEvent) -> Place:
    known = work.get(Place, event.place_id)
    return known or Place(id=event.place_id, leader_id=event.leader_id, company_id=event.company_id)
