"""What can be asked about a placement, and what is answered."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field

from followup import texts
from followup.state.placements import PlacementState, Speaker, When
from shared.catalogue import codes
from shared.catalogue.rules import rule
from shared.events.base import Id
from shared.events.kommune.replies import Tasks, TimesOfDay
from shared.frozen import Frozen
from shared.identifiers import Day, Each, WeekHours, quarters
from shared.spine.work import Command, Strict


def _said(code: str) -> str:
    if any(code in codes.codes(name) for name in ("gains", "learning", "challenges")):
        return code
    raise texts.unknown_answer()


class OfPlacement(Command):
    placement_id: Id


class OfStage(OfPlacement):
    """`candidate`: whose age the rules of a stage depend on, as `<kommune>.<candidate_id>`."""

    candidate: str | None = None


class WarningAnswer(Frozen):
    """A rule that does not stop it, and the way out."""

    rule: str
    da: str
    en: str

    @classmethod
    def of(cls, rule_id: str) -> Self:
        said = rule(rule_id)
        return cls(rule=rule_id, da=f"{said.da} {said.way_out_da}", en=f"{said.en} {said.way_out_en}")


class PlacementAnswer(Frozen):
    """Where a decision leaves the placement."""

    placement_id: str
    state: PlacementState
    next_checkin: date | None


class StartBody(Strict):
    """The day on which it really began."""

    on: Day


class Start(StartBody, OfPlacement): ...


class CheckInBody(Strict):
    """`answered`: somebody picked up. `answers` are gains, learning or challenges."""

    kind: codes.CheckinKind
    answered: bool
    answers: Each[Annotated[str, AfterValidator(_said)]] = ()


class CheckIn(CheckInBody, OfPlacement):
    by: Speaker


class PlanStageBody(Strict):
    """Another form, other hours, times or tasks from a day on. Hours are a week's.

    Praktik needs `next_step`; without a last day it has that of its approval.
    `u18_tasks_confirmed`: a consultant has looked at the tasks (R-U18-1).
    """

    model_config = ConfigDict(populate_by_name=True)

    form: codes.Form
    hours: WeekHours
    times_of_day: TimesOfDay
    tasks: Tasks
    from_: Day = Field(alias="from")
    to: Day | None = None
    next_step: codes.Form | None = None
    u18_tasks_confirmed: bool = False


class PlanStage(PlanStageBody, OfStage):
    stage_id: Id


class StageAnswer(PlacementAnswer):
    """`approval_needed`: the kommune must say yes before it begins."""

    stage_id: str
    approval_needed: bool
    warnings: tuple[WarningAnswer, ...]


class MoveBody(Strict):
    """Another department of the same workplace, from that day on. Tasks that are left out stay as they are.

    `contact_id` and `buddy_id` are the leader or a colleague, whom intake knows and follow-up does not: an id is taken
    as it is given, and where intake knows nobody by it, its `GET /day` names nobody.
    """

    on: Day
    contact_id: Id
    buddy_id: Id | None = None
    tasks: Tasks | None = None
    u18_tasks_confirmed: bool = False


class Move(MoveBody, OfStage): ...


class ProgressBody(Strict):
    code: codes.Learning
    level: codes.LearningProgress


class NoteLearningBody(Strict):
    """`goals` replace those that were there; left out, they stay. `progress` is how far it has come today."""

    goals: Each[codes.Learning] | None = None
    progress: Annotated[tuple[ProgressBody, ...], Field(max_length=100)] = ()


class NoteLearning(NoteLearningBody, OfPlacement):
    by: Speaker


class PauseBody(Strict):
    """An approval that runs out pauses by itself; people give a time-out."""

    reason: Literal["time-out"] = "time-out"
    until: Day | None = None


class Pause(PauseBody, OfPlacement): ...


class Resume(OfPlacement): ...


class CancelBody(Strict):
    reason: codes.PlacementCancelled


class Cancel(CancelBody, OfPlacement): ...


class EndBody(Strict):
    reason: codes.PlacementEnded
    on: Day
    gains: Each[codes.Gain] = ()


class End(EndBody, OfPlacement): ...


class RecordOutcomeBody(Strict):
    """`when` is left out to have it worked out from `on`. Hours are a week's; employment needs them."""

    outcome: codes.Outcome
    hours: Annotated[float, quarters(0)] | None = None
    on: Day
    when: When | None = None


class RecordOutcome(RecordOutcomeBody, OfPlacement): ...


class OutcomeAnswer(PlacementAnswer):
    """`when` as it was worked out."""

    when: When


class NewDay(OfPlacement):
    """Timer: something is due in this placement today."""


class CandidateGone(OfPlacement):
    """The kommune withdrew the candidate. `version`: the candidate's, by which an agreement on a later one stands."""

    version: int | None = None


class Forget(Command):
    """Timer: nothing was agreed about a candidate for so long that the age band is not needed."""

    candidate: str


class Remember(Command):
    """A placement is over, as it is known by now: the candidate's history knows it."""

    candidate: str
    placement_id: Id
    company_id: Id
    unpaid: bool
    in_error: bool = False


class FollowPlace(OfPlacement):
    """The place has another leader or contact; a placement with a contact of its own keeps it."""

    leader_id: str
    contact_was: str
    contact_id: str


class PlaceStopped(OfPlacement):
    """The place paused or closed after the agreement."""

    reason: str
    closed: bool = False
