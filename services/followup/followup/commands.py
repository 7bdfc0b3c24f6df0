"""What can be asked of follow-up: by people over HTTP (checked strictly), by timers and by its own decisions.

A pair per request: the body as it comes, and the command that says about which thing.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from followup.state import When
from shared.catalogue import codes
from shared.catalogue.codes import codes as code_list
from shared.catalogue.refusal import refusal
from shared.events.base import Id
from shared.events.kommune.replies import Tasks, TimesOfDay, WeekHours
from shared.identifiers import Day
from shared.spine.work import Command, Strict


def _answer(code: str) -> str:
    if any(code in code_list(name) for name in ("gains", "learning", "challenges")):
        return code
    raise refusal(
        "unknown-code",
        "an answer is a code of one of the lists gains, learning and challenges: GET /codes/{list} shows them",
        "et svar er en kode fra en af listerne gains, learning og challenges: GET /codes/{list} viser dem",
    )


Answer = Annotated[str, AfterValidator(_answer)]


class OfPlacement(Command):
    placement_id: Id


class FirstDay(Strict):
    """The day on which it really began."""

    on: Day


class Start(FirstDay, OfPlacement): ...


class Call(Strict):
    """`answered`: somebody picked up. `answers` are gains, learning or challenges."""

    kind: codes.CheckinKind
    answered: bool
    answers: tuple[Answer, ...] = ()


class CheckIn(Call, OfPlacement):
    by: Literal["leader", "consultant"]


class NewStage(Strict):
    """Another form, other hours, times or tasks from a day on. Hours are a week's; praktik needs `next_step`."""

    model_config = ConfigDict(populate_by_name=True)

    form: codes.Form
    hours: WeekHours
    times_of_day: TimesOfDay
    tasks: Tasks
    from_: Day = Field(alias="from")
    to: Day | None = None
    next_step: codes.Form | None = None


class PlanStage(NewStage, OfPlacement):
    stage_id: Id


class TimeOut(Strict):
    """An approval that runs out pauses by itself; people give a time-out."""

    reason: Literal["time-out"] = "time-out"
    until: Day | None = None


class Pause(TimeOut, OfPlacement): ...


class Resume(OfPlacement): ...


class Cancelling(Strict):
    reason: codes.PlacementCancelled


class Cancel(Cancelling, OfPlacement): ...


class Ending(Strict):
    reason: codes.PlacementEnded
    on: Day
    gains: tuple[codes.Gain, ...] = ()


class End(Ending, OfPlacement): ...


class Became(Strict):
    """`when` is left out to have it worked out from `on`. Hours are a week's; employment needs them."""

    outcome: codes.Outcome
    hours: Annotated[float, Field(ge=0, le=37)] | None = None
    on: Day
    when: When | None = None


class RecordOutcome(Became, OfPlacement): ...


class NewDay(OfPlacement):
    """Timer: something is due in this placement today."""


class CandidateGone(OfPlacement):
    """The kommune withdrew the candidate after the agreement."""


class PlaceStopped(OfPlacement):
    """The place paused or closed after the agreement."""

    reason: str


class Trouble(Strict):
    """Something is hard; about a placement, a place or a company, never about a person."""

    about: Literal["placement", "place", "company"]
    about_id: Id
    code: codes.Challenge
    help: Literal["kommune"] | None = None


class RaiseChallenge(Trouble, Command):
    challenge_id: Id
    by: Literal["leader", "consultant"]


class CloseChallenge(Command):
    challenge_id: Id


class Tried(Strict):
    """Against a challenge, or for a placement without one. `minutes`: what it cost the leader and the consultant."""

    challenge_id: Id | None = None
    placement_id: Id | None = None
    code: codes.Intervention
    by: Literal["leader", "consultant", "kommune"]
    minutes: Annotated[int, Field(ge=0, le=10_000)]


class TryIntervention(Tried, Command):
    intervention_id: Id


class Judgement(Strict):
    result: codes.InterventionResult


class JudgeIntervention(Judgement, Command):
    intervention_id: Id
