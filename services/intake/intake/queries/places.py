"""Places, as their leader and consultants see them."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from intake import texts
from intake.commands.places import RuleAnswer
from intake.queries.postal import ShareView, guess
from intake.rules import clarification
from intake.rules import places as rules
from intake.state.leaders import Leader
from intake.state.places import Frame, Past, Place, TaskWanted
from shared.catalogue import calendar
from shared.events.intake import PlaceState
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal
from shared.web.dependencies import get_or_404


class TaskView(TaskWanted):
    """Without what only a newer build knows; so are the other parts of a state that are shown."""

    model_config = ConfigDict(extra="ignore")


class FrameView(Frame):
    model_config = ConfigDict(extra="ignore")

    tasks: tuple[TaskView, ...] | None = None


class PastView(Past):
    """`da` is what the leader reads."""

    model_config = ConfigDict(extra="ignore")

    da: str


def guessed(place: Place, today: date) -> ShareView | None:
    return guess(place.postnr, place.kommune, today, chosen=place.found.kommune is not None)


class PlaceView(Frozen):
    """`kommune_guess`: nobody has said in which of its postal code's kommuner it lies, and this one was taken."""

    place_id: str
    state: PlaceState
    kommune: str
    kommune_guess: ShareView | None = None
    seats: int
    seats_taken: int
    history: list[PastView]

    @classmethod
    def of(cls, place: Place, today: date) -> Self:
        return cls(
            place_id=place.id,
            state=place.state,
            kommune=place.kommune,
            kommune_guess=guessed(place, today),
            seats=place.seats,
            seats_taken=len(place.agreed),
            history=_history(place),
        )


def _history(place: Place) -> list[PastView]:
    """The same sentence once more on the same day says nothing new."""
    told = [PastView(**dict(past), da=texts.sentence(past)) for past in place.history]
    known = [None, *((one.on, one.da) for one in told)]
    return [one for one, last in zip(told, known, strict=False) if (one.on, one.da) != last]


class WholePlaceView(PlaceView):
    leader_id: str
    company_id: str
    workplace_id: str
    postnr: str
    found: FrameView


class PlaceRulesView(Frozen):
    """`may_open`: nothing but the leader's yes is missing."""

    place_id: str
    state: PlaceState
    may_open: bool
    rules: list[RuleAnswer]
    also_here: tuple[str, ...] = Field((), description="other places at this workplace, for a consultant")


async def own_place(runtime: Runtime, place_id: UUID | str, who: Principal) -> Place:
    """404 where there is none, or it is another leader's."""
    place = await get_or_404(runtime, Place, place_id, "place_id")
    who.own("place_id", leader=place.leader_id)
    return place


async def whole_place(runtime: Runtime, place_id: UUID, who: Principal) -> WholePlaceView:
    """With its history and what was found."""
    place = await own_place(runtime, place_id, who)
    found = FrameView.model_validate(place.found.model_dump())
    where = {"company_id": place.company_id, "workplace_id": place.workplace_id, "postnr": place.postnr}
    shown = dict(PlaceView.of(place, calendar.today(runtime.clock.now())))
    return WholePlaceView(**shown, leader_id=place.leader_id, found=found, **where)


async def place_rules(runtime: Runtime, place_id: UUID, who: Principal) -> PlaceRulesView:
    place = await own_place(runtime, place_id, who)
    leader, today = await get_or_404(runtime, Leader, place.leader_id, "place_id"), calendar.today(runtime.clock.now())
    said = clarification.told(place, leader, today)
    known = {one.rule for one in said}
    unclear = [
        RuleAnswer(rule=one.rule, severity="block", field=one.field, da=one.da, en=one.en)
        for one in clarification.unclear(place, leader, today)
        if one.rule not in known
    ]
    stopped = unclear or any(one.severity == "block" for one in said)
    may_open = place.state in rules.UNOPENED and not stopped
    here = await also_here(runtime, place.id) if "consultant" in who.roles else ()
    return PlaceRulesView(
        place_id=place.id, state=place.state, may_open=may_open, rules=[*unclear, *said], also_here=here
    )


async def also_here(runtime: Runtime, place_id: str) -> tuple[str, ...]:
    """Other places at the same workplace, at the same postal code, that are not closed; the first one first."""
    rows = await runtime.pool.fetch(
        "SELECT o.id FROM aggregate p JOIN aggregate o ON o.state->>'workplace_id' = p.state->>'workplace_id'"
        " WHERE p.kind = 'place' AND p.id = $1 AND o.kind = 'place' AND o.id <> p.id"
        " AND o.state->>'postnr' = p.state->>'postnr' AND o.state->>'state' <> 'closed' ORDER BY o.id",
        place_id,
    )
    return tuple(row["id"] for row in rows)


async def places_of(runtime: Runtime, leader_id: str) -> list[Place]:
    """The first one first: ids are in order of time."""
    return await many(
        runtime.pool,
        Place,
        "SELECT state, shape FROM aggregate WHERE kind = 'place' AND state->>'leader_id' = $1 ORDER BY id",
        leader_id,
    )
