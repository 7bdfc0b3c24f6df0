"""A number that is unique among the living replicas of a service: its static membership in Kafka's groups.

Held as a session lock in PostgreSQL, so it frees itself when a replica dies, and a restarted one takes it again.
"""

import contextlib

import asyncpg

from shared import db

REPLICAS = 64


class Slot:
    def __init__(self, url: str, schema: str) -> None:
        self.url, self.schema = url, schema
        self.number: int | None = None
        self._conn: asyncpg.Connection | None = None

    async def take(self) -> int:
        """The lowest free number. Raises while PostgreSQL is away."""
        await self._connect()
        for number in range(REPLICAS):
            if await self._lock(number):
                self.number = number
                return number
        raise RuntimeError(f"more than {REPLICAS} replicas of {self.schema}")

    async def still_ours(self) -> bool:
        """False only when another replica has the number. After a lost connection or a failover it is locked again."""
        if self.number is None:
            return True
        try:
            conn = self._conn
            if conn and not conn.is_closed() and not await conn.fetchval("SELECT pg_is_in_recovery()"):
                return True
            await self._connect()
            return await self._lock(self.number)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            return True  # PostgreSQL is away: nobody else can take it either

    async def release(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            with contextlib.suppress(Exception):
                await conn.close(timeout=1)

    async def _connect(self) -> None:
        await self.release()
        self._conn = await asyncpg.connect(self.url, **db.connection_options(self.schema))

    async def _lock(self, number: int) -> bool:
        conn = self._conn
        return conn is not None and bool(
            await conn.fetchval("SELECT pg_try_advisory_lock(hashtext($1), $2)", f"slot-{self.schema}", number)
        )
