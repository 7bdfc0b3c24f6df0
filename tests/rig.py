"""A toy service that consumes from a real Kafka inside the test's process, so that its parts can be looked at."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.clock import Clock
from shared.settings import Settings
from shared.spine.consumer import Consumer
from shared.spine.engine import Spine
from shared.spine.relay import Relay
from tests.toy import Add, Toy, toy, toy_pool
from tests.waiting import until


@dataclass
class Replica:
    """Consumer and spine of one replica, while it runs."""

    consumer: Consumer
    spine: Spine
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def consuming(self) -> bool:
        return self.consumer.failure is None and all(reader.assignment() for reader in self.consumer.readers)


class Rig:
    def __init__(self, kafka: str, database: str, prefix: str, pool: asyncpg.Pool) -> None:
        self.kafka, self.database, self.pool = kafka, database, pool
        self.toy: Toy = toy(prefix)
        self.config = Settings(kafka_bootstrap=kafka, database_url=database, token_key="k" * 32)
        self.versions: dict[str, int] = {}

    async def admin(self, work: str, *args: Any, **options: Any) -> Any:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        try:
            return await getattr(admin, work)(*args, **options)
        finally:
            await admin.close()

    async def topics(self, *names: str, partitions: int = 1, **config: str) -> None:
        await self.admin("create_topics", [NewTopic(name, partitions, 1, topic_configs=config) for name in names])

    async def send(self, *orders: str, n: int = 1, headers: Sequence[tuple[Any, Any]] = (), **producer: Any) -> None:
        """One `counted` event for each of these orders, as the relay of another service would send it."""
        sender = AIOKafkaProducer(bootstrap_servers=self.kafka, **producer)
        await sender.start()
        try:
            for order in orders:
                self.versions[order] = version = self.versions.get(order, 0) + 1
                record = self.toy.event(order, n, version)
                more = [*record.headers, *headers]
                await sender.send_and_wait(record.topic, record.value, key=record.key, headers=more, partition=0)
        finally:
            await sender.stop()

    def spine(self) -> Spine:
        return Spine(self.pool, self.toy.book, Clock())

    def relay(self, pool: asyncpg.Pool | None = None, database: str | None = None) -> Relay:
        return Relay(
            "toy", "metrics", pool or self.pool, database or self.database, self.config, [self.toy.onward.name]
        )

    @asynccontextmanager
    async def replica(self, *topics: str, spine: Spine | None = None) -> AsyncIterator[Replica]:
        spine = spine or self.spine()
        groups = [[name] for name in topics or (self.toy.orders.name,)]
        running = Replica(Consumer("toy", spine, self.config, groups, "0"), spine)

        async def ours() -> bool:
            return True

        task = asyncio.create_task(running.consumer.run(running.stop, ours))
        try:
            yield running
        finally:
            running.stop.set()
            await running.consumer.stop()
            await asyncio.wait([task], timeout=5)

    async def totals(self) -> dict[str, int]:
        rows = await self.pool.fetch("SELECT id, (state->>'total')::int AS total FROM aggregate WHERE kind = 'order'")
        return {row["id"]: row["total"] for row in rows}

    async def all_counted(self, **expected: int) -> Any:
        return await until(lambda: self._has(expected))

    async def _has(self, expected: dict[str, int]) -> bool:
        found = await self.totals()
        return all(found.get(order) == total for order, total in expected.items())

    async def count(self, table: str, where: str = "true") -> int:
        return int(await self.pool.fetchval(f"SELECT count(*) FROM {table} WHERE {where}"))


@asynccontextmanager
async def rigged(kafka: str, database: str, prefix: str, *, topics: bool = True) -> AsyncIterator[Rig]:
    pool = await toy_pool(database)
    rig = Rig(kafka, database, prefix, pool)
    if topics:
        await rig.topics(rig.toy.orders.name, rig.toy.shipments.name, rig.toy.onward.name)
    yield rig
    await pool.close()


def order() -> str:
    return str(uuid4())


__all__ = ["Add", "Replica", "Rig", "order", "rigged"]
