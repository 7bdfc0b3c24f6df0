"""A young person as matching knows one: by a random id, with what is open and agreed."""

from pydantic import Field

from shared.spine.work import Aggregate


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
    """How many unpaid placements came in a row until now."""
