"""What things that are counted have in common."""

from shared.spine.work import Aggregate

Mark = tuple[str, tuple[str, ...]]
"""(counter, label values)"""


class Countable(Aggregate):
    """Base of what may turn out to be entered in error. `counted` is sorted."""

    test: bool = False
    in_error: bool = False
    counted: tuple[Mark, ...] = ()
