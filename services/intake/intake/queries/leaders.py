"""Leaders: whom to call, and what each of them is told."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from intake import refusals, texts
from intake.commands.leaders import CorrectLeader, CorrectLeaderBody, Known, MergeLeaders, SignUpBody
from intake.queries.people import ChangedView, ContactView, contacts, differs
from intake.queries.places import PlaceView, guessed, own_place, places_of
from intake.queries.postal import ShareView, guess
from intake.queries.steps import StepView, around, headline, leaders_own
from intake.queries.steps import steps as steps_of
from intake.rules.leaders import check_here, moved
from intake.state.leaders import Call, Company, Developed, Leader
from shared.catalogue import calendar
from shared.catalogue.kommuner import postal_code
from shared.events.intake import PlaceState
from shared.frozen import Frozen, Shown
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.spine.work import Work
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
    merged_into: str | None = None


class NearView(Frozen):
    """Somebody at the company. `role` is a code of colleague-role, or `leader`; the phone is for consultants."""

    person_id: str
    role: str | None = None
    name: str
    phone: str | None = None


class PlaceLine(Frozen):
    place_id: str
    state: PlaceState
    kommune: str
    kommune_guess: ShareView | None = None
    postnr: str


class CallMadeView(Shown, Call):
    model_config = ConfigDict(extra="ignore")


class DevelopedView(Shown, Developed):
    model_config = ConfigDict(extra="ignore")


class LeaderView(Frozen):
    """A leader with the ids that other routes ask for. Calls, `again` and changes are for consultants.

    `mail_refused_on`: since when the address takes no mail. `kommune_guess`: nobody has said in which of the postal
    code's kommuner the workplace lies, and this one was taken.
    """

    leader_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company_id: str
    company_name: str
    cvr: str | None = None
    workplace_id: str
    postnr: str
    kommune: str
    kommune_guess: ShareView | None = None
    sector: str | None = None
    size_band: str | None = None
    signed_up_on: date
    merged_into: str | None = None
    colleagues: list[NearView]
    places: list[PlaceLine]
    developed: list[DevelopedView]
    attempts: int | None = None
    outcome: str | None = None
    next_call_on: date | None = None
    calls: list[CallMadeView] | None = None
    again: AgainView | None = None
    mail_refused_on: date | None = None
    changes: list[ChangedView] | None = None


async def whole_leader(runtime: Runtime, leader_id: UUID, who: Principal) -> LeaderView:
    """With names of colleagues; each reading is logged.

    A leader sees the colleagues whom she has added or named: who else of the company has joined is nobody's to learn.
    """
    who.own("leader_id", leader=leader_id)
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    company = await get_or_404(runtime, Company, leader.company_id, "leader_id")
    places, today = await places_of(runtime, leader.id), calendar.today(runtime.clock.now())
    staff = "consultant" in who.roles
    named = {id_ for place in places for id_ in (place.found.contact_id, place.found.buddy_id)}
    near = {
        row["id"]: "leader" if row["kind"] == "leader" else row["role"]
        for row in await runtime.pool.fetch(
            "SELECT id, kind, state->>'role' AS role, state->>'added_by' AS added_by FROM aggregate"
            " WHERE kind IN ('leader', 'colleague') AND id = ANY ($1) AND id <> $2 ORDER BY id",
            sorted(company.people),
            leader.id,
        )
        if staff or (row["kind"] == "colleague" and (row["added_by"] == leader.id or row["id"] in named))
    }
    again = [leader.again.id] if leader.again and staff else []
    opened = await contacts(runtime, [leader.id, *near, *again], who, "GET /leaders/{id}")
    own = opened.get(leader.id)
    told: dict[str, Any] = {}
    if staff:
        told = {
            "attempts": leader.attempts,
            "outcome": leader.outcome,
            "next_call_on": leader.next_call_on,
            "calls": [CallMadeView.of(call) for call in leader.calls],
            "again": _again(leader, opened) if own else None,
            "mail_refused_on": leader.mail_refused_on,
            "changes": [ChangedView.of(change) for change in leader.changes],
        }
    return LeaderView(
        leader_id=leader.id,
        name=own.name if own else None,
        email=own.email if own else None,
        phone=own.phone if own else None,
        company_id=leader.company_id,
        company_name=leader.company_name,
        cvr=company.cvr or None,
        workplace_id=leader.workplace_id,
        postnr=leader.postnr,
        kommune=leader.kommune,
        kommune_guess=guess(leader.postnr, leader.kommune, today, chosen=leader.kommune_chosen),
        sector=leader.sector,
        size_band=leader.size_band,
        signed_up_on=leader.signed_up_on,
        merged_into=leader.merged_into,
        colleagues=[
            NearView(person_id=id_, role=role, name=opened[id_].name, phone=opened[id_].phone if staff else None)
            for id_, role in near.items()
            if id_ in opened
        ],
        places=[
            PlaceLine(place_id=p.id, state=p.state, kommune=p.kommune, kommune_guess=guessed(p, today), postnr=p.postnr)
            for p in places
        ],
        developed=[DevelopedView.of(one) for one in leader.developed],
        **told,
    )


class WhomView(Frozen):
    """Whom something is about, in a line, and the number to ring.

    `name` is null where she is erased, the company's empty where all are.
    """

    leader_id: str
    company_name: str
    town: str
    name: str | None
    phone: str | None


async def whom_at(runtime: Runtime, place_id: UUID, who: Principal) -> WhomView:
    """At a place: its leader, where it lies. The reading is logged."""
    place = await own_place(runtime, place_id, who)
    return await _whom(runtime, place.leader_id, place.company_id, place.postnr, who, "GET /pladser/{id}/hvem")


async def whom(runtime: Runtime, leader_id: UUID, who: Principal) -> WhomView:
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    return await _whom(runtime, leader.id, leader.company_id, leader.postnr, who, "GET /ledere/{id}/hvem")


async def _whom(runtime: Runtime, leader_id: str, company_id: str, postnr: str, who: Principal, route: str) -> WhomView:
    company = await get_or_404(runtime, Company, company_id, "company_id")
    known, lies = await contacts(runtime, [leader_id], who, route), postal_code(postnr)
    town, leader = lies.town if lies else postnr, known.get(leader_id)
    name, number = (leader.name, leader.phone) if leader else (None, None)
    return WhomView(leader_id=leader_id, company_name=company.name, town=town, name=name, phone=number)


FACTS = ("company_name", "postnr", "kommune", "kommune_chosen", "sector", "size_band")
SAID_AS = {"kommune_chosen": "kommune"}


async def correction(
    runtime: Runtime, leader_id: UUID, body: CorrectLeaderBody, who: Principal
) -> CorrectLeader | None:
    """What differs from what is known; None where nothing does."""
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    check_here(leader)
    company = await get_or_404(runtime, Company, leader.company_id, "leader_id")
    said = body.model_dump(exclude_none=True)
    contact = {name: said.get(name) for name in ("name", "email", "phone")}
    found = await differs(runtime, leader.id, contact, who, "PATCH /leaders/{id}")
    hashes = runtime.vault.hashes_of("email", body.email) if "email" in found.fields and body.email else []
    await _check_free(runtime, leader, hashes)
    facts = {
        name: value
        for name, value in {**said, **moved(leader, said.get("postnr"), said.get("kommune"))}.items()
        if name in FACTS and value != getattr(leader, name)
    }
    cvr = body.cvr if body.cvr != company.cvr else None
    company_id = await _right_company(runtime, company, cvr) if cvr else company.id
    workplace_id = leader.workplace_id
    if body.p_number:
        number = f"workplace:{body.p_number}"
        workplace_id = str(
            await runtime.pool.fetchval("SELECT id FROM register WHERE number = $1", number) or workplace_id
        )
    p_number = body.p_number if body.p_number and not await _has_number(runtime, body.p_number, leader) else None
    numbers = {"cvr": cvr, "p_number": p_number}
    fields = (
        *found.fields,
        *dict.fromkeys(SAID_AS.get(name, name) for name in facts),
        *(name for name, value in numbers.items() if value),
    )
    if not fields:
        return None
    return CorrectLeader(
        leader_id=leader.id,
        seen=len(leader.changes),
        fields=fields,
        contact=found.contact,
        email_hashes=tuple(hashes),
        company_id=company_id,
        old_company_id=company.id,
        cvr=cvr,
        p_number=p_number,
        workplace_id=workplace_id,
        facts=facts,
        places=tuple(place.id for place in await places_of(runtime, leader.id)),
    )


async def _check_free(runtime: Runtime, leader: Leader, hashes: Sequence[bytes]) -> None:
    taken = "SELECT EXISTS (SELECT FROM leader_email WHERE hash = ANY ($1::bytea[]) AND person_id <> $2::uuid)"
    if await runtime.pool.fetchval(taken, list(hashes), leader.id):
        raise refusals.email_taken()


async def _right_company(runtime: Runtime, company: Company, cvr: str) -> str:
    """Whose number it is; the leader's own company, where it is nobody's and no other leader joined under the old one.

    Otherwise a new one.
    """
    known = await runtime.pool.fetchval("SELECT id::text FROM register WHERE number = $1", f"cvr:{cvr}")
    if known:
        return str(known)
    leaders = "SELECT count(*) FROM aggregate WHERE kind = 'leader' AND id = ANY ($1)"
    alone = await runtime.pool.fetchval(leaders, sorted(company.people)) == 1
    return company.id if alone else Work.new_id()


async def _has_number(runtime: Runtime, p_number: str, leader: Leader) -> bool:
    same = "SELECT EXISTS (SELECT FROM register WHERE number = $1 AND id = $2::uuid)"
    return bool(await runtime.pool.fetchval(same, f"workplace:{p_number}", leader.workplace_id))


async def merging(runtime: Runtime, leader_id: UUID, into: str) -> MergeLeaders:
    """With the places of the one that goes."""
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    other = await get_or_404(runtime, Leader, into, "into")
    places = await places_of(runtime, leader.id)
    return MergeLeaders(leader_id=leader.id, into=other.id, places=tuple(place.id for place in places))


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


async def status(runtime: Runtime, leader_id: UUID, who: Principal, reader: texts.Reader = "leader") -> StatusView:
    """The leader's own, in words to her; what comes next at her places also in words to a consultant."""
    who.own("leader_id", leader=leader_id)
    leader = await get_or_404(runtime, Leader, leader_id, "leader_id")
    places, now = await places_of(runtime, leader.id), runtime.clock.now()
    known = await around(runtime, leader, places)
    steps = {place.id: steps_of(place, leader, known, now, reader) for place in places}
    first = headline(steps.values(), leaders_own(leader, places, now))
    return StatusView(
        leader_id=leader.id,
        next=first.da,
        step=first,
        phone_promise=runtime.spine.book.public.call_us[0],
        merged_into=leader.merged_into,
        places=[
            PlaceStatusView(
                **dict(PlaceView.of(place, calendar.today(now))), next=steps[place.id][0].da, steps=steps[place.id]
            )
            for place in places
        ],
    )
