"""Links without an account: made, kept as a hash, and whom one lets in to what."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

import asyncpg

from municipality_gateway import texts
from municipality_gateway.rules import links as rules
from municipality_gateway.state.kommuner import Contact
from municipality_gateway.state.matches import Match
from municipality_gateway.state.placements import Challenge, Placement, Stage
from municipality_gateway.state.referrals import Referral
from shared.catalogue import calendar
from shared.db import Connection
from shared.events.kommune.replies import CandidateWithdrawn, Reply
from shared.runtime import Runtime
from shared.spine.aggregates import many, one
from shared.web.access import BY_LINK, LinkHolder

BYTES = 32
PRUNE = ("DELETE FROM link WHERE until < now() - interval '180 days'",)  # till then it is told that it has expired


async def mint(conn: Connection, referral_id: str, contact_id: str, now: datetime) -> str:
    """A new link's token, which is nowhere but in what is returned: the database holds its hash."""
    token = secrets.token_urlsafe(BYTES)
    until = rules.lasts_until(now, calendar.today(now))
    await conn.execute(
        "INSERT INTO link (hash, referral_id, contact_id, made_at, until) VALUES ($1, $2, $3, $4, $5)",
        _hash(token),
        referral_id,
        contact_id,
        now,
        until,
    )
    return token


async def principal_of(runtime: Runtime, token: str) -> LinkHolder:
    """Who came by this link: a kommune's contact, for that referral alone. Changes nothing, for scanners follow links.

    Raises Refused (404 guessed; 410 expired, over, contact retired) with what to do.
    """
    async with runtime.pool.acquire() as conn:
        row = await _row(conn, token)
        if row is None:
            raise texts.link_unknown()
        referral = await one(conn, Referral, str(row["referral_id"]))
        contact = await one(conn, Contact, str(row["contact_id"]))
    now = runtime.clock.now()
    referral = rules.check(referral, contact, row["until"], now, calendar.today(now))
    return LinkHolder(
        sub=f"{BY_LINK}{row['contact_id']}/{referral.id}",
        roles=frozenset({"kommune"}),
        kommuner=frozenset({referral.kommune}),
        referral_id=referral.id,
    )


async def whose(conn: Connection, token: str) -> tuple[str, str] | None:
    """Referral and contact of a link, also of one that does not open any more."""
    row = await _row(conn, token)
    return (str(row["referral_id"]), str(row["contact_id"])) if row else None


async def check_reply(conn: Connection, who: LinkHolder, reply: Reply) -> None:
    """A reply by link is about its own referral, or what has come of it. Raises Refused."""
    found = {id_ async for id_ in _referrals_of(conn, reply)}
    if found != {who.referral_id}:
        raise texts.link_of_another()


async def _referrals_of(conn: Connection, reply: Reply) -> Any:
    about = reply.model_dump(include={"referral_id", "match_id", "placement_id", "stage_id", "challenge_id"})
    if about.get("referral_id"):
        yield about["referral_id"]
    if about.get("match_id"):
        match = await one(conn, Match, about["match_id"])
        yield match and match.referral_id
    if isinstance(reply, CandidateWithdrawn):  # everywhere, so she must have been proposed here and nowhere else
        query = "SELECT state, shape FROM aggregate WHERE kind = 'match' AND state->>'candidate_id' = $1"
        for match in await many(conn, Match, query, reply.candidate_id):
            yield match.referral_id
    placements = [about["placement_id"]] if about.get("placement_id") else []
    for kind, name in _parts():
        if about.get(name):
            part = await one(conn, kind, about[name])
            placements.append(part.placement_id if part else "")
    for id_ in placements:
        placement = await one(conn, Placement, id_)
        yield placement and placement.referral_id


def _parts() -> Iterable[tuple[type[Stage] | type[Challenge], str]]:
    return (Stage, "stage_id"), (Challenge, "challenge_id")


async def _row(conn: Connection, token: str) -> asyncpg.Record | None:
    return await conn.fetchrow("SELECT referral_id, contact_id, until FROM link WHERE hash = $1", _hash(token))


def _hash(token: str) -> bytes:
    """The token is random enough that nobody finds it from a plain hash."""
    return sha256(token.encode()).digest()
