"""Who has which seat of a place. Many matches may be open on one; the leader's yes holds it, the agreement takes it."""

from collections.abc import Iterable, Iterator

from matching.state.candidates import Candidate
from matching.state.places import Place, Spot
from shared.events.base import Terms


def free(place: Place, seat: int | None, others: Iterable[Spot]) -> bool:
    """Whether a match can have a seat (that one, where it names one) beside these others."""
    gone = list(others)
    exists = seat is None or seat <= place.offer.seats
    return exists and len(gone) < place.offer.seats and (seat is None or seat not in {spot.seat for spot in gone})


def taken(place: Place) -> list[Spot]:
    return [spot for spot in place.spots.values() if spot.state == "taken"]


def open_to(place: Place, candidate: Candidate) -> dict[str, Terms | None]:
    """What is proposed of them here and not over, with its terms; None where an older build noted none."""
    return {
        id_: place.spots[id_].terms for id_, at in candidate.waiting.items() if at == place.id and id_ in place.spots
    }


def can_hold(place: Place, match_id: str) -> bool:
    """The leader can say yes to no more than there are seats."""
    others = [spot for id_, spot in place.spots.items() if id_ != match_id and spot.state != "open"]
    return free(place, place.spots[match_id].seat, others)


def can_take(place: Place, match_id: str) -> bool:
    """Agreements take seats, whoever holds one in the meantime."""
    return free(place, place.spots[match_id].seat, taken(place))


def left(place: Place) -> int:
    return max(0, place.offer.seats - len(taken(place)))


def put(place: Place, match_id: str, spot: Spot) -> Place:
    return place.changed(spots={**place.spots, match_id: spot})


def hold(place: Place, match_id: str) -> Place:
    return put(place, match_id, place.spots[match_id].changed(state="held"))


def take(place: Place, match_id: str) -> Place:
    return put(place, match_id, place.spots[match_id].changed(state="taken"))


def leave(place: Place, match_id: str) -> Place:
    return place.changed(spots={id_: spot for id_, spot in place.spots.items() if id_ != match_id})


def placement_over(place: Place, match_id: str, placement_id: str, *, early: bool) -> Place:
    place = leave(place, match_id).changed(ended=place.ended | {placement_id})
    return ended_early(place, placement_id) if early else place


def ended_early(place: Place, placement_id: str, *, early: bool = True) -> Place:
    others = place.ended_early - {placement_id}
    return place.changed(ended_early=others | {placement_id} if early else others)


def not_agreed(place: Place) -> Iterator[str]:
    return (id_ for id_, spot in place.spots.items() if spot.state != "taken")


def without_seat(place: Place) -> list[str]:
    """The matches not yet agreed for which no seat is left."""
    return [id_ for id_ in not_agreed(place) if not can_take(place, id_)]
