"""The people around a place, besides its leader."""

from intake.state.leaders import Changed
from shared.spine.work import Aggregate


class Colleague(Aggregate):
    """Somebody at a company who may be a place's contact or buddy; name and phone lie in the vault."""

    company_id: str
    role: str | None = None
    added_by: str | None = None
    """For which leader."""
    near: frozenset[str] = frozenset()
    """Places whose contact or buddy it is, or was."""
    changes: tuple[Changed, ...] = ()
    erased: bool = False
