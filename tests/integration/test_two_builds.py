"""Two builds of one service side by side on one database, taking turns on the same aggregates: nothing is lost."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, ClassVar

import asyncpg
import pytest
from uuid_utils import uuid4

from shared.clock import Clock
from shared.events.base import Data
from shared.spine import aggregates
from shared.spine.batch import Rulebook
from shared.spine.engine import Spine
from shared.spine.failures import NewerShape, passes
from shared.spine.work import Aggregate, Command, Handlers, Message, Work
from tests.toy import Toy, toy, toy_pool


class OldPart(Data):
    name: str


class NewPart(OldPart):
    weight: int = 0


class OldOrder(Aggregate):
    KIND: ClassVar[str] = "order"
    total: int = 0
    parts: tuple[OldPart, ...] = ()


class NewOrder(Aggregate):
    KIND: ClassVar[str] = "order"
    total: int = 0
    parts: tuple[NewPart, ...] = ()
    wrapped: bool = False


class Add(Command):
    order_id: str
    n: int


class Wrap(Command):
    """Only the new build knows it."""

    order_id: str


def _kinded(kind: type[Aggregate]) -> type[Aggregate]:
    kind.KIND = "order"
    return kind


_kinded(OldOrder), _kinded(NewOrder)


def old_build(made: Toy) -> Handlers:
    handlers = Handlers()

    @handlers.on(Add, made.counted, (OldOrder, "order_id"))
    def add(work: Work, message: Message[Any]) -> None:
        order = work.get(OldOrder, message.data.order_id) or OldOrder(id=message.data.order_id)
        part = OldPart(name=f"old-{message.data.n}")
        work.put(order.changed(total=order.total + message.data.n, parts=(*order.parts, part)))

    return handlers


def new_build(made: Toy) -> Handlers:
    handlers = Handlers()

    @handlers.on(Add, made.counted, (NewOrder, "order_id"))
    def add(work: Work, message: Message[Any]) -> None:
        order = work.get(NewOrder, message.data.order_id) or NewOrder(id=message.data.order_id)
        part = NewPart(name=f"new-{message.data.n}", weight=message.data.n)
        work.put(order.changed(total=order.total + message.data.n, parts=(*order.parts, part), wrapped=True))
        work.soon(order.key, "wrap", Wrap(order_id=order.id))

    @handlers.on(Wrap, (NewOrder, "order_id"))
    def wrap(work: Work, message: Message[Wrap]) -> None:
        work.put(work.need(NewOrder, message.data.order_id).changed(total=1000))

    @handlers.on(made.shipped, (NewOrder, "order_id"))
    def shipped(work: Work, message: Message[Any]) -> None:
        order = work.need(NewOrder, message.data.order_id)
        work.put(order.changed(total=order.total + 500))

    return handlers


@pytest.fixture
async def world(database: str, topic_prefix: str) -> AsyncIterator[tuple[Spine, Spine, Toy]]:
    pool, made = await toy_pool(database), toy(topic_prefix)
    old, new = (Spine(pool, Rulebook("metrics", build(made)), Clock()) for build in (old_build, new_build))
    yield old, new, made
    await pool.close()


async def _document(pool: asyncpg.Pool, id_: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(await pool.fetchval("SELECT state FROM aggregate WHERE id = $1", id_))
    return document


async def test_an_old_build_writes_back_what_only_the_new_one_knows_also_inside(
    world: tuple[Spine, Spine, Toy],
) -> None:
    old, new, _ = world
    id_ = str(uuid4())
    for turn, spine in enumerate((new, old, new, old), 1):
        await spine.execute(Add(order_id=id_, n=turn), by="test")
    found = await _document(new.pool, id_)
    assert (found["total"], found["wrapped"]) == (10, True)
    assert found["parts"] == [
        {"name": "new-1", "weight": 1},
        {"name": "old-2", "weight": 0},
        {"name": "new-3", "weight": 3},
        {"name": "old-4"},
    ]
    read = await aggregates.one(new.pool, NewOrder, id_)
    assert read is not None
    assert [part.weight for part in read.parts] == [1, 0, 3, 0]


async def test_a_timer_of_the_new_build_waits_for_it(world: tuple[Spine, Spine, Toy]) -> None:
    old, new, _ = world
    id_ = str(uuid4())
    await new.execute(Add(order_id=id_, n=1), by="test")
    assert await old.fire() == 0
    assert await old.expire(timedelta(hours=1)) == 0
    assert await new.fire() == 1
    assert (await _document(new.pool, id_))["total"] == 1000
    assert await new.pool.fetchval("SELECT count(*) FROM timer") == 0
    assert await new.pool.fetchval("SELECT count(*) FROM dead_letter") == 0


async def test_a_message_parked_by_the_new_build_is_left_to_it(world: tuple[Spine, Spine, Toy]) -> None:
    """The old one puts what it waited for, and would otherwise ignore the message."""
    old, new, made = world
    id_ = str(uuid4())
    await new.consume([made.shipment(id_, 1)])
    await old.consume([made.event(id_, 1, 1)])
    assert await new.pool.fetchval("SELECT count(*) FROM parked") == 1
    assert await old.release_missed(timedelta(0)) == 0
    assert await new.release_missed(timedelta(0)) == 1
    assert (await _document(new.pool, id_))["total"] == 501
    assert await new.pool.fetchval("SELECT count(*) FROM parked") == 0


class Renamed(Aggregate):
    """The next shape: `total` has become `sum`."""

    KIND: ClassVar[str] = "order"
    sum: int = 0
    UPGRADES = (lambda before: {"sum": before.pop("total"), **before},)


_kinded(Renamed)


def renaming_build(made: Toy) -> Handlers:
    handlers = Handlers()

    @handlers.on(Add, made.counted, (Renamed, "order_id"))
    def add(work: Work, message: Message[Any]) -> None:
        order = work.get(Renamed, message.data.order_id) or Renamed(id=message.data.order_id)
        work.put(order.changed(sum=order.sum + message.data.n))

    return handlers


async def test_a_new_shape_is_stepped_up_to_and_an_old_build_waits_before_it(world: tuple[Spine, Spine, Toy]) -> None:
    old, new, made = world
    next_ = Spine(new.pool, Rulebook("metrics", renaming_build(made)), Clock())
    id_ = str(uuid4())
    await new.execute(Add(order_id=id_, n=3), by="test")
    await next_.execute(Add(order_id=id_, n=4), by="test")
    found = await _document(new.pool, id_)
    assert found["sum"] == 7
    assert "total" not in found
    assert found["wrapped"] is True
    # An old replica neither reads it wrongly nor buries what it cannot handle: it waits to be replaced.
    with pytest.raises(NewerShape) as failed:
        await old.consume([made.event(id_, 1, 1)])
    assert passes(failed.value)
    assert await old.pool.fetchval("SELECT count(*) FROM dead_letter") == 0
    await next_.consume([made.event(id_, 1, 1)])
    assert (await _document(new.pool, id_))["sum"] == 8
