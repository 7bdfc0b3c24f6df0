"""What is not needed any longer is not kept."""

from collections.abc import Sequence

from shared.db import Connection

PRUNE = (
    "DELETE FROM idempotency WHERE at < now() - interval '7 days'",
    # As long as the topic keeps a reply, and a redrive may bring it back.
    "DELETE FROM seen WHERE at < now() - interval '90 days'",
    # What was refused or closed keeps its reason; what an outsider had written is gone as it is on the topic.
    (
        "UPDATE dead_letter SET key = NULL, value = NULL, headers = NULL"
        " WHERE status <> 'open' AND value IS NOT NULL AND last_failed_at < now() - interval '7 days'"
    ),
)


async def prune(conn: Connection, more: Sequence[str] = ()) -> None:
    """What is not needed any longer is not kept."""
    for statement in (*PRUNE, *more):
        await conn.execute(statement)
