"""What follows for a place: the next kommune is asked."""

from shared.catalogue.kommuner import KommuneCode
from shared.frozen import Frozen
from shared.spine.work import Command, Strict


class Widen(Command):
    """A referral is open no more: where seats are left, a kommune is asked.

    `found_by`: the kommune that found somebody. `again`: it did not say itself that it has nobody more.
    """

    place_id: str
    referral_id: str
    kommune: str | None = None
    found_by: str | None = None
    again: bool = False


class AskThisBody(Strict):
    kommune: KommuneCode


class AskThis(Command):
    """A consultant knows which kommune to ask."""

    place_id: str
    kommune: str


class AskedAnswer(Frozen):
    referral_id: str
    kommune: str
