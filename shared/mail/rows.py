"""A mail as a row, written in the transaction of the decision that it tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from shared.db import Connection, columns

Language = Literal["da", "en"]
ABOUT = frozenset(
    {"referral_id", "place_id", "match_id", "placement_id", "challenge_id", "before_id", "kommune", "kind", "on"}
)
"""What a mail may be about: things, codes and days. `before_id` is the contact who was asked before. Nobody young."""


@dataclass(frozen=True, slots=True)
class Mail:
    """For `work.write`. `template` is one of the service's own; the words are found when it is sent."""

    id: str
    template: str
    person_id: str
    about: Mapping[str, str]
    language: Language = "da"

    def __post_init__(self) -> None:
        if other := self.about.keys() - ABOUT:
            raise ValueError(f"a mail is not about {sorted(other)}")


async def save(conn: Connection, mails: Sequence[Mail]) -> None:
    await conn.execute(
        "INSERT INTO mail (id, template, person_id, about, language)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::jsonb[], $5::text[])",
        *columns(((m.id, m.template, m.person_id, orjson.dumps(m.about).decode(), m.language) for m in mails), 5),
    )


async def drop(conn: Connection, mails: Sequence[Mail]) -> None:
    """No server is set: nothing is sent, and nothing piles up for the day when one is."""


PRUNE = (
    "DELETE FROM mail WHERE done_at < now() - interval '90 days'",
    # Left from before the server was taken out of the settings: nobody wants it a week later.
    "UPDATE mail SET state = 'given-up', done_at = now() WHERE state = 'waiting' AND at < now() - interval '7 days'",
)
