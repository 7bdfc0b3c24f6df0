"""Links in leaders' mails: made, kept as a hash, and whose page one opens."""

import secrets
from collections.abc import Sequence
from hashlib import sha256

from intake.rules import links as rules
from shared.catalogue import calendar
from shared.mail.letters import Writing
from shared.runtime import Runtime
from shared.web.access import BY_LINK, Principal

BYTES = 32
# Over for long, also by a clock that differs from the domain's.
PRUNE = ("DELETE FROM link WHERE until < now() - interval '180 days'",)


async def mint(writing: Writing) -> str:
    """A new link's token, which is nowhere but in what is returned: the database holds its hash."""
    mail, now, token = writing.mail, writing.now, secrets.token_urlsafe(BYTES)
    await writing.conn.execute(
        "INSERT INTO link (hash, leader_id, target, until) VALUES ($1, $2, $3, $4)",
        _hash(token),
        mail.person_id,
        rules.where(mail.template, mail.about),
        rules.lasts_until(now, calendar.today(now)),
    )
    return token


async def opened_by(runtime: Runtime, token: str) -> tuple[Principal, str] | None:
    """Which leader this link lets in, and where it leads. Changes nothing, for scanners follow links."""
    row = await runtime.pool.fetchrow(
        "SELECT leader_id::text, target FROM link WHERE hash = $1 AND until > $2", _hash(token), runtime.clock.now()
    )
    if row is None:
        return None
    leader_id = row["leader_id"]
    return Principal(f"{BY_LINK}{leader_id}", frozenset({"leader"}), leader_id=leader_id), row["target"]


async def whose(runtime: Runtime, email_hashes: Sequence[bytes]) -> str | None:
    """The leader who has this address."""
    found = "SELECT person_id::text FROM leader_email WHERE hash = ANY ($1::bytea[]) LIMIT 1"
    leader_id: str | None = await runtime.pool.fetchval(found, list(email_hashes))
    return leader_id


def _hash(token: str) -> bytes:
    """The token is random enough that nobody finds it from a plain hash."""
    return sha256(token.encode()).digest()
