"""What can be asked of matching."""

from typing import Annotated, Literal

from pydantic import Field

from shared.catalogue import codes
from shared.frozen import Frozen
from shared.spine.work import Command, Strict

Answer = Literal["yes", "no"]


class OfMatch(Command):
    match_id: str


class MatchAnswer(Frozen):
    """Decided; how the match stands now is read."""

    match_id: str


class LeaderAnswersBody(Strict):
    """A no takes a reason of the list `match-declined`; without one it is `no-reason`."""

    answer: Answer
    reason: codes.MatchDeclined | None = None


class LeaderAnswers(OfMatch):
    """The leader's yes or no, or the consultant's on the leader's behalf."""

    place_id: str
    answer: Answer
    reason: str | None


class AnswerGateBody(Strict):
    """Answers to the gate's questions; they may come one by one, and be corrected until the match is agreed."""

    answers: Annotated[dict[codes.GateQuestion, bool], Field(min_length=1)]


class AnswerGate(OfMatch):
    answers: dict[str, bool]


class Agree(OfMatch):
    """Every yes and every answer is there: everything is looked at once more, under the locks of all four."""

    place_id: str
    referral_id: str
    candidate: str


class Expire(OfMatch):
    """The time of the leader's yes is over, or that for which the seat is held."""

    place_id: str


class Recheck(OfMatch):
    """The place is another one now: does the match still fit, and is more to be asked before a start?"""

    place_id: str


class Correct(OfMatch):
    """It was entered in error, the consultant says: it ends, as far as it is not agreed."""

    place_id: str


class Cancel(OfMatch):
    """End a match that is not agreed yet; nothing happens to one that is."""

    place_id: str
    reason: str
