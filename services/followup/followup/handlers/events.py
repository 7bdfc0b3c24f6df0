"""What matching, intake and the kommuner say, and what time brings."""

from collections.abc import Callable

from followup.commands import CandidateGone, NewDay, PlaceStopped
from followup.handlers.base import handlers, keep
from followup.rules import course, outcomes, stages, surroundings
from followup.state import Candidate, Place, Placement
from shared.events.followup import PlacementAnswerRefused
from shared.events.intake import PlaceClosed, PlaceDrafted, PlaceEvent, PlaceOpened, PlacePaused, PlaceReopened
from shared.events.matching import MatchAgreed
from shared.events.municipality_gateway import CandidateWithdrawn, PlacementAnswered, PlacementReported
from shared.spine.decision import Refused
from shared.spine.work import Message, Work


def _candidate_of(event: MatchAgreed | CandidateWithdrawn) -> str:
    return f"{event.kommune}.{event.candidate_id}"


@handlers.on(MatchAgreed, (Placement, "match_id"), (Candidate, _candidate_of), (Place, "place_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    match = message.data
    if work.get(Placement, match.match_id):
        return
    candidate = work.get(Candidate, _candidate_of(match)) or Candidate(id=_candidate_of(match))
    place = work.get(Place, match.place_id) or _place(match)
    placement, said = course.agreed(match, work.new_id())
    if reason := surroundings.cancelled_by(match, candidate, place):
        placement, more = course.cancelled(placement, reason)
    elif place.stopped:
        placement, more = course.looked_in(placement, work.today)
    else:
        more = []
    keep(work, (placement, [*said, *more]))
    for known in (candidate, place):
        work.put(known.changed(placements=known.placements | {placement.id}))


@handlers.on(CandidateWithdrawn, (Candidate, _candidate_of))
def withdrawn(work: Work, message: Message[CandidateWithdrawn]) -> None:
    id_ = _candidate_of(message.data)
    candidate = work.get(Candidate, id_) or Candidate(id=id_)
    work.put(candidate.changed(withdrawn=message.version or 1))
    for placement_id in sorted(candidate.placements):
        command = CandidateGone(placement_id=placement_id)
        work.soon((Placement.KIND, placement_id), "candidate-gone", command)


@handlers.on(PlaceDrafted, (Place, "place_id"))
@handlers.on(PlaceOpened, (Place, "place_id"))
@handlers.on(PlaceReopened, (Place, "place_id"))
def open_place(work: Work, message: Message[PlaceEvent]) -> None:
    place = work.get(Place, message.data.place_id) or _place(message.data)
    work.put(place.changed(stopped=None))


@handlers.on(PlacePaused, (Place, "place_id"))
@handlers.on(PlaceClosed, (Place, "place_id"))
def stopped(work: Work, message: Message[PlacePaused | PlaceClosed]) -> None:
    place = work.get(Place, message.data.place_id) or _place(message.data)
    reason = surroundings.stops(message.data.reason)
    work.put(place.changed(stopped=reason))
    for placement_id in sorted(place.placements) if reason else ():
        command = PlaceStopped(placement_id=placement_id, reason=message.data.reason)
        work.soon((Placement.KIND, placement_id), "place-stopped", command)


def _place(event: PlaceEvent | MatchAgreed) -> Place:
    return Place(id=event.place_id, leader_id=event.leader_id, company_id=event.company_id)


@handlers.on(PlacementAnswered, (Placement, "placement_id"))
def answered(work: Work, message: Message[PlacementAnswered]) -> None:
    _from_kommune(work, message, lambda placement: stages.answered(placement, message.data, work.today))


@handlers.on(PlacementReported, (Placement, "placement_id"))
def reported(work: Work, message: Message[PlacementReported]) -> None:
    _from_kommune(work, message, lambda placement: outcomes.reported(placement, message.data))


def _from_kommune(
    work: Work,
    message: Message[PlacementAnswered] | Message[PlacementReported],
    decide: Callable[[Placement], course.Decision],
) -> None:
    """What does not fit is told to the kommune, and changes nothing."""
    if (placement := work.get(Placement, message.data.placement_id)) is None:
        return
    try:
        decision = decide(placement)
    except Refused as no:
        reply_id = message.data.reply_id or message.id
        work.emit(PlacementAnswerRefused(**placement.about, reply_id=reply_id, field=no.field, rule=no.rule))
    else:
        keep(work, decision)


# -- timers, and what another decision asks for ------------------------------------------------------------------------


@handlers.on(NewDay, (Placement, "placement_id"))
def new_day(work: Work, message: Message[NewDay]) -> None:
    keep(work, (work.need(Placement, message.data.placement_id), []))


@handlers.on(CandidateGone, (Placement, "placement_id"))
def candidate_gone(work: Work, message: Message[CandidateGone]) -> None:
    _cancel_or_look_in(work, message.data.placement_id, "candidate-withdrawn")


@handlers.on(PlaceStopped, (Placement, "placement_id"))
def place_stopped(work: Work, message: Message[PlaceStopped]) -> None:
    _cancel_or_look_in(work, message.data.placement_id, surroundings.cancels_planned(message.data.reason))


def _cancel_or_look_in(work: Work, placement_id: str, reason: str | None) -> None:
    placement = work.need(Placement, placement_id)
    if reason and placement.state == "planned":
        keep(work, course.cancelled(placement, reason))
    else:
        keep(work, course.looked_in(placement, work.today))
