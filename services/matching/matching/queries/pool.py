"""Who is registered, where a place is open for them, and who fits it: read by columns, decided by the rules.

One kommune's part of the pool is read at a time; the rules then look at each profile. There is one truth about what
fits, in Python, and no second one in SQL.
"""

import asyncio
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from matching.rules import places, suggestions
from matching.rules.suggestions import Fit
from matching.state.places import Place
from shared.catalogue import reach
from shared.db import Connection
from shared.events.base import Profile
from shared.events.matching import MatchSuggested
from shared.spine.aggregates import many

OF_PROFILE = ("age_band", "hours", "times_of_day", "strengths", "interests", "support", "reach", "forms", "from_")
KEPT = timedelta(days=30)


class Person(NamedTuple):
    """A young person: only that kommune can say who it is."""

    kommune: str
    candidate_id: str


class Asked(NamedTuple):
    """An open referral: a kommune that is asked about a place."""

    referral_id: str
    kommune: str
    place_id: str


async def persons(
    conn: Connection, today: date, *, kommuner: Collection[str] | None = None, candidate_id: str | None = None
) -> dict[Person, Profile]:
    """Those of these kommuner (None: of all that are seen), who registered last first."""
    rows = await conn.fetch(
        "SELECT kommune, candidate_id::text AS candidate_id, age_band, hours, times_of_day, strengths, interests,"
        " support, reach, forms, from_ FROM pool WHERE registered_on > $1"
        " AND ($2::text[] IS NULL OR kommune = ANY($2)) AND ($3::uuid IS NULL OR candidate_id = $3)"
        " ORDER BY registered_on DESC, kommune, candidate_id",
        today - KEPT,
        None if kommuner is None else list(kommuner),
        candidate_id,
    )
    return {
        Person(row["kommune"], row["candidate_id"]): Profile(**{name: row[name] for name in OF_PROFILE}) for row in rows
    }


async def open_referrals(
    conn: Connection, *, kommune: str | None = None, referral_id: str | None = None, place_id: str | None = None
) -> list[Asked]:
    """Whether the place itself is open is another question."""
    rows = await conn.fetch(
        "SELECT id, state->>'kommune', state->>'place_id' FROM aggregate WHERE kind = 'referral'"
        " AND state->>'over' = 'false' AND ($1::text IS NULL OR state->>'kommune' = $1)"
        " AND ($2::text IS NULL OR id = $2) AND ($3::text IS NULL OR state->>'place_id' = $3) ORDER BY id",
        kommune,
        referral_id,
        place_id,
    )
    return [Asked(*row) for row in rows]


async def was_asked(conn: Connection, place_id: str) -> set[str]:
    """The kommuner that are or were asked about a place, as far as they are seen."""
    rows = await conn.fetch(
        "SELECT DISTINCT state->>'kommune' FROM aggregate WHERE kind = 'referral' AND state->>'place_id' = $1", place_id
    )
    return {row[0] for row in rows}


async def was_proposed(conn: Connection, candidate_id: str, kommuner: Collection[str]) -> bool:
    """Whether one of these kommuner has ever proposed such a young person."""
    ids = [f"{code}.{candidate_id}" for code in kommuner]
    return bool(await conn.fetchval("SELECT count(*) FROM aggregate WHERE kind = 'candidate' AND id = ANY($1)", ids))


async def open_places(conn: Connection, ids: Collection[str]) -> dict[str, Place]:
    """With a seat that is not taken."""
    found = await many(
        conn,
        Place,
        "SELECT state, shape FROM aggregate WHERE kind = 'place' AND id = ANY($1::text[]) AND state->>'state' = 'open'",
        list(ids),
    )
    return {place.id: place for place in found if places.left(place)}


async def proposed_at(conn: Connection, place_ids: Collection[str]) -> set[tuple[str, Person]]:
    """Who is proposed where already."""
    rows = await conn.fetch(
        "SELECT state->>'place_id', state->>'kommune', state->>'candidate_id' FROM aggregate"
        " WHERE kind = 'match' AND state->>'place_id' = ANY($1::text[]) AND state->>'state' = 'proposed'",
        list(place_ids),
    )
    return {(row[0], Person(row[1], row[2])) for row in rows}


def fits(place: Place, people: dict[Person, Profile], today: date) -> Iterator[tuple[Person, Fit]]:
    """Each of them, with what stands in the way and the reasons."""
    minutes = {code: reach.minutes(place.offer.kommune, code) for code in {person.kommune for person in people}}
    for person, profile in people.items():
        yield person, suggestions.fit(profile, place, minutes[person.kommune], today)


async def places_for(conn: Connection, person: Person, today: date) -> list[MatchSuggested]:
    """The open referrals of its kommune that fit a candidate best."""
    profiles = await persons(conn, today, kommuner=[person.kommune], candidate_id=person.candidate_id)
    asked = await open_referrals(conn, kommune=person.kommune)
    found, proposed = await _around(conn, asked)
    ranked = suggestions.best(
        (one, fit)
        for one in asked
        if one.place_id in found and (one.place_id, person) not in proposed
        for _, fit in fits(found[one.place_id], profiles, today)
    )
    return [_said(asked, person, fit, rank) for rank, (asked, fit) in enumerate(ranked, 1)]


async def candidates_for(conn: Connection, asked: Asked, today: date) -> list[MatchSuggested]:
    """Those registered whom a place fits best, if it is among the best for them as well."""
    found, proposed = await _around(conn, [asked])
    if asked.place_id not in found:
        return []
    registered = await persons(conn, today, kommuner=[asked.kommune])
    free = {person: profile for person, profile in registered.items() if (asked.place_id, person) not in proposed}
    ranked = await asyncio.to_thread(suggestions.best, fits(found[asked.place_id], free, today))  # there may be many
    own = [event for person, _ in ranked for event in await places_for(conn, person, today)]
    return [event for event in own if event.referral_id == asked.referral_id]


async def _around(conn: Connection, asked: list[Asked]) -> tuple[dict[str, Place], set[tuple[str, Person]]]:
    ids = {one.place_id for one in asked}
    return await open_places(conn, ids), await proposed_at(conn, ids)


def _said(asked: Asked, person: Person, fit: Fit, rank: int) -> MatchSuggested:
    return MatchSuggested(
        referral_id=asked.referral_id,
        place_id=asked.place_id,
        candidate_id=person.candidate_id,
        kommune=person.kommune,
        score=fit.score,
        reasons=fit.reasons,
        rank=rank,
    )
