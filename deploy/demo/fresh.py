"""Every run begins with nothing: no events, no rows, no offsets of an earlier one."""

import shutil
from pathlib import Path

import asyncpg
from confluent_kafka.admin import AdminClient

from deploy.local.claim import Claim
from deploy.local.stack import StackError
from shared.db import schema_of
from shared.events.topics import BY_NAME, SERVICES


def forget(home: Path) -> None:
    """Remove what earlier runs left in our own Kafka and PostgreSQL; StackError where one is using it."""
    with Claim(home):
        for data in ("kafka", "postgres"):
            shutil.rmtree(home / data, ignore_errors=True)


async def check(bootstrap: str, database: str) -> None:
    """An operator's own Kafka and PostgreSQL may hold something of value: then StackError."""
    there = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0}).list_topics(timeout=20).topics
    if ours := sorted(there.keys() & BY_NAME.keys()):
        raise StackError(
            f"The Kafka at {bootstrap} is in use: it has the topic {ours[0]}. The demo needs an empty one."
        )
    connection = await asyncpg.connect(database)
    try:
        schemas = [schema_of(service) for service in SERVICES]
        if used := await connection.fetchval("SELECT nspname FROM pg_namespace WHERE nspname = ANY($1)", schemas):
            raise StackError(f"That PostgreSQL is in use: it has the schema {used}. The demo needs an empty database.")
    finally:
        await connection.close()
