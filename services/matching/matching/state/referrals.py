"""A referral, as far as it is open or over."""

from shared.spine.work import Aggregate


class Referral(Aggregate):
    """One kommune asked about one place. `over` also when it is being asked back."""

    place_id: str
    kommune: str
    over: bool = False
    agreed: bool = False
    """One of its matches has been."""
    matches: frozenset[str] = frozenset()
