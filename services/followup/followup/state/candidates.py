"""A young person as follow-up knows one: by a random id, an age band, and the placements there have been."""

from collections.abc import Iterator

from shared.events.base import Data
from shared.spine.work import Aggregate


class Past(Data):
    """A placement that is over. `unpaid`: it never came to paid hours. `in_error`: it never was."""

    placement_id: str
    company_id: str
    unpaid: bool
    in_error: bool = False


class Candidate(Aggregate):
    """A young person as `<kommune>.<candidate_id>`."""

    withdrawn: int = 0
    """The candidate's version at the last withdrawal; an agreement on a later version stands."""
    placements: frozenset[str] = frozenset()
    age_band: str | None = None
    """For the rules of each stage. Forgotten after 30 days, or at a withdrawal, where nothing was agreed."""
    past: tuple[Past, ...] = ()

    @property
    def came(self) -> Iterator[Past]:
        """Those that were, the last one first."""
        return (past for past in reversed(self.past) if not past.in_error)
