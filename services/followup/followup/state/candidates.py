"""A young person as follow-up knows one: by a random id, and not at all."""

from shared.spine.work import Aggregate


class Candidate(Aggregate):
    """A young person as `<kommune>.<candidate_id>`: nothing but whether the kommune withdrew the candidate."""

    withdrawn: int = 0
    """The candidate's version at the last withdrawal; an agreement on a later version stands."""
    placements: frozenset[str] = frozenset()
