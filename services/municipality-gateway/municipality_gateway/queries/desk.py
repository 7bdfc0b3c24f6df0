"""What the gateway has for a consultant's day: whom to ring, about what, and by when."""

from collections import Counter
from datetime import date

from municipality_gateway import texts
from municipality_gateway.queries.referrals import PersonView
from municipality_gateway.rules import desk as rules
from municipality_gateway.state.kommuner import Kommune
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import OVER, Referral
from shared.catalogue import calendar
from shared.catalogue import kommuner as catalogue
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.web.access import Principal
from shared.web.dependencies import people


class LineView(Frozen):
    """One thing to do. `da` says it; `contact` is whom to ring at the kommune, where there is somebody.

    `due` is never past: the day on which it takes care of itself, or today; `since`: how long it has waited.
    Where the leader is to be rung, her number is intake's to show: `leader_id`.
    """

    kind: rules.Due
    da: str
    due: date
    since: date
    kommune: str
    kommune_name: str
    contact_id: str | None = None
    contact: PersonView | None = None
    referral_id: str | None = None
    place_id: str | None = None
    leader_id: str | None = None

    @classmethod
    def of(cls, kind: rules.Due, code: str, due: date, since: date, **about: str) -> "LineView":
        name = catalogue.kommune(code).formal_name
        return cls(kind=kind, da=texts.due(kind, code), due=due, since=since, kommune=code, kommune_name=name, **about)


class DeskView(Frozen):
    """The most urgent first; `more`: how many lines were left off."""

    today: date
    lines: list[LineView]
    more: int


async def turns(runtime: Runtime) -> Counter[tuple[str, str]]:
    """Of the open referrals, how many wait for what from a consultant, by kommune."""
    today, known = calendar.today(runtime.clock.now()), await _kommuner(runtime)
    found = [(referral.kommune, _turn(referral, known, today)) for referral in await _open(runtime)]
    return Counter((kommune, turn) for kommune, turn in found if turn not in ("over", "kommune"))


async def whole_desk(runtime: Runtime, who: Principal, limit: int) -> DeskView:
    """With contact data of the kommuners' people: each reading is logged."""
    today = calendar.today(runtime.clock.now())
    known = await _kommuner(runtime)
    found = [
        *(line for referral in await _open(runtime) if (line := _of_referral(referral, known, today))),
        *(
            LineView.of("nobody-left", p.opened.kommune, today, today, place_id=p.id, leader_id=p.opened.leader_id)
            for p in await _without_anybody(runtime)
            if p.accepting and p.free
        ),
        *(
            LineView.of("stale-contact", kommune.id, today, today, contact_id=contact.id)
            for kommune in known.values()
            for contact in kommune.contacts
            if rules.is_stale(contact, today)
        ),
        *(
            LineView.of("mail-refused", kommune.id, today, contact.refused_on, contact_id=contact.id)
            for kommune in known.values()
            for contact in kommune.contacts
            if contact.refused_on and contact.valid(today)
        ),
    ]
    lines = sorted(found, key=lambda line: (line.due, line.since, line.kommune, line.kind))[:limit]
    ids = [line.contact_id for line in lines if line.contact_id]
    persons = await people(runtime, ids, who, "GET /desk")
    return DeskView(
        today=today,
        lines=[
            line.changed(contact=PersonView(**persons[line.contact_id])) if line.contact_id in persons else line
            for line in lines
        ],
        more=len(found) - len(lines),
    )


def _of_referral(referral: Referral, known: dict[str, Kommune], today: date) -> LineView | None:
    match _turn(referral, known, today):
        case "over" | "kommune":
            return None
        case kind:
            return LineView.of(
                kind,
                referral.kommune,
                today if kind in ("no-contact", "guidance") else max(today, rules.by_when(referral)),
                referral.sent_on if kind in ("no-contact", "guidance") else referral.since,
                contact_id=referral.contact_id,
                referral_id=referral.id,
                place_id=referral.place_id,
                leader_id=referral.leader_id,
            )


def _turn(referral: Referral, known: dict[str, Kommune], today: date) -> rules.Turn:
    return rules.turn(referral, known.get(referral.kommune) or Kommune(id=referral.kommune), today)


async def _kommuner(runtime: Runtime) -> dict[str, Kommune]:
    kommuner = await many(runtime.pool, Kommune, "SELECT state, shape FROM aggregate WHERE kind = 'kommune'")
    return {kommune.id: kommune for kommune in kommuner}


async def _open(runtime: Runtime) -> list[Referral]:
    return await many(
        runtime.pool,
        Referral,
        "SELECT state, shape FROM aggregate WHERE kind = 'referral' AND state->>'state' <> ALL($1::text[])",
        sorted(OVER),
    )


async def _without_anybody(runtime: Runtime) -> list[Place]:
    return await many(
        runtime.pool,
        Place,
        "SELECT state, shape FROM aggregate WHERE kind = 'place' AND state->>'nobody_left' = 'true'",
    )
