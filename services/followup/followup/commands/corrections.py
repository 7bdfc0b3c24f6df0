"""What was entered wrongly and can be put right, with a trace."""

from typing import Annotated, Literal

from pydantic import Field

from followup.commands.placements import EndBody, OfPlacement, OfStage, PlanStageBody, RecordOutcomeBody, StartBody
from followup.state.placements import When
from shared.catalogue import codes
from shared.events.base import Id
from shared.spine.work import Strict


class CorrectStartBody(StartBody):
    """It began on another day."""

    what: Literal["start"]


class CorrectEndBody(EndBody):
    """It ended on another day, for another reason, or with other gains."""

    what: Literal["end"]


class OutcomeCorrection(Strict):
    """The outcome of that time of asking is another one, or (left out) none."""

    outcome: codes.Outcome
    when: When
    now: RecordOutcomeBody | None = None


class CorrectOutcomeBody(OutcomeCorrection):
    what: Literal["outcome"]


class StageCorrection(Strict):
    """The stage is another one. Left out, it is taken back: only one that has not begun can be."""

    stage_id: Id
    now: PlanStageBody | None = None


class CorrectStageBody(StageCorrection):
    what: Literal["stage"]


CorrectionBody = Annotated[
    CorrectStartBody | CorrectEndBody | CorrectOutcomeBody | CorrectStageBody, Field(discriminator="what")
]


class CorrectStart(StartBody, OfPlacement): ...


class CorrectEnd(EndBody, OfPlacement): ...


class CorrectOutcome(OutcomeCorrection, OfPlacement): ...


class CorrectStage(StageCorrection, OfStage): ...
