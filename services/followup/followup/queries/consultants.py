"""Who follows how many, and who is away."""

from datetime import date, timedelta

from followup.state.consultants import Absence, Consultant
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen, Shown
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal

A_YEAR = timedelta(days=365)


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


async def note_name(runtime: Runtime, who: Principal) -> None:
    """What who is here is called, so that colleagues find them by it; once a day. After a year away it is dropped."""
    if who.name:
        today = calendar.today(runtime.clock.now())
        await runtime.pool.execute(
            "INSERT INTO consultant_name AS c (sub, name, seen_on) VALUES ($1, $2, $3) ON CONFLICT (sub) DO UPDATE"
            " SET name = excluded.name, seen_on = excluded.seen_on"
            " WHERE (c.name, c.seen_on) <> (excluded.name, excluded.seen_on)",
            who.sub,
            who.name,
            today,
        )
        await runtime.pool.execute("DELETE FROM consultant_name WHERE seen_on < $1", today - A_YEAR)


async def names(pool: Connection) -> dict[str, str]:
    """Subject -> name, of those who have been here."""
    return dict(map(tuple, await pool.fetch("SELECT sub, name FROM consultant_name ORDER BY name, sub")))


async def colleagues(runtime: Runtime) -> list[tuple[str, str]]:
    """Subject and name of all who have been here or follow something; whose name is not known, by the subject."""
    known = await names(runtime.pool)
    others = {one.consultant: one.consultant for one in await consultants(runtime) if one.consultant}
    return sorted({**others, **known}.items(), key=lambda one: (one[1].casefold(), one[0]))


async def followed_by(pool: Connection, consultant: str) -> list[str]:
    rows = await pool.fetch(
        "SELECT id FROM aggregate WHERE kind = 'placement' AND state->>'consultant' = $1 ORDER BY id", consultant
    )
    return [row["id"] for row in rows]


def _to_come(consultant: Consultant, today: date) -> list[AbsenceView]:
    return [AbsenceView.of(absence) for absence in consultant.absences if absence.to >= today]
