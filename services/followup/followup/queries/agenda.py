"""The consultant's day: who needs help now, what stands still, and whom to ask."""

from datetime import date, timedelta

from followup.queries.challenges import ChallengeView, still_open
from followup.queries.placements import PlacementView
from followup.state.placements import Placement
from followup.texts import PHONE_PROMISE, Words
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many


class DueView(PlacementView):
    """A check-in, and the placement that it is about."""

    kind: str
    on: date


class AgendaView(Frozen):
    """A leader's call for help on top."""

    today: date
    challenges: list[ChallengeView]
    approval_expired: list[PlacementView]
    due: list[DueView]
    coming: list[DueView]
    phone_promise: Words = PHONE_PROMISE


async def whole_agenda(runtime: Runtime, days: int, limit: int) -> AgendaView:
    today = calendar.today(runtime.clock.now())
    until = today + timedelta(days=days)
    checkins = [
        DueView(**dict(PlacementView.of(p)), kind=checkin.kind, on=checkin.on)
        for p in await _asked_by(runtime.pool, until, limit)
        for checkin in p.plan
        if checkin.on <= until
    ]
    checkins.sort(key=lambda checkin: checkin.on)
    return AgendaView(
        today=today,
        challenges=await still_open(runtime.pool, limit),
        approval_expired=[PlacementView.of(p) for p in await _expired(runtime.pool, limit)],
        due=[c for c in checkins if c.on <= today],
        coming=[c for c in checkins if c.on > today],
    )


async def _asked_by(pool: Connection, until: date, limit: int) -> list[Placement]:
    """Placements whose next check-in is overdue or comes by that day, the earliest first."""
    return await many(
        pool,
        Placement,
        "SELECT state, shape FROM aggregate WHERE kind = 'placement' AND state->'plan'->0->>'on' <= $1"
        " ORDER BY state->'plan'->0->>'on', id LIMIT $2",
        until.isoformat(),
        limit,
    )


async def _expired(pool: Connection, limit: int) -> list[Placement]:
    """Paused because an approval ran out."""
    return await many(
        pool,
        Placement,
        "SELECT state, shape FROM aggregate WHERE kind = 'placement' AND state->>'state' = 'paused'"
        " AND state->>'reason' = 'approval-expired' ORDER BY id LIMIT $1",
        limit,
    )
