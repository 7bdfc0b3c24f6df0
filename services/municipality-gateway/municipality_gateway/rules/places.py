"""Which kommuner are asked about a place, and in which order."""

from municipality_gateway.state.places import Place
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.catalogue.reach import Reach, reachable

# An hour each way. Who begins with few hours a week shall not travel longer than she works (assumed; the partners are
# to confirm it). A kommune that lies farther away can be asked when the leader wishes it, once such wishes are heard.
MAX_MINUTES = 60


def to_ask(place: Place) -> list[Reach]:
    """The next kommuner of this round: the place's own first, then by travel, never more than the leader wished for."""
    left = [reach for reach in _near(place) if reach.kommune not in place.asked]
    free = max(0, place.opened.max_kommuner - len(place.asked))
    return left[: free if place.opened.at_once == "several" else min(1, free)]


def new_round(place: Place) -> Place:
    """Everybody may be asked anew."""
    return place.changed(round=place.round + 1, asked=())


def _near(place: Place) -> list[Reach]:
    near = [reach for reach in reachable(place.opened.kommune, MAX_MINUTES) if reach.kommune != TEST_KOMMUNE]
    return sorted(near, key=lambda reach: reach.kommune != place.first)
