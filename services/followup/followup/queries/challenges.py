"""What is hard and what was tried, as it is shown; and whose it is."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, Self

from followup.state.challenges import Challenge, Helper, Intervention, Subject
from followup.state.placements import Placement, Speaker
from followup.state.places import Place
from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.dependencies import get_or_404
from shared.web.problems import NOT_FOUND, Problem


class ChallengeView(Frozen):
    challenge_id: str
    about: Subject
    about_id: str
    code: str
    help: Literal["kommune"] | None
    placement_id: str | None
    place_id: str | None
    referral_id: str | None
    kommune: str | None
    raised_at: datetime
    raised_by: Speaker
    helped_at: datetime | None
    closed: bool
    response_seconds: int | None
    answer: Literal["granted", "refused", "later"] | None

    @classmethod
    def of(cls, challenge: Challenge) -> Self:
        return cls(challenge_id=challenge.id, response_seconds=challenge.response_seconds, **dict(challenge))


class InterventionView(Frozen):
    intervention_id: str
    challenge_id: str | None
    placement_id: str | None
    place_id: str | None
    code: str
    by: Helper
    minutes: int
    at: datetime | None
    result: str | None

    @classmethod
    def of(cls, intervention: Intervention) -> Self:
        return cls(intervention_id=intervention.id, **dict(intervention))


async def still_open(pool: Connection, mine: list[str] | None, limit: int) -> list[Challenge]:
    """Those that nobody has helped with first, a leader's own on top; then the oldest first.

    `mine`: only those about placements that one of these consultants follows, or nobody.
    """
    return await many(
        pool,
        Challenge,
        "SELECT c.state, c.shape FROM aggregate c"
        " LEFT JOIN aggregate p ON p.kind = 'placement' AND p.id = c.state->>'placement_id'"
        " WHERE c.kind = 'challenge' AND NOT (c.state->>'closed')::boolean"
        " AND ($1::text[] IS NULL OR p.state->>'consultant' IS NULL OR p.state->>'consultant' = ANY ($1))"
        " ORDER BY c.state->>'helped_at' IS NOT NULL, c.state->>'raised_by' <> 'leader', c.state->>'raised_at', c.id"
        " LIMIT $2",
        mine,
        limit,
    )


async def open_about(pool: Connection, about: Subject, about_id: str) -> list[ChallengeView]:
    """What is hard about that place, or that company, itself; the oldest first."""
    found = await many(
        pool,
        Challenge,
        "SELECT state, shape FROM aggregate WHERE kind = 'challenge' AND state->>'about_id' = $2"
        " AND state->>'about' = $1 AND NOT (state->>'closed')::boolean ORDER BY state->>'raised_at', id",
        about,
        about_id,
    )
    return [ChallengeView.of(challenge) for challenge in found]


class HelpedView(Frozen):
    """What was tried against one kind of challenge, anywhere: how often, and how often it solved it, or some of it."""

    challenge: str
    intervention: str
    tried: int
    solved: int
    partly: int


async def what_helped(pool: Connection, challenges: Collection[str]) -> list[HelpedView]:
    """As far as it was judged; what has solved most comes first."""
    rows = await pool.fetch(
        "SELECT c.state->>'code' AS challenge, i.state->>'code' AS intervention, count(*) AS tried,"
        " count(*) FILTER (WHERE i.state->>'result' = 'solved') AS solved,"
        " count(*) FILTER (WHERE i.state->>'result' = 'partly') AS partly"
        " FROM aggregate c JOIN aggregate i ON i.kind = 'intervention' AND i.state->>'challenge_id' = c.id"
        " WHERE c.kind = 'challenge' AND c.state->>'code' = ANY ($1)"
        " AND i.state->>'result' IN ('solved', 'partly', 'not-solved')"
        " GROUP BY 1, 2 ORDER BY 1, solved DESC, partly DESC, tried, 2",
        list(challenges),
    )
    return [HelpedView(**dict(row)) for row in rows]


async def challenges_of(pool: Connection, placement_id: str) -> list[ChallengeView]:
    found = await many(pool, Challenge, _OF_PLACEMENT, Challenge.KIND, placement_id)
    return [ChallengeView.of(challenge) for challenge in found]


async def interventions_of(pool: Connection, placement_id: str) -> list[InterventionView]:
    found = await many(pool, Intervention, _OF_PLACEMENT, Intervention.KIND, placement_id)
    return [InterventionView.of(intervention) for intervention in found]


async def interventions_against(pool: Connection, challenge_id: str) -> list[InterventionView]:
    sql = "SELECT state, shape FROM aggregate WHERE kind = 'intervention' AND state->>'challenge_id' = $1 ORDER BY id"
    return [InterventionView.of(intervention) for intervention in await many(pool, Intervention, sql, challenge_id)]


async def leader_of(runtime: Runtime, about: Subject, about_id: str) -> str | None:
    """Whose it is; a company is no one leader's, so that is for consultants. A 404 where it is not known."""
    if about == "placement":
        return (await get_or_404(runtime, Placement, about_id, "about_id")).leader_id
    if about == "place":
        return (await get_or_404(runtime, Place, about_id, "about_id")).leader_id
    if not await _knows_company(runtime.pool, about_id):
        raise Problem(NOT_FOUND, field="about_id")
    return None


async def _knows_company(pool: Connection, company_id: str) -> bool:
    return bool(
        await pool.fetchval(
            "SELECT EXISTS (SELECT FROM aggregate WHERE kind = 'company' AND id = $1)"
            " OR EXISTS (SELECT FROM aggregate WHERE kind = 'place' AND state->>'company_id' = $1)",
            company_id,
        )
    )


_OF_PLACEMENT = "SELECT state, shape FROM aggregate WHERE kind = $1 AND state->>'placement_id' = $2 ORDER BY id"
