"""A place, as far as its placements depend on it."""

from shared.spine.work import Aggregate


class Place(Aggregate):
    """Whose it is, and whether it was stopped."""

    leader_id: str
    company_id: str
    stopped: str | None = None
    """Why it is paused or closed."""
    placements: frozenset[str] = frozenset()
