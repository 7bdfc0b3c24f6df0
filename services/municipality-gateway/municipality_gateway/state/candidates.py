"""A young person as a random id: whose it is, nothing else."""

from pydantic import Field

from shared.spine.work import Aggregate


class Candidate(Aggregate):
    """An id that kommuner have told us about: whose it is, and who has taken it back."""

    of: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    registered: frozenset[str] = frozenset()
    """Kommuner that want places suggested for it."""
    entrances: dict[str, frozenset[str]] = Field(default_factory=dict)
    """kommune -> shared entrances that have proposed its young person: they may take it back, too."""
