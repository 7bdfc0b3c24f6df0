"""A placement, its stages, and where help is wanted: whose they are, and what the kommune said of them."""

from datetime import date
from typing import Literal

from pydantic import Field

from municipality_gateway.state.matches import Answer, Spoken
from municipality_gateway.state.replies import Said
from shared.events import base
from shared.events.base import Data


class Placement(Spoken):
    place_id: str
    referral_id: str
    match_id: str
    candidate_id: str
    over: bool = False
    said: dict[str, Said] = Field(default_factory=dict)


class Stage(Spoken):
    """A stage that a kommune may approve, and what it said."""

    placement_id: str
    place_id: str
    referral_id: str | None = None
    plan: base.Stage | None = None
    """Form, hours, from and to; none of one that an older build has heard of."""
    answer: Answer | None = None
    reply_id: str | None = None
    """By which it was given."""
    void: bool = False
    """Taken back, or another one came in its place."""


class Help(Data):
    """What the kommune said of the support that was wanted."""

    answer: Literal["granted", "refused", "later"]
    support: str | None = None
    minutes: int | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None


class Challenge(Spoken):
    """Something with which a kommune's help is wanted."""

    placement_id: str
    place_id: str
    referral_id: str | None = None
    code: str | None = None
    answer: Help | None = None
    reply_id: str | None = None
    """By which it was given."""
