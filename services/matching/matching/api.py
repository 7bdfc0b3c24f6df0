"""HTTP of matching: the leader's yes or no, the gate, and where each match stands."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from matching import store, texts
from matching.rules import agreement
from matching.state import Answer, AnswerGate, LeaderAnswers, Match, MatchState, Place
from shared.catalogue import codes
from shared.events.base import Approval, Terms
from shared.events.matching import Party
from shared.spine.work import Strict
from shared.web.access import Principal, allow
from shared.web.dependencies import Dispatch, RuntimeDep, get_or_404

router = APIRouter()
Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
AnyParty = Annotated[Principal, Depends(allow("leader", "kommune", "consultant"))]


class Approving(Strict):
    """A no takes a reason of the list `match-declined`; without one it is `no-reason`."""

    answer: Answer
    reason: codes.MatchDeclined | None = None


class Clearing(Strict):
    """Answers to the gate's questions; they may come one by one, and be corrected until the match is agreed."""

    answers: Annotated[dict[codes.GateQuestion, bool], Field(min_length=1)]


class Shown(BaseModel):
    """Where a match stands. Hours are a week's; `answer_by` and `held_until` are days in Denmark, to their end."""

    match_id: str
    place_id: str
    referral_id: str
    candidate_id: str
    kommune: str
    state: MatchState
    reason: str | None
    declined_by: Party | None
    terms: Terms
    warnings: tuple[str, ...]
    approvals: tuple[Approval, ...]
    missing: list[Party] = Field(description="who must still say yes")
    gate: dict[str, bool | None] = Field(description="each question with its answer; null: not answered")
    gate_missing: list[str] = Field(description="not answered, or answered with no: the match waits for them")
    answer_by: date
    held_until: date | None
    next: str = Field(description="what comes next for the leader, in Danish")


@router.get("/matches")
async def matches(place_id: UUID, who: AnyParty, runtime: RuntimeDep) -> list[Shown]:
    """The matches of a place, those that are over as well. A kommune sees those of its own young people."""
    place = await get_or_404(runtime, Place, place_id, "place_id")
    if "kommune" not in who.roles:
        who.own_leader(place.offer.leader_id)
    return [_shown(match) for match in await store.matches_of(runtime.pool, place.id) if _sees(who, match)]


@router.get("/matches/{match_id}")
async def match(match_id: UUID, who: AnyParty, runtime: RuntimeDep) -> Shown:
    """One match: who must still say yes, what the gate lacks, and what comes next."""
    found = await get_or_404(runtime, Match, match_id, "match_id")
    who.own(leader=found.leader_id, kommune=found.kommune)
    return _shown(found)


@router.post("/matches/{match_id}/approvals")
async def approve(
    match_id: UUID, body: Approving, who: LeaderOrConsultant, dispatch: Dispatch, runtime: RuntimeDep
) -> Shown:
    """The leader's yes, which holds a seat, or no, which ends the match; also by the consultant for the leader.

    The kommune's and the young person's answers come as replies of the kommune.
    """
    found = await get_or_404(runtime, Match, match_id, "match_id")
    who.own_leader(found.leader_id)
    await dispatch(LeaderAnswers(match_id=found.id, place_id=found.place_id, **body.model_dump()), who)
    return _shown(await get_or_404(runtime, Match, match_id, "match_id"))


@router.post("/matches/{match_id}/gate")
async def clear(match_id: UUID, body: Clearing, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> Shown:
    """What consultant and leader have gone through. With every yes there, the last answer makes the agreement."""
    await get_or_404(runtime, Match, match_id, "match_id")
    await dispatch(AnswerGate(match_id=str(match_id), answers=body.answers), who)
    return _shown(await get_or_404(runtime, Match, match_id, "match_id"))


def _sees(who: Principal, found: Match) -> bool:
    leader = "leader" in who.roles and who.leader_id == found.leader_id
    kommune = "kommune" in who.roles and found.kommune in who.kommuner
    return leader or kommune or "consultant" in who.roles


def _shown(found: Match) -> Shown:
    same: dict[str, Any] = {name: getattr(found, name) for name in Shown.model_fields if name in Match.model_fields}
    return Shown(
        **same,
        match_id=found.id,
        declined_by=found.by,
        missing=agreement.missing(found),
        gate_missing=agreement.gate_missing(found),
        next=texts.what_next(found),
    )
