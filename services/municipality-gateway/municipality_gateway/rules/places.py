"""Which kommuner are asked about a place, and in which order."""

from municipality_gateway import texts
from municipality_gateway.state.places import Place
from shared.catalogue.kommuner import TEST_KOMMUNE, kommune
from shared.catalogue.reach import Reach, minutes, reachable

# An hour each way. Who begins with few hours a week shall not travel longer than she works (assumed; the partners are
# to confirm it). A kommune that lies farther away is asked when a consultant says so.
MAX_MINUTES = 60
FAR = 10_000
WAITING = 30  # minutes for a ferry: as near by sea as by land is farther


def to_ask(place: Place) -> list[Reach]:
    """The next kommuner of this round, in order, never more than the leader wished for."""
    near = sorted(way(place.opened.kommune), key=lambda reach: reach.kommune != place.first)
    left = [reach for reach in near if reach.kommune not in place.asked]
    free = max(0, place.opened.max_kommuner - len(place.asked))
    return left[: free if place.opened.at_once == "several" else min(1, free)]


def way(home: str) -> list[Reach]:
    """Whom a place there may be offered to: its own kommune, those that share its entrance, then by minutes.

    Who lives on an island takes the ferry, however long that is: there is no other way.
    """
    lies = kommune(home)
    always = {*lies.joint_with, *(lies.ferries if lies.ferry_only else ())}
    near = [
        reach
        for reach in reachable(home, FAR)
        if reach.kommune != TEST_KOMMUNE and (reach.minutes <= MAX_MINUTES or reach.kommune in always)
    ]
    return sorted(near, key=_order)


def _order(reach: Reach) -> tuple[bool, bool, int]:
    return reach.why != "own", reach.why != "joint", reach.minutes + WAITING * (reach.why == "ferry")


def asked_for(place: Place, code: str) -> Reach:
    """The consultant knows better: whatever the distance, and whatever the leader's wish was."""
    if code == TEST_KOMMUNE:
        raise texts.only_a_test()
    if not (place.accepting and place.free):
        raise texts.place_not_open()
    return Reach(code, "asked-for", minutes(place.opened.kommune, code) or 0)


def new_round(place: Place) -> Place:
    """Everybody may be asked anew."""
    return place.changed(round=place.round + 1, asked=())
