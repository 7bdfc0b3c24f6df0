"""What sign-ups have in common."""

from typing import ClassVar

from shared.spine.work import Aggregate


class Kickoffs(Aggregate):
    """All kick-offs that companies came from, sorted: one row. The list itself is intake's."""

    ALL: ClassVar[str] = "all"
    known: tuple[str, ...] = ()
