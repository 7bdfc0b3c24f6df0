"""A placement, its stages, and where help is wanted: whose they are, and what the kommune said of them."""

from datetime import date
from typing import Literal

from pydantic import Field

from municipality_gateway.state.matches import Answer
from municipality_gateway.state.replies import Said
from shared.events.base import Data
from shared.spine.work import Aggregate


class Placement(Aggregate):
    place_id: str
    referral_id: str
    match_id: str
    kommune: str
    candidate_id: str
    said: dict[str, Said] = Field(default_factory=dict)


class Stage(Aggregate):
    """A stage that a kommune may approve, and what it said."""

    placement_id: str
    place_id: str
    kommune: str
    answer: Answer | None = None


class Help(Data):
    """What the kommune said of the support that was wanted."""

    answer: Literal["granted", "refused", "later"]
    support: str | None = None
    minutes: int | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None


class Challenge(Aggregate):
    """Something with which a kommune's help is wanted."""

    placement_id: str
    place_id: str
    kommune: str
    answer: Help | None = None
