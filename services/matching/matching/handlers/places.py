"""Places open, stop and change; a placement that is over frees its seat."""

from typing import Any

from matching.handlers.base import IN_ERROR, cancel_soon, candidate_key, handlers, recheck_soon
from matching.rows import Pool
from matching.rules import places
from matching.state.candidates import Candidate, Past
from matching.state.matches import Match
from matching.state.places import Offer, Place
from shared.catalogue.forms import is_paid
from shared.events.followup import PlacementCancelled, PlacementCorrected, PlacementEnded
from shared.events.intake import (
    PlaceChanged,
    PlaceClosed,
    PlaceEvent,
    PlaceFilled,
    PlaceOpened,
    PlacePaused,
    PlaceReopened,
    PlaceTerms,
)
from shared.spine.decision import NotYet
from shared.spine.work import Message, Work


@handlers.on(PlaceOpened, PlaceChanged, (Place, "place_id"))
def place_offered(work: Work, message: Message[PlaceTerms]) -> None:
    """What is open and fits no longer ends; for those whom it fits now it is suggested."""
    data, offer, version = message.data, Offer.of(message.data), message.version or 1
    known = work.get(Place, data.place_id) or Place(id=data.place_id, offer=offer, state=data.state, version=version)
    place = known.changed(offer=offer, state=data.state, version=version)
    work.put(place)
    recheck_soon(work, place, also_agreed=offer.leader_id != known.offer.leader_id)
    work.write(Pool(work.now, message.id, place_id=place.id))


@handlers.on(PlaceFilled, PlacePaused, PlaceReopened, PlaceClosed, (Place, "place_id"))
def place_moved(work: Work, message: Message[PlaceEvent]) -> None:
    data, place = message.data, work.get(Place, message.data.place_id)
    if place is None:  # it never opened
        return
    # Intake has seen the placement end that freed the seat; here the seat is free when we have seen it, too.
    freed_by = data.placement_id if isinstance(data, PlaceReopened) else None
    if freed_by and freed_by not in place.ended:
        raise NotYet(place.key)
    work.put(place.changed(state=data.state, version=message.version or place.version))
    if data.state in ("paused", "closed"):
        for match_id in places.not_agreed(place):
            cancel_soon(work, match_id, place.id, f"place-{data.state}")


@handlers.on(PlacementEnded, PlacementCancelled, (Match, "match_id"), (Place, "place_id"), (Candidate, candidate_key))
def placement_over(work: Work, message: Message[PlacementEnded | PlacementCancelled]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    place, candidate = work.need(Place, data.place_id), work.need(Candidate, candidate_key(data))
    early = isinstance(data, PlacementEnded) and data.how == "early"
    place = places.placement_over(place, match.id, data.placement_id, early=early)
    came = isinstance(data, PlacementEnded)
    work.put(match.changed(state="ended", reason=data.reason, came=came), place)
    recheck_soon(work, place)
    if candidate.match == match.id:
        candidate = candidate.changed(match=None)
    if isinstance(data, PlacementEnded):
        now = Past(placement_id=data.placement_id, unpaid=not is_paid(data.form), in_error=data.reason == IN_ERROR)
        candidate = candidate.changed(past=(*candidate.past, now))
    work.put(candidate)


@handlers.on(PlacementCorrected, (Match, "match_id"), (Place, "place_id"), (Candidate, candidate_key))
def placement_corrected(work: Work, message: Message[PlacementCorrected]) -> None:
    """How it ended was another way: what the leader reads, and what is asked before the next one."""
    data, match = message.data, work.need(Match, message.data.match_id)
    if match.state != "ended":
        return
    if data.stage and data.present:
        _was(work, data, unpaid=not is_paid(data.stage.form))
    if data.what != "end" or data.reason is None:
        return
    _was(work, data, in_error=data.reason == IN_ERROR)
    place = places.ended_early(work.need(Place, data.place_id), data.placement_id, early=data.how == "early")
    work.put(match.changed(reason=data.reason), place)
    recheck_soon(work, place)


def _was(work: Work, data: PlacementCorrected, **now: Any) -> None:
    candidate = work.need(Candidate, candidate_key(data))
    past = (one.changed(**now) if one.placement_id == data.placement_id else one for one in candidate.past)
    work.put(candidate.changed(past=tuple(past)))
