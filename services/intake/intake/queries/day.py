"""A consultant's day: all that is due, whom to ring about it, and where it is acted on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from intake import texts
from intake.queries.due import around, counts, first_lines, judge, lines_of
from intake.queries.people import ContactView, contacts
from intake.queries.turns import Found, turns, yeses
from intake.rules import day as rules
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.work import Key
from shared.web.access import Principal

Thing = Literal["leader", "place", "referral", "match", "placement", "challenge"]


class RingView(Frozen):
    """Whom to ring. At the workplace with name and phone: of those who are near it, the first who is not erased.

    At a kommune, also where nobody is left at the workplace, by `contact_id`: names and phones are the gateway's to
    show, at `look_up`, and the page puts them together. Its answer has no name where a common entrance is asked.
    """

    person_id: str | None = None
    name: str | None = None
    phone: str | None = None
    company_name: str | None = None
    kommune: str | None = None
    contact_id: str | None = None
    look_up: str | None = None
    again: ContactView | None = None
    """What she wrote when she signed up once more, where it is something else."""
    mail_refused_on: date | None = None
    """Since when the leader's address takes no mail: ask for the right one."""


class LineView(Frozen):
    """One thing to do: what, by when, since when, whom to ring, and `where`, the route to act on."""

    what: rules.Due
    da: str
    en: str
    since: date
    due: date
    by: date | None = None
    ring: RingView
    where: str
    leader_id: str | None = None
    company_id: str | None = None
    company_name: str | None = None
    """Of the workplace that it is about, whoever is rung."""
    place_id: str | None = None
    referral_id: str | None = None
    match_id: str | None = None
    placement_id: str | None = None
    challenge_id: str | None = None
    match_ids: tuple[str, ...] | None = None
    """All that wait for the leader's yes at this place; `match_id` is the most urgent."""


class DayView(Frozen):
    """In the order in which one would ring; `more`: how many lines were left off."""

    today: date
    lines: list[LineView]
    more: int


WHERE = {
    "call": "POST /leaders/{leader}/calls",
    "call-again": "POST /leaders/{leader}/calls",
    "find-tasks": "POST /places",
    "draft": "PATCH /places/{place}",
    "blocked": "PATCH /places/{place}",
    "mail-refused": "PATCH /leaders/{leader}",
    "seat-free": "POST /places/{place}/reopen",
    "paused": "POST /places/{place}/reopen",
    "new-contact": "POST /placements/{placement}/move",
    "nobody-left": "POST /places/{place}/ask",
    "no-contact": "PUT /kommuner/{kommune}/contacts/{{id}}",
    "guidance": "POST /referrals/{referral}/guidance",
    "silent": "POST /kommuner/{kommune}/replies",
    "slow": "POST /kommuner/{kommune}/replies",
    "asked-back": "POST /kommuner/{kommune}/replies",
    "leader-yes": "POST /matches/{match}/approvals",
    "kommune-yes": "POST /kommuner/{kommune}/replies",
    "gate": "POST /matches/{match}/gate",
    "start": "POST /placements/{placement}/start",
    "check-in": "POST /placements/{placement}/checkins",
    "aftercare": "POST /placements/{placement}/outcomes",
    "approval-expired": "POST /placements/{placement}/stages",
    "help": "POST /interventions",
    "kommune-help": "POST /kommuner/{kommune}/replies",
    "judge": "POST /interventions/{intervention}/result",
}
RING_THE_KOMMUNE = ("silent", "slow", "asked-back", "no-contact", "kommune-yes", "kommune-help")


class GroupView(Frozen):
    """One kind of work: how much there is of it, and some of its lines, the most pressing first."""

    work: rules.Work
    count: int
    lines: list[LineView]


async def whole_day(runtime: Runtime, who: Principal, limit: int) -> DayView:
    """With names and phones: each reading is logged."""
    now = runtime.clock.now()
    today = calendar.today(now)
    async with runtime.pool.acquire() as conn:
        await judge(conn, now)
        of_all, keys = await counts(conn, today), await first_lines(conn, today, limit)
    lines = await _lines(runtime, keys, now, who, "GET /day")
    return DayView(today=today, lines=[*lines.values()], more=sum(of_all.values()) - len(keys))


async def day_by_work(
    runtime: Runtime, who: Principal, limit: int, only: rules.Work | None = None, skip: int = 0
) -> list[GroupView]:
    """The kind with the most pressing line first. Of all kinds, or of one `only`, at most `limit` lines each."""
    now = runtime.clock.now()
    today = calendar.today(now)
    async with runtime.pool.acquire() as conn:
        await judge(conn, now)
        of_all = await counts(conn, today)
        shown = await lines_of(conn, today, [only] if only else [*of_all], limit, skip)
    keys = [key for of_work in shown.values() for key in of_work]
    lines = await _lines(runtime, keys, now, who, "GET /i-dag")
    return [
        GroupView(work=work, count=n, lines=[lines[key] for key in shown.get(work, ()) if key in lines])
        for work, n in of_all.items()
    ]


async def day_in_numbers(conn: Connection, now: datetime) -> dict[rules.Work, int]:
    """How much there is of each kind of work; nobody's name is opened for it."""
    await judge(conn, now)
    return await counts(conn, calendar.today(now))


async def _lines(
    runtime: Runtime, keys: Sequence[Key], now: datetime, who: Principal, route: str
) -> dict[Key, LineView]:
    """In this order, without what has become somebody else's meanwhile."""
    async with runtime.pool.acquire() as conn:
        known = await around(conn, keys)
    found, today, leaders = turns(known, now), calendar.today(now), known.leaders
    due = {(one.thing, one.id): one for one in found if rules.is_line(one.turn, today)}
    shown, waiting = [due[key] for key in keys if key in due], yeses(found)
    again = {one.id: leader.again.id for one in shown if (leader := leaders.get(one.id)) and leader.again}
    ids = {id_ for one in shown if (id_ := _person(one))} | {*again.values()}
    people = await contacts(runtime, sorted(ids), who, route)
    lines = dict[Key, LineView]()
    for one in shown:
        person = people.get(_person(one) or "")
        company = known.companies.get(one.company_id or "")
        name = company.name or None if company else None
        at_kommune = _person(one) is None
        rung = leaders.get(_person(one) or "")
        ring = RingView(
            person_id=_person(one),
            name=person.name if person else None,
            phone=person.phone if person else None,
            company_name=None if at_kommune else name,
            kommune=one.kommune if at_kommune else None,
            contact_id=one.contact_id if at_kommune else None,
            look_up=f"GET /referrals/{one.referral_id}" if at_kommune and one.referral_id else None,
            again=said if (said := people.get(again.get(one.id, ""))) != person else None,
            mail_refused_on=rung.mail_refused_on if rung else None,
        )
        lines[one.thing, one.id] = _line(one, ring, waiting.get(one.id, ()), name)
    return lines


def _person(one: Found) -> str | None:
    return None if one.turn.what in RING_THE_KOMMUNE else one.person_id


def _line(one: Found, ring: RingView, yeses: tuple[str, ...], company_name: str | None) -> LineView:
    what = one.say if one.say in texts.DUE else one.turn.what
    said = texts.due(what, kommune=one.kommune, hard=one.hard, happened=one.happened, n=max(1, len(yeses)))
    ids = {f"{one.thing}_id": one.id}
    return LineView(
        what=one.turn.what,
        da=said.da,
        en=said.en,
        since=one.turn.since,
        due=one.turn.due,
        by=one.turn.by,
        ring=ring,
        match_ids=yeses or None,
        where=WHERE[one.turn.what].format(
            leader=one.leader_id,
            place=one.place_id,
            kommune=one.kommune,
            referral=one.referral_id,
            intervention=one.intervention_id,
            match=one.id,
            placement=one.placement_id,
        ),
        **{
            "leader_id": one.leader_id,
            "company_id": one.company_id,
            "company_name": company_name,
            "place_id": one.place_id,
            "referral_id": one.referral_id,
            "placement_id": one.placement_id,
        }
        | ids,
    )
