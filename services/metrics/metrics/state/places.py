"""Places."""

from shared.spine.work import Aggregate


class Place(Aggregate):
    """Its state as intake says it, and its seats."""

    state: str
    seats: int = 0
    test: bool = False
