"""A consultant's day: all that is due, whom to ring about it, and where it is acted on. And what a leader waits for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from intake import texts
from intake.queries.people import ContactView, contacts, gone
from intake.rules import day as rules
from intake.rules.day import Turn
from intake.state.day import Challenge, Match, Placement
from intake.state.leaders import Company, Leader
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.catalogue import calendar
from shared.db import Connection
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import many
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


class StepView(Frozen):
    """What comes next at a place, from whom and by when; `who` is null where nothing is to be done."""

    what: rules.Due | rules.Elsewhere
    da: str
    en: str
    who: rules.Who | None = None
    by: date | None = None
    kommune: str | None = None
    referral_id: str | None = None
    match_ids: tuple[str, ...] = ()
    placement_id: str | None = None


@dataclass(frozen=True)
class Known:
    """What is not over, and what it belongs to."""

    leaders: dict[str, Leader]
    companies: dict[str, Company]
    places: dict[str, Place]
    referrals: dict[str, Referral]
    matches: list[Match]
    placements: dict[str, Placement]
    challenges: list[Challenge]
    of_companies: dict[str, str]
    """Company -> whoever of its leaders joined first and is still there; of those that something is about."""
    gone: frozenset[str] = frozenset()
    """Of those who are named: who is erased."""

    @cached_property
    def held(self) -> frozenset[str]:
        return rules.held(self.places, self.matches)

    def whom(self, place: Place | None, own: str | None, leader_id: str | None, company_id: str | None) -> str | None:
        """Who is to be rung, else the place's contact, its leader, its buddy, another leader of the company."""
        near = (own, place.found.contact_id, place.leader_id, place.found.buddy_id) if place else (own, leader_id)
        return next(
            (id_ for id_ in (*near, self.of_companies.get(company_id or "")) if id_ and id_ not in self.gone), None
        )

    def contact_of(self, referral_id: str | None, kommune: str | None) -> str | None:
        """The kommune's, where it is that kommune which was asked."""
        referral = self.referrals.get(referral_id or "")
        return referral.asked.contact_id if referral and referral.asked and referral.kommune == kommune else None


@dataclass(frozen=True)
class Found:
    """A thing with its turn, before anybody's contact data are opened."""

    thing: Thing
    id: str
    turn: Turn
    leader_id: str | None
    company_id: str | None = None
    place_id: str | None = None
    referral_id: str | None = None
    placement_id: str | None = None
    person_id: str | None = None
    """Whom to ring at the workplace; None where nobody is left."""
    kommune: str | None = None
    contact_id: str | None = None
    hard: str | None = None
    intervention_id: str | None = None
    happened: tuple[str, ...] = ()
    """Around a placement, since somebody last asked."""
    say: str | None = None
    """Which words it has, where it has its own."""


def turns(known: Known, now: datetime) -> list[Found]:
    """Every thing that is there, each once."""
    today = calendar.today(now)
    places_of: dict[str, list[Place]] = {}
    for place in known.places.values():
        places_of.setdefault(place.leader_id, []).append(place)
    asked: dict[str, list[Referral]] = {}
    for referral in known.referrals.values():
        asked.setdefault(referral.place_id, []).append(referral)
    return [
        *(_of_leader(leader, places_of.get(leader.id, []), today) for leader in known.leaders.values()),
        *(_of_place(p, known, asked.get(p.id, []), now) for p in known.places.values()),
        *(_of_referral(referral, known, today) for referral in known.referrals.values()),
        *(_of_match(match, known) for match in known.matches),
        *(_of_placement(placement, known) for placement in known.placements.values()),
        *(_of_challenge(challenge, known, today) for challenge in known.challenges),
    ]


def _of_leader(leader: Leader, places: Sequence[Place], today: date) -> Found:
    turn = rules.of_leader(leader, places, today)
    unopened = [place.id for place in places if place.state in rules.UNOPENED]
    place_id = unopened[0] if len(unopened) == 1 else None
    return Found("leader", leader.id, turn, leader.id, leader.company_id, place_id, person_id=leader.id)


def _of_place(place: Place, known: Known, asked: Sequence[Referral], now: datetime) -> Found:
    turn = rules.of_place(place, known.leaders.get(place.leader_id), asked, now)
    freed = known.placements.get(place.freed_by or "")
    return Found(
        "place",
        place.id,
        turn,
        place.leader_id,
        place.company_id,
        place.id,
        person_id=known.whom(place, place.leader_id, None, place.company_id),
        kommune=place.kommune,
        say="seat-free-success" if turn.what == "seat-free" and freed and rules.success(freed) else None,
    )


def _of_referral(referral: Referral, known: Known, today: date) -> Found:
    place = known.places.get(referral.place_id)
    proposed = any(m.referral_id == referral.id and m.state == "proposed" for m in known.matches)
    turn = rules.of_referral(referral, place.found.guidance if place else None, today, proposed=proposed)
    about = referral.asked or place
    return Found(
        "referral",
        referral.id,
        turn,
        (place or about).leader_id if about else None,
        about.company_id if about else None,
        referral.place_id,
        referral.id,
        person_id=known.whom(place, (place or about).leader_id, None, about.company_id) if about else None,
        kommune=referral.kommune,
        contact_id=referral.asked.contact_id if referral.asked else None,
    )


def _of_match(match: Match, known: Known) -> Found:
    place = known.places.get(match.place_id)
    turn, leader_id = rules.of_match(match, known.held), place.leader_id if place else match.leader_id
    company_id = place.company_id if place else None
    return Found(
        "match",
        match.id,
        turn,
        leader_id,
        company_id,
        match.place_id,
        match.referral_id,
        person_id=known.whom(place, leader_id, None, company_id),
        say="kommune-approval" if turn.what == "kommune-yes" and "young-person" not in match.missing else None,
        kommune=match.kommune,
        contact_id=known.contact_of(match.referral_id, match.kommune),
    )


def _of_placement(placement: Placement, known: Known) -> Found:
    place = known.places.get(placement.place_id)
    person_id = known.whom(place, placement.contact_id, placement.leader_id, placement.company_id)
    turn = rules.of_placement(placement, nobody=person_id is None)
    return Found(
        "placement",
        placement.id,
        turn,
        place.leader_id if place else placement.leader_id,
        placement.company_id,
        placement.place_id,
        placement.referral_id,
        placement.id,
        person_id=person_id,
        kommune=placement.kommune,
        contact_id=known.contact_of(placement.referral_id, placement.kommune),
        happened=placement.attention,
        say=f"aftercare-{why}" if turn.what == "aftercare" and (why := rules.success(placement)) else None,
    )


def _of_challenge(challenge: Challenge, known: Known, today: date) -> Found:
    """About a placement, a place, or a company: whoever of it joined first is rung."""
    at_work = known.placements.get(challenge.placement_id or "")
    place = known.places.get(challenge.place_id or "")
    around = at_work or place
    company_id = around.company_id if around else challenge.about_id
    leader_id = (place or around).leader_id if around else known.of_companies.get(challenge.about_id or "")
    return Found(
        "challenge",
        challenge.id,
        rules.of_challenge(challenge, today),
        leader_id,
        company_id,
        challenge.place_id,
        challenge.referral_id,
        challenge.placement_id,
        person_id=known.whom(place, at_work.contact_id if at_work else None, leader_id, company_id),
        kommune=challenge.kommune,
        contact_id=known.contact_of(challenge.referral_id, challenge.kommune),
        hard=challenge.code,
        intervention_id=challenge.intervention_id,
    )


# -- a consultant's ----------------------------------------------------------------------------------------------------

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
    due = await _due(runtime.pool, runtime.clock.now())
    lines = await _lines(runtime, due, due.found[:limit], who, "GET /day")
    return DayView(today=due.today, lines=lines, more=len(due.found) - len(lines))


async def day_by_work(
    runtime: Runtime, who: Principal, limit: int, only: rules.Work | None = None, skip: int = 0
) -> list[GroupView]:
    """The kind with the most pressing line first. Of all kinds, or of one `only`, at most `limit` lines each."""
    due = await _due(runtime.pool, runtime.clock.now())
    groups: dict[rules.Work, list[Found]] = {}
    for one in due.found:
        groups.setdefault(rules.WORK[one.turn.what], []).append(one)
    shown = {work: found[skip : skip + limit] for work, found in groups.items() if only in (None, work)}
    lines = iter(await _lines(runtime, due, [one for found in shown.values() for one in found], who, "GET /i-dag"))
    return [
        GroupView(work=work, count=len(found), lines=[next(lines) for _ in shown.get(work, ())])
        for work, found in groups.items()
    ]


@dataclass(frozen=True)
class _Due:
    """What is a consultant's today, in order; with the leader's yeses that are one line."""

    today: date
    known: Known
    found: list[Found]
    yeses: dict[str, tuple[str, ...]]


async def day_in_numbers(conn: Connection, now: datetime) -> dict[rules.Work, int]:
    """How much there is of each kind of work; nobody's name is opened for it."""
    return Counter(rules.WORK[one.turn.what] for one in (await _due(conn, now)).found)


async def _due(pool: Connection, now: datetime) -> _Due:
    today = calendar.today(now)
    known = await _known(pool, today)
    found = [one for one in turns(known, now) if rules.is_line(one.turn, today)]
    found.sort(key=lambda one: (rules.order(one.turn, today), one.id))
    yeses = _yeses(found)
    return _Due(today, known, [one for one in found if one.id not in yeses or yeses[one.id]], yeses)


async def _lines(runtime: Runtime, due: _Due, shown: Sequence[Found], who: Principal, route: str) -> list[LineView]:
    leaders = due.known.leaders
    again = {one.id: leader.again.id for one in shown if (leader := leaders.get(one.id)) and leader.again}
    ids = {id_ for one in shown if (id_ := _person(one))} | {*again.values()}
    people = await contacts(runtime, sorted(ids), who, route)
    lines = []
    for one in shown:
        person = people.get(_person(one) or "")
        company = due.known.companies.get(one.company_id or "")
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
        lines.append(_line(one, ring, due.yeses.get(one.id, ()), name))
    return lines


def _yeses(found: Iterable[Found]) -> dict[str, tuple[str, ...]]:
    """Match -> all that wait for the leader's yes at its place; empty for those that another one's line speaks for."""
    at: dict[str | None, list[str]] = {}
    for one in found:
        if one.turn.what == "leader-yes":
            at.setdefault(one.place_id, []).append(one.id)
    return {id_: tuple(ids) if n == 0 else () for ids in at.values() for n, id_ in enumerate(ids)}


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


async def _known(pool: Connection, today: date) -> Known:
    """Whatever may be a line today, and what is around it. What a kommune or a placement has in time is not read."""
    challenges = await many(
        pool, Challenge, "SELECT state, shape FROM aggregate WHERE kind = 'challenge' AND state->>'closed' = 'false'"
    )
    matches = await many(
        pool, Match, "SELECT state, shape FROM aggregate WHERE kind = 'match' AND state->>'state' = 'proposed'"
    )
    late = await many(
        pool,
        Referral,
        "SELECT state, shape FROM aggregate WHERE kind = 'referral' AND state->>'over' = 'false'"
        " AND (state->>'guided' = 'false' OR state->'asked'->>'asked_back' = 'true'"
        " OR state->'asked'->>'guided_to' <> state->'asked'->>'contact_id' OR state->'asked'->>'since' <= $1)",
        (today - rules.IN_TIME).isoformat(),
    )
    leaders = await many(
        pool,
        Leader,
        "SELECT state, shape FROM aggregate l WHERE kind = 'leader' AND state->>'erased' IS DISTINCT FROM 'true'"
        " AND state->>'merged_into' IS NULL AND (state->>'next_call_on' <= $1 OR state->>'mail_refused_on' IS NOT NULL"
        " OR state->>'next_call_on' IS NULL AND (state->>'outcome' IS DISTINCT FROM 'reached' OR NOT EXISTS"
        " (SELECT FROM aggregate p WHERE p.kind = 'place' AND p.state->>'leader_id' = l.id)))",
        today.isoformat(),
    )
    waiting = await many(
        pool,
        Place,
        "SELECT state, shape FROM aggregate p WHERE kind = 'place'"
        " AND (state->>'state' NOT IN ('open', 'filled', 'closed') OR state->>'state' = 'open' AND NOT EXISTS"
        " (SELECT FROM aggregate r WHERE r.kind = 'referral' AND r.state->>'place_id' = p.id"
        " AND r.state->>'over' = 'false') OR state->>'leader_id' = ANY ($1))",
        [leader.id for leader in leaders if leader.mail_refused_on],
    )
    placements = await many(
        pool,
        Placement,
        "SELECT state, shape FROM aggregate p WHERE kind = 'placement' AND state->>'state' <> 'cancelled'"
        " AND (state->>'next_checkin' <= $1 OR state->>'state' <> 'finished' AND (state->>'next_checkin' IS NULL"
        " OR state->>'reason' = 'approval-expired' OR EXISTS (SELECT FROM aggregate l WHERE l.kind = 'leader'"
        " AND l.id = p.state->>'leader_id' AND (l.state->>'erased' = 'true' OR l.state->>'merged_into' IS NOT NULL)))"
        " OR id = ANY ($2))",
        today.isoformat(),
        [id_ for id_ in (*(one.placement_id for one in challenges), *(one.freed_by for one in waiting)) if id_],
    )
    around = {one.place_id for one in matches} | {one.place_id for one in late}
    around |= {one.place_id for one in placements} | {one.place_id for one in challenges if one.place_id}
    places = waiting + await many(
        pool,
        Place,
        "SELECT state, shape FROM aggregate WHERE kind = 'place' AND id = ANY ($1)",
        sorted(around - {place.id for place in waiting}),
    )
    referrals = late + await many(
        pool,
        Referral,
        "SELECT state, shape FROM aggregate WHERE kind = 'referral' AND state->>'place_id' = ANY ($1)",
        [place.id for place in places],
    )
    of_places = {place.leader_id for place in places} - {leader.id for leader in leaders}
    also = await many(
        pool, Leader, "SELECT state, shape FROM aggregate WHERE kind = 'leader' AND id = ANY ($1)", sorted(of_places)
    )
    hard_at = await pool.fetch(
        "SELECT DISTINCT ON (state->>'company_id') state->>'company_id' AS company_id, id FROM aggregate"
        " WHERE kind = 'leader' AND state->>'company_id' = ANY ($1) AND state->>'erased' IS DISTINCT FROM 'true'"
        " ORDER BY state->>'company_id', id",
        [*(one.about_id for one in challenges if one.about == "company"), *(one.company_id for one in placements)],
    )
    companies = {id_ for one in (*leaders, *also) for id_ in one.companies} | {p.company_id for p in placements}
    companies |= {row["company_id"] for row in hard_at}
    names = await many(
        pool,
        Company,
        "SELECT state, shape FROM aggregate WHERE kind = 'company' AND id = ANY ($1) AND state IS NOT NULL",
        sorted(companies),
    )
    named = {id_ for place in places for id_ in (place.leader_id, place.found.contact_id, place.found.buddy_id)}
    named |= {id_ for one in placements for id_ in (one.contact_id, one.leader_id)}
    named |= {referral.asked.leader_id for referral in referrals if referral.asked}
    return Known(
        leaders={leader.id: leader for leader in (*leaders, *also)},
        companies={company.id: company for company in names},
        places={place.id: place for place in places},
        referrals={referral.id: referral for referral in referrals},
        matches=matches,
        placements={placement.id: placement for placement in placements},
        challenges=challenges,
        of_companies={row["company_id"]: row["id"] for row in hard_at},
        gone=await gone(pool, named),
    )


# -- a leader's --------------------------------------------------------------------------------------------------------


def steps(place: Place, leader: Leader, known: Known, now: datetime) -> list[StepView]:
    """What is due at a place, by when and from whom: the leader's own first. Never empty."""
    today = calendar.today(now)
    asked = [referral for referral in known.referrals.values() if referral.place_id == place.id]
    of_place = _of_place(place, known, asked, now)
    here = [m for m in known.matches if m.place_id == place.id]
    wanted = [c for c in known.challenges if c.place_id == place.id]
    found = [
        *(_of_referral(referral, known, today) for referral in asked),
        *(_of_match(m, known) for m in here if "leader" not in m.missing),
        *(_of_placement(p, known) for p in known.placements.values() if p.place_id == place.id),
        *(f for c in wanted if (f := _of_challenge(c, known, today)).turn.what == "kommune-help"),
    ]
    lines = [_step(one, today, known) for one in found if one.turn.what not in ("over", "with-matches")]
    if mine := [m for m in here if rules.of_match(m, known.held).what == "leader-yes"]:
        lines.append(_answers(mine, today))
    if wait := [m for m in here if rules.of_match(m, known.held).what == "seat-held"]:
        lines.append(_wait(wait, today))
    # The place's own turn, unless what happens there says more.
    if of_place.turn.what != "with-kommune" and not (of_place.turn.what in ("with-placements", "over") and lines):
        lines.append(_step(of_place, today, known))
    return sorted(lines or [_step(of_place, today, known)], key=lambda one: (one.who != "leader", one.by or date.max))


def _step(one: Found, today: date, known: Known) -> StepView:
    turn = one.turn
    placement = known.placements.get(one.id)
    what: str = "asked" if turn.what == "with-kommune" and turn.by is None else turn.what
    what = one.say or what
    said = texts.step(what, today, by=turn.by, start=placement.start if placement else None, kommune=one.kommune or "")
    at_kommune = turn.who == "kommune" or turn.what in ("guidance", "no-contact")
    return StepView(
        what=turn.what,
        da=said.da,
        en=said.en,
        who=turn.who,
        by=turn.by,
        kommune=one.kommune if at_kommune else None,
        referral_id=one.id if one.thing == "referral" else None,
        match_ids=(one.id,) if one.thing == "match" else (),
        placement_id=one.placement_id,
    )


def _answers(mine: Iterable[Match], today: date) -> StepView:
    """All that wait for the leader's yes, in one line."""
    matches = sorted(mine, key=lambda match: (match.answer_by, match.id))
    by = matches[0].answer_by
    said = texts.step("leader-yes", today, by=by, n=len(matches))
    return StepView(
        what="leader-yes", da=said.da, en=said.en, who="leader", by=by, match_ids=tuple(match.id for match in matches)
    )


def _wait(matches: Iterable[Match], today: date) -> StepView:
    """Those to which no yes can be said while the others have the seats."""
    said, ids = texts.step("seat-held", today), tuple(sorted(match.id for match in matches))
    return StepView(what="seat-held", da=said.da, en=said.en, who=None, by=None, match_ids=ids)


def leaders_own(leader: Leader, places: Sequence[Place], now: datetime) -> StepView:
    """Where no place says more."""
    today = calendar.today(now)
    turn = rules.of_leader(leader.changed(mail_refused_on=None), places, today)
    what = {"call-again": "call", "with-places": "nothing", "over": "nothing"}.get(turn.what, turn.what)
    what = "merged" if leader.merged_into else what
    said = texts.step(what, today, by=turn.by)
    return StepView(what=turn.what, da=said.da, en=said.en, who=turn.who, by=turn.by)


async def around(runtime: Runtime, leader: Leader, places: Sequence[Place]) -> Known:
    """What is not over at these places."""
    ids = [place.id for place in places]
    pool, of_places = (
        runtime.pool,
        "SELECT state, shape FROM aggregate WHERE kind = $2 AND state->>'place_id' = ANY ($1)",
    )
    return Known(
        leaders={leader.id: leader},
        companies={},
        places={place.id: place for place in places},
        referrals={one.id: one for one in await many(pool, Referral, of_places, ids, Referral.KIND)},
        matches=await many(pool, Match, of_places, ids, Match.KIND),
        placements={one.id: one for one in await many(pool, Placement, of_places, ids, Placement.KIND)},
        challenges=await many(pool, Challenge, of_places, ids, Challenge.KIND),
        of_companies={},
    )
