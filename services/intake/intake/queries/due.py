"""What waits for a consultant, as rows: counted, and put in order, without reading all that there is.

What has changed is noted by the database (`turned`), and judged when somebody asks for the day.
"""

# ruff: noqa: S608 - what is put in are words of our own

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from intake.queries.people import gone
from intake.queries.turns import Found, Known, turns, yeses
from intake.rules import day as rules
from intake.state.day import Challenge, Match, Placement
from intake.state.leaders import Company, Leader
from intake.state.people import Colleague
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.catalogue import calendar
from shared.db import Connection, columns
from shared.spine.aggregates import many
from shared.spine.work import Aggregate, Key

A = TypeVar("A", bound=Aggregate)
AT_ONCE = 500
"""Of what has changed, so much is judged at once."""


# $1: the day; $2: until when it runs out; $3-$7: what can be a line.
_LINES = """
    SELECT thing, id, work, CASE WHEN helps THEN 0 WHEN runs_out AND by <= $2 THEN 1 ELSE 2 END AS first, rank,
           coalesce(by, due, since) AS at, since
    FROM turn JOIN unnest($3::text[], $4::text[], $5::int[], $6::bool[], $7::bool[])
         AS r(what, work, rank, helps, runs_out) USING (what)
    WHERE due <= $1
"""
_ORDER = 'first, rank, at, since, id COLLATE "C"'


async def counts(conn: Connection, today: date) -> dict[rules.Work, int]:
    """How many lines there are of each kind of work, the kind with the most pressing one first."""
    rows = await conn.fetch(
        "SELECT work, sum(n)::int AS n FROM (SELECT work, first, rank, count(*) AS n"
        f" FROM ({_LINES}) AS line GROUP BY 1, 2, 3) AS counted GROUP BY 1 ORDER BY min(ARRAY[first, rank])",
        *_arguments(today),
    )
    return dict(map(tuple, rows))


async def first_lines(conn: Connection, today: date, limit: int) -> list[Key]:
    """The first of the whole day, in the order of `rules.order`."""
    rows = await conn.fetch(
        f"SELECT thing, id FROM ({_LINES}) AS line ORDER BY {_ORDER} LIMIT $8", *_arguments(today), limit
    )
    return [(row["thing"], row["id"]) for row in rows]


async def lines_of(
    conn: Connection, today: date, works: Sequence[rules.Work], limit: int, skip: int
) -> dict[rules.Work, list[Key]]:
    """Of each of these kinds of work the first `limit` after `skip`, in the order of `rules.order`."""
    rows = await conn.fetch(
        "SELECT asked.work, thing, id FROM unnest($8::text[]) AS asked(work) CROSS JOIN LATERAL (SELECT * FROM"
        f" ({_LINES}) AS line WHERE line.work = asked.work ORDER BY {_ORDER} LIMIT $9 OFFSET $10) AS line"
        f" ORDER BY {_ORDER}",
        *_arguments(today),
        works,
        limit,
        skip,
    )
    return {work: [(row["thing"], row["id"]) for row in rows if row["work"] == work] for work in works}


def _arguments(today: date) -> list[Any]:
    return [today, calendar.add_working_days(today, 1), *columns(rules.ranks(), 5)]


async def judge(conn: Connection, now: datetime) -> None:
    """Whatever has changed, or is another turn by itself, is judged; afterwards every row is true."""
    today, lines = calendar.today(now), [what for what, *_ in rules.ranks()]
    keys = _keys(await conn.fetch("SELECT thing, id FROM turn WHERE what = ANY ($1)", sorted(rules.BY_ITSELF)))
    while keys or await conn.fetchval(f"SELECT EXISTS (SELECT FROM turned) OR EXISTS ({_COME})", today, lines):
        async with conn.transaction():
            # What another one is just judging is waited for.
            await conn.execute("SELECT pg_advisory_xact_lock(hashtext('intake-turn'))")
            keys |= _keys(await conn.fetch(_TAKEN, AT_ONCE))
            keys |= _keys(await conn.fetch(f"{_COME} LIMIT $3", today, lines, AT_ONCE))
            found = turns(await around(conn, keys), now)
            # One at each place speaks for all that wait for the leader's yes there.
            spoken_for = {id_ for id_, all_ in yeses(found).items() if not all_}
            await _save(conn, found, [one for one in found if rules.waits(one.turn) and one.id not in spoken_for])
        keys = set()


_TAKEN = "DELETE FROM turned WHERE n IN (SELECT n FROM turned ORDER BY n LIMIT $1) RETURNING kind, id"
_COME = "SELECT thing, id FROM turn WHERE due <= $1 AND what <> ALL ($2)"
"""No line yet, and its day has come."""


def _keys(rows: Iterable[Sequence[str]]) -> set[Key]:
    return {(kind, id_) for kind, id_ in rows}


async def _save(conn: Connection, judged: Iterable[Found], waiting: Iterable[Found]) -> None:
    await conn.execute(
        "DELETE FROM turn USING unnest($1::text[], $2::text[]) AS j(thing, id)"
        " WHERE turn.thing = j.thing AND turn.id = j.id",
        *columns(((one.thing, one.id) for one in judged), 2),
    )
    await conn.execute(
        "INSERT INTO turn (thing, id, what, since, due, by) SELECT *"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::date[])",
        *columns(((f.thing, f.id, f.turn.what, f.turn.since, f.turn.due, f.turn.by) for f in waiting), 6),
    )


async def around(conn: Connection, keys: Collection[Key]) -> Known:
    """These things, and all that their turns, and whom to ring about them, depend on: each leader with all places,
    each place with all that was asked, proposed and begun there.
    """
    asked: dict[str, list[str]] = {}
    for kind, id_ in keys:
        asked.setdefault(kind, []).append(id_)

    async def found(kind: type[A], where: str, *values: Any) -> list[A]:
        return await many(
            conn, kind, f"SELECT state, shape FROM aggregate WHERE kind = '{kind.KIND}' AND {where}", *values
        )

    async def these(kind: type[A]) -> list[A]:
        ids = asked.get(kind.KIND)
        return await found(kind, "id = ANY ($1)", ids) if ids else []

    leaders, colleagues = await these(Leader), await these(Colleague)
    challenges = await these(Challenge)
    at_work = await found(
        Placement,
        "(id = ANY ($1) OR state->>'company_id' = ANY ($2))",
        [*asked.get(Placement.KIND, ()), *(one.placement_id for one in challenges if one.placement_id)],
        [*(one.company_id for one in leaders), *(one.company_id for one in colleagues)],
    )
    of_keys = await conn.fetch(
        "SELECT DISTINCT state->>'place_id' FROM aggregate JOIN unnest($1::text[], $2::text[]) AS k(kind, id)"
        " USING (kind, id) WHERE kind <> 'place' AND state->>'place_id' IS NOT NULL",
        *columns(keys, 2),
    )
    place_ids = {*asked.get(Place.KIND, ()), *(row[0] for row in of_keys), *(one.place_id for one in at_work)}
    places = await found(Place, "id = ANY ($1)", sorted(place_ids))
    leader_ids = {*asked.get(Leader.KIND, ()), *(place.leader_id for place in places)}
    leaders = await found(Leader, "id = ANY ($1)", sorted(leader_ids))
    places = await found(
        Place, "(id = ANY ($1) OR state->>'leader_id' = ANY ($2))", sorted(place_ids), sorted(leader_ids)
    )
    at_places = "state->>'place_id' = ANY ($1)", [place.id for place in places]
    referrals, matches = await found(Referral, *at_places), await found(Match, *at_places)
    placements = {one.id: one for one in (*at_work, *await found(Placement, *at_places))}
    companies = {id_ for leader in leaders for id_ in leader.companies}
    companies |= {one.company_id for one in placements.values()}
    companies |= {one.about_id for one in challenges if one.about == "company" and one.about_id}
    first = await conn.fetch(
        "SELECT DISTINCT ON (state->>'company_id') state->>'company_id', id FROM aggregate WHERE kind = 'leader'"
        " AND state->>'company_id' = ANY ($1) AND state->>'erased' IS DISTINCT FROM 'true' ORDER BY 1, id",
        sorted(companies),
    )
    named = {id_ for place in places for id_ in (place.leader_id, place.found.contact_id, place.found.buddy_id)}
    named |= {id_ for one in placements.values() for id_ in (one.contact_id, one.leader_id)}
    named |= {referral.asked.leader_id for referral in referrals if referral.asked}
    return Known(
        leaders={leader.id: leader for leader in leaders},
        companies={
            one.id: one for one in await found(Company, "id = ANY ($1) AND state IS NOT NULL", sorted(companies))
        },
        places={place.id: place for place in places},
        referrals={referral.id: referral for referral in referrals},
        matches=matches,
        placements=placements,
        challenges=challenges,
        of_companies=dict(map(tuple, first)),
        gone=await gone(conn, named),
    )
