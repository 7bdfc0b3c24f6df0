"""A service small enough to see through, on topics of its own: what the spine does is tested with it.

It counts orders. `counted` adds to an order and tells it onward; `shipped`, on another topic, needs the order to exist.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import asyncpg
from uuid_utils import uuid7

from shared import db
from shared.events.base import Event, Id
from shared.events.topics import Topic
from shared.service import MIGRATIONS
from shared.spine.batch import Rulebook
from shared.spine.decision import Poison, Refused
from shared.spine.envelope import Record
from shared.spine.work import Aggregate, Command, Handlers, Message, Work

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


class Order(Aggregate):
    total: int = 0
    shipped: bool = False


@dataclass(frozen=True)
class Slow:
    """A row whose saving takes a while, where a test wants a batch in flight."""


class Add(Command):
    order_id: str
    n: int


@dataclass
class Toy:
    book: Rulebook
    orders: Topic
    shipments: Topic
    onward: Topic
    counted: type[Event]
    shipped: type[Event]

    @property
    def topics(self) -> list[str]:
        return [self.orders.name, self.shipments.name]

    def event(self, order: str, n: int, version: int, offset: int = 0, **changes: Any) -> Record:
        """`counted` as the relay of another service would have sent it."""
        value = f'{{"order_id":"{order}","n":{n}}}'
        return record(self.orders.name, self.counted.TYPE, order, version, value, offset, **changes)

    def shipment(self, order: str, version: int, offset: int = 0) -> Record:
        return record(self.shipments.name, self.shipped.TYPE, order, version, f'{{"order_id":"{order}"}}', offset)


def record(topic: str, type_: str, subject: str, version: int, value: str, offset: int, **changes: Any) -> Record:
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid7()),
        "ce_type": type_,
        "ce_source": "/toy",
        "ce_subject": subject,
        "ce_time": "2026-11-23T11:00:00Z",
        "ce_aggregateversion": str(version),
        "content-type": "application/json",
    } | changes
    pairs = [(name, value.encode() if isinstance(value, str) else value) for name, value in headers.items()]
    return Record(topic, 0, offset, subject.encode(), value.encode(), pairs)


@cache
def toy(prefix: str) -> Toy:
    def topic(name: str) -> Topic:
        return Topic(prefix + name, "toy", ("toy",), "id", 3, timedelta(days=1))

    orders, shipments, onward = topic("orders"), topic("shipments"), topic("onward")

    class Counted(Event, topic=orders, name="toy.counted", subject="order_id"):
        order_id: Id
        n: int

    class Shipped(Event, topic=shipments, name="toy.shipped", subject="order_id"):
        order_id: Id

    class ToldOnward(Event, topic=onward, name="toy.told-onward", subject="order_id"):
        order_id: Id
        n: int
        total: int

    handlers = Handlers()

    @handlers.on(Counted, (Order, "order_id"))
    def counted(work: Work, message: Message[Counted]) -> None:
        _count(work, message.data.order_id, message.data.n)

    @handlers.on(Add, (Order, "order_id"))
    def add(work: Work, message: Message[Add]) -> dict[str, int]:
        if message.data.n > 1000:
            raise Refused("too-many", "n", "For mange.", "Too many.")
        return {"total": _count(work, message.data.order_id, message.data.n)}

    @handlers.on(Shipped, (Order, "order_id"))
    def shipped(work: Work, message: Message[Shipped]) -> None:
        work.put(work.need(Order, message.data.order_id).changed(shipped=True))

    def _count(work: Work, order_id: str, n: int) -> int:
        if n < 0:
            work.put(Order(id=order_id, total=-1))  # what a failed message did must leave no trace
            raise Poison("negative")
        order = work.get(Order, order_id) or Order(id=order_id)
        order = order.changed(total=order.total + n)
        work.put(order)
        work.write(Slow())
        work.emit(ToldOnward(order_id=order_id, n=n, total=order.total))
        return order.total

    async def at_once(conn: Any, rows: list[Slow]) -> None:
        pass

    return Toy(Rulebook("metrics", handlers, {Slow: at_once}), orders, shipments, onward, Counted, Shipped)


async def toy_pool(database: str, *, migrate: bool = True) -> asyncpg.Pool:
    """The spine's tables and a pool in them."""
    if migrate:
        await db.migrate(database, "metrics", [MIGRATIONS / "spine"])
    return await db.connect_pool(database, "metrics")
