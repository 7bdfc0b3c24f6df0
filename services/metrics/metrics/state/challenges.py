"""Challenges."""

from shared.spine.work import Aggregate


class Challenge(Aggregate):
    """Raised at a workplace. It counts, and is in error, with its placement, where it has one."""

    placement_id: str | None
    open: bool = True
    test: bool = False
