"""The consultant's day: who needs help now, what stands still, and whom to ask. One line for each, with what is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeVar

from followup.queries.challenges import ChallengeView, still_open
from followup.queries.consultants import everybody
from followup.queries.placements import AttentionView, CheckinView, PlacementView
from followup.rules import agenda
from followup.state.challenges import Challenge
from followup.state.companies import Company
from followup.state.consultants import Consultant, stands_in
from followup.state.placements import Placement
from followup.state.places import Place
from followup.texts import Words, phone_promise
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal

Whose = Literal["all", "mine"]
T = TypeVar("T", Placement, Place, Company)


class PlacementLine(PlacementView):
    """A placement, once: what is asked first (`kind`, `on`), all that is `due`, and what happened around it.

    Whom to ring is told by ids: `contact_id` (at the workplace), `leader_id`, `place_id` and `kommune`.
    """

    contact_id: str
    buddy_id: str | None
    kind: str | None
    on: date | None
    due: list[CheckinView]
    attention: list[AttentionView]
    consultant: str | None
    substitute: str | None


class ChallengeLine(ChallengeView):
    """Something hard, once, and whose move it is. `leader_id` and `contact_id`: whom to ring at the workplace."""

    awaits: agenda.Awaits
    leader_id: str | None
    contact_id: str | None
    company_id: str | None
    consultant: str | None
    substitute: str | None


class AgendaView(Frozen):
    """A leader's call for help on top. Each placement is on one list alone. `more`: not all found room."""

    today: date
    challenges: list[ChallengeLine]
    approval_expired: list[PlacementLine]
    due: list[PlacementLine]
    coming: list[PlacementLine]
    more: bool
    phone_promise: Words


@dataclass(frozen=True)
class _Day:
    today: date
    until: date
    consultants: list[Consultant]

    def substitute(self, consultant: str | None) -> str | None:
        return stands_in(self.consultants, consultant, self.today)

    def whose(self, who: str) -> list[str]:
        """Whose work it is today: one's own, and that of those one stands in for."""
        return [who, *(one.id for one in self.consultants if self.substitute(one.id) == who)]


async def whole_agenda(runtime: Runtime, days: int, limit: int, whose: Whose, who: Principal) -> AgendaView:
    today = calendar.today(runtime.clock.now())
    day = _Day(today, today + timedelta(days=days), await everybody(runtime.pool))
    mine = day.whose(who.sub) if whose == "mine" else None
    found = await _at_work(runtime.pool, day.until, mine, limit + 1)
    hard = await still_open(runtime.pool, mine, limit + 1)
    lanes: dict[agenda.Lane | None, list[PlacementLine]] = {}
    for p in found[:limit]:
        lanes.setdefault(agenda.lane(p, today), []).append(_line(p, day))
    return AgendaView(
        today=today,
        challenges=await _challenges(runtime.pool, hard[:limit], day),
        approval_expired=lanes.get("approval_expired", []),
        due=lanes.get("due", []),
        coming=lanes.get("coming", []),
        more=max(len(found), len(hard)) > limit,
        phone_promise=phone_promise(runtime.spine.book.public),
    )


def _line(p: Placement, day: _Day) -> PlacementLine:
    asked = [c for c in p.plan if c.on <= day.today] or p.plan[:1]
    return PlacementLine(
        **dict(PlacementView.of(p)),
        contact_id=p.contact_id,
        buddy_id=p.buddy_id,
        kind=asked[0].kind if asked else None,
        on=asked[0].on if asked else None,
        due=[CheckinView.of(c) for c in asked],
        attention=[AttentionView.of(a) for a in agenda.attention(p, day.today)],
        consultant=p.consultant,
        substitute=day.substitute(p.consultant),
    )


async def _challenges(pool: Connection, hard: list[Challenge], day: _Day) -> list[ChallengeLine]:
    placements = await _by_id(pool, Placement, (c.placement_id for c in hard))
    places = await _by_id(pool, Place, (c.place_id for c in hard))
    about = [c.about_id for c in hard if c.about == "company"]
    joined, companies = await _by_id(pool, Company, about), await _of_companies(pool, about)
    lines = []
    for challenge in hard:
        placement = placements.get(challenge.placement_id or "")
        place = places.get(challenge.place_id or "") or companies.get(challenge.about_id)
        at_work, company = placement or place, joined.get(challenge.about_id)
        consultant = placement.consultant if placement else None
        if awaits := agenda.awaits(challenge):
            lines.append(
                ChallengeLine(
                    **dict(ChallengeView.of(challenge)),
                    awaits=awaits,
                    leader_id=at_work.leader_id if at_work else company and company.leader_id,
                    contact_id=at_work.contact_id if at_work else None,
                    company_id=at_work.company_id if at_work else company and company.id,
                    consultant=consultant,
                    substitute=day.substitute(consultant),
                )
            )
    return lines


async def _at_work(pool: Connection, until: date, mine: list[str] | None, limit: int) -> list[Placement]:
    """Whose next check-in is overdue or comes by that day, that stand still, or around which something happened.

    What happened comes first, then the earliest.
    """
    return await many(
        pool,
        Placement,
        "SELECT state, shape FROM aggregate WHERE kind = 'placement'"
        " AND (state->'plan'->0->>'on' <= $1 OR state->'attention' <> '[]'"
        "  OR (state->>'state' = 'paused' AND state->>'reason' = 'approval-expired'))"
        " AND ($2::text[] IS NULL OR state->>'consultant' IS NULL OR state->>'consultant' = ANY ($2))"
        " ORDER BY coalesce(state->'attention', '[]') = '[]', state->'plan'->0->>'on', id LIMIT $3",
        until.isoformat(),
        mine,
        limit,
    )


async def _by_id(pool: Connection, kind: type[T], ids: Iterable[str | None]) -> Mapping[str, T]:
    sql = "SELECT state, shape FROM aggregate WHERE kind = $1 AND id = ANY ($2)"
    return {one.id: one for one in await many(pool, kind, sql, kind.KIND, sorted({id_ for id_ in ids if id_}))}


async def _of_companies(pool: Connection, companies: list[str]) -> Mapping[str, Place]:
    """One place of each: its leader knows the company."""
    sql = "SELECT state, shape FROM aggregate WHERE kind = 'place' AND state->>'company_id' = ANY ($1) ORDER BY id"
    return {place.company_id: place for place in await many(pool, Place, sql, companies)}
