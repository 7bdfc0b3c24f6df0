"""What was learned, on paper. It names nobody: whose it is only the young person who holds it shows."""

from datetime import date

from shared.events.base import Data
from shared.spine.work import Aggregate


class Competence(Data):
    """A code of the list `learning`, and how far: a code of `learning-progress`."""

    code: str
    level: str


class Certificate(Aggregate):
    """`code` is on the paper, and opens it; it stands in no event."""

    code: str
    placement_id: str
    competences: tuple[Competence, ...]
    tasks: tuple[str, ...]
    forms: tuple[str, ...]
    hours: float
    """The most in a week."""
    started_on: date
    until: date
    issued_on: date
