"""Leaders: whom to call, and what each of them is told."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from intake import texts
from intake.queries.people import ContactView, contacts
from intake.queries.places import PlaceView, places_of
from intake.state.leaders import Leader
from shared.catalogue import calendar
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal
from shared.web.dependencies import get_or_404


class CallView(ContactView):
    leader_id: str
    company_name: str
    kommune: str
    postnr: str
    signed_up_on: date
    attempts: int
    next_call_on: date | None


class PlaceStatusView(PlaceView):
    next: str


class StatusView(Frozen):
    """In Danish: each place, what has happened, and what happens next."""

    leader_id: str
    next: str
    phone_promise: str = texts.PHONE_PROMISE
    places: list[PlaceStatusView]


async def has_joined(runtime: Runtime, email_hashes: Sequence[bytes]) -> bool:
    joined = "SELECT EXISTS (SELECT FROM leader_email WHERE hash = ANY($1::bytea[]))"
    return bool(await runtime.pool.fetchval(joined, list(email_hashes)))


async def calls(runtime: Runtime, days: int, limit: int, who: Principal) -> list[CallView]:
    """Whom to call within so many days: the longest waiting first."""
    until = calendar.today(runtime.clock.now()) + timedelta(days=days)
    leaders = await many(
        runtime.pool,
        Leader,
        "SELECT state, shape FROM aggregate WHERE kind = 'leader' AND state->>'next_call_on' <= $1"
        " ORDER BY state->>'next_call_on', state->>'signed_up_on', id LIMIT $2",
        until.isoformat(),
        limit,
    )
    known = await contacts(runtime, [leader.id for leader in leaders], who, "GET /calls")
    return [_call(leader, known[leader.id]) for leader in leaders if leader.id in known]


def _call(leader: Leader, contact: ContactView) -> CallView:
    return CallView(
        **dict(contact),
        leader_id=leader.id,
        company_name=leader.company_name,
        kommune=leader.kommune,
        postnr=leader.postnr,
        signed_up_on=leader.signed_up_on,
        attempts=leader.attempts,
        next_call_on=leader.next_call_on,
    )


async def status(runtime: Runtime, leader_id: UUID, who: Principal) -> StatusView:
    """The leader's own."""
    who.own("leader_id", leader=leader_id)
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    places = await places_of(runtime, leader.id)
    return StatusView(
        leader_id=leader.id,
        next=texts.what_next(places[-1]) if places else texts.BEFORE_ANY_PLACE,
        places=[PlaceStatusView(**dict(PlaceView.of(place)), next=texts.what_next(place)) for place in places],
    )
