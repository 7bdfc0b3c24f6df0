"""A referral is made, guided, and waits."""

from typing import Literal

from municipality_gateway.state.referrals import Step
from shared.catalogue.reach import Why
from shared.events.municipality_gateway import TaskStatus
from shared.frozen import Frozen
from shared.spine.work import Command, Strict


class Ask(Command):
    """A kommune is to be asked; the decision was made for the place, the referral is made here."""

    referral_id: str
    place_id: str
    kommune: str
    why: Why
    minutes: int


class Recall(Command):
    """The place wants nobody more for now, or a consultant says so: the kommune is told, or asked to stop looking."""

    referral_id: str
    reason: str


class TakeBackBody(Strict):
    """`match-elsewhere`: it has found somebody on another way. `entered-in-error`: it should not have been asked."""

    reason: Literal["match-elsewhere", "entered-in-error"]


class TakeBack(Command):
    referral_id: str
    reason: str


class ReferralAnswer(Frozen):
    referral_id: str
    state: TaskStatus
    business_status: str


class TellChange(Command):
    """A place that a kommune is asked about is another one now. `changes` names its fields.

    `placed`: it has found somebody there, who is there still; of a referral that is over it hears for them alone.
    """

    referral_id: str
    place_id: str
    changes: tuple[str, ...]
    placed: bool = False


class HandOver(Command):
    """Whoever was asked may be there no more, or somebody may have come. `to`: the one who takes over."""

    referral_id: str
    kommune: str
    to: str | None = None


class RecordGuidance(Command):
    """The leader was told who will call, and how things are done there."""

    referral_id: str
    kommune: str


class GuidanceAnswer(Frozen):
    referral_id: str
    guided: bool


class Deadline(Command):
    """A kommune has not answered a referral in time."""

    referral_id: str
    kommune: str
    step: Step
