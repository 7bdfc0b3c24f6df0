"""A young person as follow-up knows one: by a random id, an age band, and the placements there have been."""

from shared.events.base import Data
from shared.spine.work import Aggregate


class Past(Data):
    """A placement that is over. `unpaid`: it never came to paid hours."""

    placement_id: str
    company_id: str
    unpaid: bool


class Candidate(Aggregate):
    """A young person as `<kommune>.<candidate_id>`."""

    withdrawn: int = 0
    """The candidate's version at the last withdrawal; an agreement on a later version stands."""
    placements: frozenset[str] = frozenset()
    age_band: str | None = None
    """For the rules of each stage. Forgotten after 30 days, or at a withdrawal, where nothing was agreed."""
    past: tuple[Past, ...] = ()
