"""HTTP about places."""

from uuid import UUID

from fastapi import APIRouter

from intake.api.base import Consultant, LeaderOrConsultant
from intake.commands.places import (
    ChangePlace,
    ChangePlaceBody,
    ClosePlace,
    ClosePlaceBody,
    DraftPlace,
    DraftPlaceBody,
    FoundAnswer,
    HereAnswer,
    OfPlace,
    OpenPlace,
    OpenPlaceAnswer,
    OpenPlaceBody,
    PausePlace,
    PausePlaceBody,
    PlaceAnswer,
    ReopenPlace,
    ReopenPlaceBody,
)
from intake.queries.places import PlaceRulesView, WholePlaceView, also_here, own_place, place_rules, whole_place
from intake.state.leaders import Leader
from shared.runtime import Runtime
from shared.spine.work import Work
from shared.web.access import Principal
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()


@router.post("/places", status_code=201)
async def draft_place(body: DraftPlaceBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> HereAnswer:
    """Begin a place with a leader; tasks and frame may come now or later. A double click begins one."""
    leader = await get_or_404(runtime, Leader, body.leader_id, "leader_id")
    command = DraftPlace(place_id=Work.new_id(), leader_id=leader.id, found=body.found)
    answer: HereAnswer = await dispatch(command, who, HereAnswer, once=True)
    return answer.changed(also_here=await also_here(runtime, answer.place_id))


@router.get("/places/{place_id}", response_model_exclude_none=True)
async def place(place_id: UUID, who: LeaderOrConsultant, runtime: RuntimeDep) -> WholePlaceView:
    """The place with its history."""
    return await whole_place(runtime, place_id, who)


@router.patch("/places/{place_id}")
async def change_place(
    place_id: UUID, body: ChangePlaceBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> FoundAnswer:
    """What was found in the call; what is not mentioned stays. Of an opened place everybody concerned is told."""
    found = await own_place(runtime, place_id, who)
    command = ChangePlace(place_id=found.id, leader_id=found.leader_id, found=body.found)
    answer: FoundAnswer = await dispatch(command, who, FoundAnswer)
    return answer


@router.get("/places/{place_id}/rules", response_model_exclude_none=True)
async def rules_of_place(place_id: UUID, who: LeaderOrConsultant, runtime: RuntimeDep) -> PlaceRulesView:
    """A dry run: whether it may open, and what the rules of the day say of it. Nothing is decided, nothing told."""
    return await place_rules(runtime, place_id, who)


@router.post("/places/{place_id}/open")
async def open_place(
    place_id: UUID, body: OpenPlaceBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep
) -> OpenPlaceAnswer:
    """Tasks are clear and the leader agrees: the kommune is asked, unless a rule of the day stops it."""
    found = await own_place(runtime, place_id, who)
    command = OpenPlace(place_id=found.id, leader_id=found.leader_id, agreed_at=body.agreed_at)
    answer: OpenPlaceAnswer = await dispatch(command, who, OpenPlaceAnswer)
    return answer.changed(also_here=await also_here(runtime, found.id))


@router.post("/places/{place_id}/pause")
async def pause_place(
    place_id: UUID, body: PausePlaceBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlaceAnswer:
    """No new match for now; what is agreed stands."""
    return await _decided(runtime, dispatch, PausePlace(place_id=str(place_id), reason=body.reason), who)


@router.post("/places/{place_id}/reopen")
async def reopen_place(
    place_id: UUID, body: ReopenPlaceBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlaceAnswer:
    """The leader agrees again."""
    return await _decided(runtime, dispatch, ReopenPlace(place_id=str(place_id), agreed_at=body.agreed_at), who)


@router.post("/places/{place_id}/close")
async def close_place(
    place_id: UUID, body: ClosePlaceBody, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> PlaceAnswer:
    """The place is over; what is agreed stands."""
    return await _decided(runtime, dispatch, ClosePlace(place_id=str(place_id), reason=body.reason), who)


async def _decided(runtime: Runtime, dispatch: Dispatch, command: OfPlace, who: Principal) -> PlaceAnswer:
    """Of a place that is there and, for a leader, one's own."""
    await own_place(runtime, command.place_id, who)
    answer: PlaceAnswer = await dispatch(command, who, PlaceAnswer)
    return answer
