"""A young person as matching knows one: by a random id, with what is open and agreed."""

from pydantic import Field

from shared.events.base import Data
from shared.spine.work import Aggregate


class Past(Data):
    """A placement that is over. `unpaid`: it was so to its end. `in_error`: it never was."""

    placement_id: str
    unpaid: bool
    in_error: bool = False


class Candidate(Aggregate):
    """A young person of a kommune, id `<kommune>.<candidate_id>`: only that kommune can say who it is.

    The profile is looked at when it comes and not kept here: what describes a person is not stored without need. What
    the leader is told of it lies with the match, until it is decided.
    """

    version: int
    withdrawn: bool = False
    match: str | None = None
    """The one match that is agreed or lives."""
    waiting: dict[str, str] = Field(default_factory=dict)
    """Match -> place of the proposals since the last agreement or withdrawal; some may be over."""
    unpaid: int = 0
    """How many unpaid placements came in a row before `past` was kept."""
    past: tuple[Past, ...] = ()

    @property
    def unpaid_in_a_row(self) -> int:
        came = [past.unpaid for past in self.past if not past.in_error]
        return came[::-1].index(False) if False in came else len(came) + self.unpaid
