"""Who follows how many, and who is away."""

from datetime import date

from followup.state.consultants import Absence, Consultant
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen, Shown
from shared.runtime import Runtime
from shared.spine.aggregates import many


class AbsenceView(Shown, Absence, extra="ignore"): ...


class ConsultantView(Frozen):
    """`placements`: how many that are not over. `absences`: those that are not past."""

    consultant: str | None
    placements: int
    absences: list[AbsenceView]


async def everybody(pool: Connection) -> list[Consultant]:
    """Those who have ever noted an absence."""
    return await many(pool, Consultant, "SELECT state, shape FROM aggregate WHERE kind = 'consultant' ORDER BY id")


async def consultants(runtime: Runtime) -> list[ConsultantView]:
    """Nobody, too: placements that no consultant follows yet."""
    today = calendar.today(runtime.clock.now())
    rows = await runtime.pool.fetch(
        "SELECT state->>'consultant' AS sub, count(*) AS placements FROM aggregate WHERE kind = 'placement'"
        " AND (state->>'state' IN ('planned', 'active', 'paused') OR jsonb_array_length(state->'plan') > 0) GROUP BY 1"
    )
    followed: dict[str | None, int] = {row["sub"]: row["placements"] for row in rows}
    away = {one.id: one for one in await everybody(runtime.pool)}
    return [
        ConsultantView(
            consultant=sub,
            placements=followed.get(sub, 0),
            absences=_to_come(away[sub], today) if sub in away else [],
        )
        for sub in sorted({*followed, *away}, key=lambda sub: sub or "")
    ]


async def followed_by(pool: Connection, consultant: str) -> list[str]:
    rows = await pool.fetch(
        "SELECT id FROM aggregate WHERE kind = 'placement' AND state->>'consultant' = $1 ORDER BY id", consultant
    )
    return [row["id"] for row in rows]


def _to_come(consultant: Consultant, today: date) -> list[AbsenceView]:
    return [AbsenceView.of(absence) for absence in consultant.absences if absence.to >= today]
