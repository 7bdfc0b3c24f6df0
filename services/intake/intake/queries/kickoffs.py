"""Which kick-offs there are."""

from datetime import date

from intake.state.leaders import Kickoff
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many


class KickoffView(Frozen):
    id: str
    name: str
    kommune: str
    held_on: date


async def kickoffs(runtime: Runtime) -> list[KickoffView]:
    """The latest first."""
    found = await many(
        runtime.pool,
        Kickoff,
        "SELECT state, shape FROM aggregate WHERE kind = 'kickoff' ORDER BY state->>'held_on' DESC, id",
    )
    return [KickoffView(id=one.id, name=one.name, kommune=one.kommune, held_on=one.held_on) for one in found]
