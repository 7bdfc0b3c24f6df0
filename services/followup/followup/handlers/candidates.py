"""What the kommuner say of candidates, and what placements leave behind."""

from datetime import timedelta

from followup.commands.placements import CandidateGone, Forget, Remember
from followup.handlers.base import candidate_key, candidate_of, handlers
from followup.state.candidates import Candidate, Past
from followup.state.placements import Placement
from shared.events.municipality_gateway import (
    CandidateChanged,
    CandidateProposed,
    CandidateRegistered,
    CandidateWithdrawn,
)
from shared.spine.work import Message, Work

# What describes a young person is kept for 30 days, unless a placement needs it.
KEPT = timedelta(days=30)


@handlers.on(CandidateProposed, (Candidate, candidate_key))
def proposed(work: Work, message: Message[CandidateProposed]) -> None:
    """Of the profile only the age band is kept: the rules of each stage depend on it."""
    candidate = candidate_of(work, message.data).changed(age_band=message.data.profile.age_band)
    work.put(candidate)
    work.timer(candidate.key, "forget", work.now + KEPT, Forget(candidate=candidate.id))


@handlers.on(CandidateRegistered, CandidateChanged, (Candidate, candidate_key))
def described(work: Work, message: Message[CandidateRegistered]) -> None:
    """Who was never proposed for a place is nobody to us."""
    if candidate := work.get(Candidate, candidate_key(message.data)):
        work.put(candidate.changed(age_band=message.data.profile.age_band))


@handlers.on(Forget, (Candidate, "candidate"))
def forget(work: Work, message: Message[Forget]) -> None:
    candidate = work.need(Candidate, message.data.candidate)
    if not candidate.placements:
        work.put(candidate.changed(age_band=None))


@handlers.on(CandidateWithdrawn, (Candidate, candidate_key))
def withdrawn(work: Work, message: Message[CandidateWithdrawn]) -> None:
    candidate = candidate_of(work, message.data).changed(withdrawn=message.version or 1)
    work.put(candidate if candidate.placements else candidate.changed(age_band=None))
    for placement_id in sorted(candidate.placements):
        command = CandidateGone(placement_id=placement_id, version=candidate.withdrawn)
        work.soon((Placement.KIND, placement_id), "candidate-gone", command)


@handlers.on(Remember, (Candidate, "candidate"))
def remember(work: Work, message: Message[Remember]) -> None:
    data = message.data
    candidate = work.need(Candidate, data.candidate)
    now = Past(**data.model_dump(exclude={"candidate"}))
    known = any(past.placement_id == now.placement_id for past in candidate.past)
    others = tuple(now if past.placement_id == now.placement_id else past for past in candidate.past)
    work.put(candidate.changed(past=others if known else (*others, now)))
