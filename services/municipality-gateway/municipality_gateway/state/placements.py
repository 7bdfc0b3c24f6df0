"""A placement and its stages: whose they are, and what the kommune said of a stage."""

from municipality_gateway.state.matches import Answer
from shared.spine.work import Aggregate


class Placement(Aggregate):
    place_id: str
    referral_id: str
    match_id: str
    kommune: str
    candidate_id: str


class Stage(Aggregate):
    """A stage that a kommune may approve, and what it said."""

    placement_id: str
    place_id: str
    kommune: str
    answer: Answer | None = None
