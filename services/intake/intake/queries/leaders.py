"""Leaders: whom to call, and what each of them is told."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from intake.commands.leaders import Known, SignUpBody
from intake.queries import day
from intake.queries.day import StepView, around
from intake.queries.people import ContactView, contacts
from intake.queries.places import PlaceView, places_of
from intake.state.leaders import Leader
from shared.catalogue import calendar
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal
from shared.web.dependencies import get_or_404


class AgainView(ContactView):
    """The same address signed up once more, and this is what was said then: ask which holds."""

    on: date
    company_name: str
    postnr: str


class CallView(ContactView):
    leader_id: str
    company_name: str
    kommune: str
    postnr: str
    signed_up_on: date
    attempts: int
    next_call_on: date | None
    again: AgainView | None


class PlaceStatusView(PlaceView):
    """`next` says the first of the steps."""

    next: str
    steps: list[StepView]


class StatusView(Frozen):
    """Each place, what has happened, and what is due, by when and from whom; the leader's own steps first."""

    leader_id: str
    next: str
    step: StepView
    phone_promise: str
    places: list[PlaceStatusView]


async def known(runtime: Runtime, body: SignUpBody, email_hashes: Sequence[bytes]) -> Known:
    """What a sign-up names and is there already. One query, whatever it finds."""
    row = await runtime.pool.fetchrow(
        """SELECT (SELECT person_id::text FROM leader_email WHERE hash = ANY($1) LIMIT 1) AS leader_id,
                  (SELECT id::text FROM register WHERE number = $2) AS company_id,
                  (SELECT id::text FROM register WHERE number = $3) AS workplace_id,
                  (SELECT id FROM aggregate WHERE kind = 'kickoff' AND id = $4) AS kickoff""",
        email_hashes,
        f"cvr:{body.cvr}",
        f"workplace:{body.workplace}",
        body.kickoff,
    )
    return Known(**row)


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
    ids = [id_ for leader in leaders for id_ in (leader.id, leader.again and leader.again.id) if id_]
    found = await contacts(runtime, ids, who, "GET /calls")
    return [_call(leader, found) for leader in leaders if leader.id in found]


def _call(leader: Leader, found: dict[str, ContactView]) -> CallView:
    return CallView(
        **dict(found[leader.id]),
        leader_id=leader.id,
        company_name=leader.company_name,
        kommune=leader.kommune,
        postnr=leader.postnr,
        signed_up_on=leader.signed_up_on,
        attempts=leader.attempts,
        next_call_on=leader.next_call_on,
        again=_again(leader, found),
    )


def _again(leader: Leader, found: dict[str, ContactView]) -> AgainView | None:
    """None where the second time said the same as the first: a double click."""
    again = leader.again
    if again is None or again.id not in found:
        return None
    said = (found[again.id], again.company_name, again.postnr)
    if said == (found[leader.id], leader.company_name, leader.postnr):
        return None
    return AgainView(**dict(found[again.id]), on=again.on, company_name=again.company_name, postnr=again.postnr)


async def status(runtime: Runtime, leader_id: UUID, who: Principal) -> StatusView:
    """The leader's own."""
    who.own("leader_id", leader=leader_id)
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    places, now = await places_of(runtime, leader.id), runtime.clock.now()
    known = await around(runtime, leader, places)
    steps = {place.id: day.steps(place, leader, known, now) for place in places}
    # A call that is to come, or what comes next at a place: the leader's own, then the latest place that is not over.
    own = day.leaders_own(leader, places, now)
    firsts = [steps[place.id][0] for place in reversed(places)]
    ranked = sorted(firsts, key=lambda step: (step.who != "leader", step.who is None, step.what == "over"))
    first = own if own.who or not ranked else ranked[0]
    return StatusView(
        leader_id=leader.id,
        next=first.da,
        step=first,
        phone_promise=runtime.book.public.call_us[0],
        places=[
            PlaceStatusView(**dict(PlaceView.of(place)), next=steps[place.id][0].da, steps=steps[place.id])
            for place in places
        ],
    )
