"""Matches."""

from typing import Literal

from metrics.state.base import Countable


class Match(Countable):
    """`held`: the leader has said yes."""

    place_id: str
    status: Literal["open", "held", "agreed", "over"] = "open"
