"""What handlers share: how a thing counts, and how that is corrected."""

from typing import TypeVar

from metrics.figures import Figure
from metrics.rows import Total
from metrics.state.base import Countable
from shared.spine.work import Handlers, Work

handlers = Handlers()
IN_ERROR = "entered-in-error"
C = TypeVar("C", bound=Countable)


def count(work: Work, thing: C, figure: Figure, *labels: str) -> C:
    """The thing counts in the figure, and remembers it. What is known to be in error is counted and corrected."""
    if thing.test:
        return thing
    row = Total.of(figure, *labels, corrected=int(thing.in_error))
    work.write(row)
    return thing.changed(counted=tuple(sorted((*thing.counted, (row.counter, row.labels)))))


def take_back(work: Work, thing: C, figure: Figure, *labels: str) -> C:
    """It counted so, and should not have: what is counted stays, and how much of it was wrong is told."""
    row = Total.of(figure, *labels, value=0, corrected=1)
    mark = (row.counter, row.labels)
    if mark not in thing.counted:
        return thing
    if not thing.in_error:  # all that it counted as is told already
        work.write(row)
    rest = list(thing.counted)
    rest.remove(mark)
    return thing.changed(counted=tuple(rest))


def correct(work: Work, thing: C) -> C:
    """Entered in error: all that it counted as is corrected, once."""
    if thing.in_error:
        return thing
    work.write(*(Total(*mark, value=0, corrected=1) for mark in thing.counted))
    return thing.changed(in_error=True)


def confirm(work: Work, thing: C) -> C:
    """It was no error after all: what was taken back counts again."""
    if not thing.in_error:
        return thing
    work.write(*(Total(*mark) for mark in thing.counted))
    return thing.changed(in_error=False)
