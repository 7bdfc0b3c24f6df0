"""Rows beside the aggregates: the pool of those for whom places are suggested, and what is suggested to their kommune.

A profile lies in columns, not in a document, and only as long as suggestions need it: 30 days, or until the young
person has a place or is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matching.queries import pool
from shared.catalogue import calendar
from shared.db import Connection, columns
from shared.events.base import Profile
from shared.spine import outgoing
from shared.spine.batch import Writer
from shared.spine.work import Outgoing, Work


@dataclass(frozen=True, slots=True)
class Pool:
    """Somebody is registered (`profile` replaces the one before) or forgotten; or a place is open to be suggested."""

    now: datetime
    cause: str
    person: pool.Person | None = None
    profile: Profile | None = None
    referral_id: str | None = None
    place_id: str | None = None


async def save_pool(conn: Connection, rows: Sequence[Pool]) -> None:
    """Keep and forget, then say who fits: in the transaction of what changed, so that no suggestion is missed."""
    last = {row.person: row for row in rows if row.person}
    await _forget(conn, [person for person, row in last.items() if row.profile is None])
    there = {person: (row, row.profile) for person, row in last.items() if row.profile}
    await _keep(conn, {person: (profile, row) for person, (row, profile) in there.items()})
    opened = [
        (referral, row)
        for row in rows
        if row.person is None
        for referral in await pool.open_referrals(conn, referral_id=row.referral_id, place_id=row.place_id)
    ]
    # Who is registered and what is opened in two transactions at once must see each other.
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtext('pool ' || kommune))"
        " FROM (SELECT DISTINCT kommune FROM unnest($1::text[]) kommune ORDER BY 1) AS ordered",
        [*(person.kommune for person in there), *(referral.kommune for referral, _ in opened)],
    )
    said = [
        (event, row)
        for person, (row, _) in sorted(there.items())
        for event in await pool.places_for(conn, person, calendar.today(row.now))
    ]
    for referral, row in dict(opened).items():
        said += [(event, row) for event in await pool.candidates_for(conn, referral, calendar.today(row.now))]
    if said:
        events = [Outgoing(e.TOPIC.name, e, Work.new_id(), row.now, e.place_id, row.cause) for e, row in said]
        await outgoing.save(conn, events, "matching")


async def _forget(conn: Connection, persons: Sequence[pool.Person]) -> None:
    await conn.execute(
        "DELETE FROM pool USING unnest($1::text[], $2::uuid[]) AS gone(kommune, candidate_id)"
        " WHERE (pool.kommune, pool.candidate_id) = (gone.kommune, gone.candidate_id)",
        *columns(persons, 2),
    )


async def _keep(conn: Connection, profiles: dict[pool.Person, tuple[Profile, Pool]]) -> None:
    await conn.executemany(
        "INSERT INTO pool (kommune, candidate_id, age_band, hours, times_of_day, strengths, interests, support, reach,"
        " forms, from_, registered_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (kommune, candidate_id) DO UPDATE SET at = now(), age_band = excluded.age_band,"
        " hours = excluded.hours, times_of_day = excluded.times_of_day, strengths = excluded.strengths,"
        " interests = excluded.interests, support = excluded.support, reach = excluded.reach, forms = excluded.forms,"
        " from_ = excluded.from_, registered_on = excluded.registered_on",
        [
            (*person, *(getattr(profile, name) for name in pool.OF_PROFILE), calendar.today(row.now))
            for person, (profile, row) in sorted(profiles.items())
        ],
    )


WRITERS: dict[type, Writer] = {Pool: save_pool}
