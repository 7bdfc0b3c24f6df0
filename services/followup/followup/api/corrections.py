"""HTTP about what was entered wrongly."""

from uuid import UUID

from fastapi import APIRouter

from followup.api.base import Consultant
from followup.api.placements import candidate_of, decided
from followup.commands.corrections import (
    CorrectEnd,
    CorrectEndBody,
    CorrectionBody,
    CorrectOutcome,
    CorrectOutcomeBody,
    CorrectStage,
    CorrectStart,
    CorrectStartBody,
)
from followup.commands.placements import OfPlacement, PlacementAnswer
from shared.web.dependencies import Dispatch, RuntimeDep

router = APIRouter()


@router.post("/placements/{placement_id}/corrections")
async def correct(
    placement_id: UUID, body: CorrectionBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlacementAnswer:
    """The first day, the end, an outcome or a stage was another one. What stood there stays on the placement's trace.

    What should not be there at all is cancelled or ended with `entered-in-error`.
    """
    id_, facts = str(placement_id), {name: value for name, value in dict(body).items() if name != "what"}
    command: OfPlacement
    if isinstance(body, CorrectStartBody):
        command = CorrectStart(placement_id=id_, **facts)
    elif isinstance(body, CorrectEndBody):
        command = CorrectEnd(placement_id=id_, **facts)
    elif isinstance(body, CorrectOutcomeBody):
        command = CorrectOutcome(placement_id=id_, **facts)
    else:
        command = CorrectStage(placement_id=id_, candidate=await candidate_of(runtime, placement_id), **facts)
    return await decided(runtime, dispatch, command, who, PlacementAnswer)
