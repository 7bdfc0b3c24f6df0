"""What several handlers share: which candidate an event is about, and the ends of matches that are still to come."""

from datetime import date

from matching.commands import Cancel, Expire, Recheck
from matching.rules import matches, places
from matching.state.matches import Match
from matching.state.places import Place
from shared.catalogue.calendar import end_of_day
from shared.events.followup import PlacementEvent
from shared.events.matching import MatchSeatFree, MatchSeatHeld
from shared.events.municipality_gateway import CandidateEvent
from shared.spine.work import Handlers, Work

handlers = Handlers()

IN_ERROR = "entered-in-error"


def candidate_key(data: CandidateEvent | PlacementEvent) -> str:
    return f"{data.kommune}.{data.candidate_id}"


def cancel_soon(work: Work, match_id: str, place_id: str, reason: str) -> None:
    work.soon((Match.KIND, match_id), "cancel", Cancel(match_id=match_id, place_id=place_id, reason=reason))


def recheck_soon(work: Work, place: Place, *, also_agreed: bool = False) -> None:
    """The place is another one now, or who has its seats: each match that is not agreed is looked at, in a transaction
    of its own.

    Where it is another leader's, so are those that are agreed.
    """
    for match_id in place.spots if also_agreed else places.not_agreed(place):
        work.soon((Match.KIND, match_id), "recheck", Recheck(match_id=match_id, place_id=place.id))


def leaders_deadline(work: Work, match: Match, last_day: date) -> None:
    """The leader can say yes until its end; after the yes the seat is held. The kommune's deadline is the gateway's."""
    late = Expire(match_id=match.id, place_id=match.place_id)
    work.timer(match.key, "deadline", end_of_day(last_day), late)


def ask_or_wait(work: Work, match: Match, place: Place) -> Match:
    """While all seats are held by the leader's yes to others, no time runs for her; then she is asked anew.

    Where the first day has passed meanwhile, there is nothing to ask.
    """
    held = matches.seat_is_held(match, place)
    if held == match.seat_held:
        return match
    if held:
        match = match.changed(seat_held=True)
        work.cancel_timer(match.key, "deadline")
        work.emit(MatchSeatHeld(**match.about))
    elif match.terms.start < work.today:
        cancel_soon(work, match.id, place.id, "expired")
        return match
    else:
        answer_by = matches.last_day(match.terms.start, work.today)
        match = match.changed(seat_held=False, answer_by=answer_by)
        leaders_deadline(work, match, answer_by)
        work.emit(MatchSeatFree(**match.about, answer_by=answer_by))
    work.put(match)
    return match
