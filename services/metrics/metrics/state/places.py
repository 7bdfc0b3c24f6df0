"""Places."""

from shared.spine.work import Aggregate


class Place(Aggregate):
    """Its state as intake says it, and its seats. `opened_in`: the kommune that it counts as opened in."""

    state: str
    seats: int = 0
    test: bool = False
    opened_in: str | None = None
