"""A place, as far as its placements depend on it."""

from shared.spine.work import Aggregate


class Place(Aggregate):
    """Whose it is, and whether it was stopped."""

    leader_id: str
    company_id: str
    contact_id: str | None = None
    stopped: str | None = None
    """Why it is paused or closed."""
    closed: bool = False
    placements: frozenset[str] = frozenset()
    challenges: tuple[str, ...] = ()
    """What is hard about the place itself."""
