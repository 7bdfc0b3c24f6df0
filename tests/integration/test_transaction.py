"""A batch is one transaction: exactly-once effect, order per key, parking, dead letters, redrive and skip."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.clock import Clock
from shared.spine import dead_letters, redrive
from shared.spine.decision import Refused
from shared.spine.engine import Spine
from tests.toy import NOON, Add, Toy, toy, toy_pool


class Noon(Clock):
    def now(self) -> Any:
        return NOON


@pytest.fixture
async def world(database: str, topic_prefix: str) -> AsyncIterator[SimpleNamespace]:
    pool = await toy_pool(database)
    made = toy(topic_prefix)
    yield SimpleNamespace(pool=pool, toy=made, spine=Spine(pool, made.book, Noon()))
    await pool.close()


def order() -> str:
    return str(uuid4())


async def totals(pool: asyncpg.Pool) -> dict[str, int]:
    rows = await pool.fetch("SELECT id, (state->>'total')::int AS total FROM aggregate")
    return {row["id"]: row["total"] for row in rows}


async def told(pool: asyncpg.Pool) -> list[tuple[str, int]]:
    rows = await pool.fetch("SELECT key, (headers->>'ce_aggregateversion')::int AS v FROM outbox ORDER BY id")
    return [(row["key"], row["v"]) for row in rows if row["key"]]


async def test_a_batch_has_its_effect_once_however_often_it_comes(world: SimpleNamespace) -> None:
    t: Toy = world.toy
    a, b = order(), order()
    batch = [t.event(a, 1, 1, 0), t.event(b, 5, 1, 1), t.event(a, 2, 2, 2)]
    await world.spine.consume(batch)
    await world.spine.consume(batch)
    await world.spine.consume(batch[1:])
    assert await totals(world.pool) == {a: 3, b: 5}
    assert await told(world.pool) == [(a, 1), (b, 1), (a, 2)]


async def test_an_unknown_type_changes_nothing_and_advances_the_version(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    await world.spine.consume(
        [t.event(a, 1, 1, 0, ce_type="dk.lederalliancen.toy.of-tomorrow.v1"), t.event(a, 2, 2, 1)]
    )
    assert await totals(world.pool) == {a: 2}


async def test_what_came_before_its_prerequisite_is_released_by_it(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    await world.spine.consume([t.shipment(a, 1, 0)])
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 1
    assert await totals(world.pool) == {}
    await world.spine.consume([t.event(a, 4, 1, 0)])
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 0
    assert await world.pool.fetchval("SELECT state->>'shipped' FROM aggregate WHERE id = $1", a) == "true"


async def test_what_is_parked_and_freed_within_one_batch_leaves_no_row(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    await world.spine.consume([t.shipment(a, 1, 0), t.event(a, 4, 1, 0)])
    assert await world.pool.fetchval("SELECT state->>'shipped' FROM aggregate WHERE id = $1", a) == "true"
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_a_version_that_is_missing_holds_its_own_key_only(world: SimpleNamespace) -> None:
    t, a, b = world.toy, order(), order()
    await world.spine.consume([t.event(a, 1, 1, 0), t.event(a, 3, 3, 2), t.event(b, 9, 1, 3)])
    assert await totals(world.pool) == {a: 1, b: 9}
    await world.spine.consume([t.event(a, 2, 2, 1)])
    assert await totals(world.pool) == {a: 6, b: 9}
    assert await told(world.pool) == [(a, 1), (b, 1), (a, 2), (a, 3)]


async def test_a_redelivery_of_what_is_parked_parks_it_once(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    for _ in range(3):
        await world.spine.consume([t.shipment(a, 1, 0)])
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 1


@pytest.mark.parametrize("value", [b"{not json", None, b"", b'{"n": 1}', b'{"order_id": "x", "n": 1}', b"\xff\xfe"])
async def test_poison_is_buried_with_its_bytes_and_holds_its_own_key_only(
    world: SimpleNamespace, value: bytes | None
) -> None:
    t, a, b = world.toy, order(), order()
    bad = t.event(a, 1, 1, 0)
    bad = type(bad)(bad.topic, bad.partition, bad.offset, bad.key, value, bad.headers)
    await world.spine.consume([bad, t.event(b, 2, 1, 1), t.event(a, 3, 2, 2)])
    assert await totals(world.pool) == {b: 2}
    letter = await world.pool.fetchrow("SELECT * FROM dead_letter")
    assert (letter["subject"], letter["version"], letter["value"], letter["status"]) == (a, 1, value, "open")
    assert letter["stage"] == "validate"
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 1


async def test_a_failed_decision_leaves_no_trace_but_its_dead_letter(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    await world.spine.consume([t.event(a, 5, 1, 0), t.event(a, -1, 2, 1)])
    assert await totals(world.pool) == {a: 5}
    letter = await world.pool.fetchrow("SELECT stage, error, event_id FROM dead_letter")
    assert (letter["stage"], letter["error"]) == ("decide", "negative")
    announced = await world.pool.fetchrow("SELECT topic, value FROM outbox WHERE topic LIKE 'dlq.%'")
    assert announced["topic"] == "dlq.metrics.v1"
    assert a.encode() not in announced["value"]


async def test_a_header_that_is_null_or_not_utf8_does_not_stop_the_batch(world: SimpleNamespace) -> None:
    t, a, b = world.toy, order(), order()
    await world.spine.consume(
        [t.event(a, 1, 1, 0, traceparent=None, junk=b"\xff\xfe"), t.event(b, 1, 1, 1, ce_id=b"\xff")]
    )
    assert await totals(world.pool) == {a: 1}
    assert await world.pool.fetchval("SELECT stage FROM dead_letter") == "parse"


async def test_a_redrive_handles_the_stored_bytes_and_frees_those_behind(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    handler = world.spine.book.handlers.routes[t.counted]
    broken = lambda work, message: 1 / 0  # noqa: E731
    world.spine.book.handlers.routes[t.counted] = type(handler)(broken, handler.keys)
    await world.spine.consume([t.event(a, 1, 1, 0), t.event(a, 2, 2, 1), t.event(a, 3, 3, 2)])
    [letter] = await dead_letters.listed(world.pool)
    assert letter["error"] == "ZeroDivisionError"

    assert await redrive.redrive(world.spine, letter["id"], by="operator") == "ZeroDivisionError"
    world.spine.book.handlers.routes[t.counted] = handler  # the fix is deployed
    dry = await redrive.redrive(world.spine, letter["id"], by="operator", dry_run=True)
    assert (dry, await totals(world.pool)) == ("would be applied", {})
    assert await redrive.redrive(world.spine, letter["id"], by="operator") == "applied"
    assert await totals(world.pool) == {a: 6}
    assert await redrive.redrive(world.spine, letter["id"], by="operator") == "closed already"
    await world.spine.consume([t.event(a, 1, 1, 0), t.event(a, 2, 2, 1)])
    assert await totals(world.pool) == {a: 6}
    closed = await world.pool.fetchrow("SELECT status, closed_by FROM dead_letter")
    assert tuple(closed) == ("redriven", "operator")


async def test_a_skip_goes_past_what_can_never_succeed(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    await world.spine.consume([t.event(a, -1, 1, 0), t.event(a, 2, 2, 1)])
    [letter] = await dead_letters.listed(world.pool)
    await redrive.skip(world.spine, letter["id"], by="operator", reason="sent by mistake")
    assert await totals(world.pool) == {a: 2}
    assert await world.pool.fetchval("SELECT reason FROM dead_letter") == "sent by mistake"


async def test_redrive_goes_in_version_order(world: SimpleNamespace) -> None:
    t, a = world.toy, order()
    await world.spine.consume([t.event(a, -1, 1, 0)])
    await world.spine.consume([t.event(a, -1, 2, 1)])  # parked behind
    [letter] = await dead_letters.listed(world.pool)
    await redrive.skip(world.spine, letter["id"], by="operator", reason="bad")
    [second] = await dead_letters.listed(world.pool)
    assert second["version"] == 2


async def test_what_waited_too_long_becomes_a_dead_letter_and_can_be_redriven(world: SimpleNamespace) -> None:

    t, a = world.toy, order()
    await world.spine.consume([t.shipment(a, 1, 0)])
    assert await world.spine.expire(timedelta(seconds=0)) == 1
    [letter] = await dead_letters.listed(world.pool)
    assert (letter["stage"], letter["error"]) == ("parked", "waited-for-order")
    await world.spine.consume([t.event(a, 1, 1, 0)])
    assert await redrive.redrive(world.spine, letter["id"], by="operator") == "applied"
    assert await world.pool.fetchval("SELECT state->>'shipped' FROM aggregate") == "true"


async def test_a_command_is_decided_once_per_idempotency_key(world: SimpleNamespace) -> None:
    a = order()

    async def ask(key: str, body: bytes = b"1") -> Any:
        command = Add(order_id=a, n=2)
        return await world.spine.execute(command, by="me", route="POST /x", idempotency_key=key, body_hash=body)

    assert await ask("key-0001") == {"total": 2}
    assert await ask("key-0001") == {"total": 2}
    assert await ask("key-0002") == {"total": 4}
    with pytest.raises(Refused, match="idempotency-key-reused"):
        await ask("key-0001", b"2")
    assert await totals(world.pool) == {a: 4}


async def test_a_refused_command_stores_nothing(world: SimpleNamespace) -> None:
    with pytest.raises(Refused):
        await world.spine.execute(Add(order_id=order(), n=2000), by="me", idempotency_key="key-0001")
    for table in ("aggregate", "outbox", "idempotency", "stream"):
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_two_at_once_on_a_new_key_both_count(world: SimpleNamespace) -> None:

    a = order()
    await asyncio.gather(*(world.spine.execute(Add(order_id=a, n=1), by=str(n)) for n in range(20)))
    assert await totals(world.pool) == {a: 20}
    assert [v for _, v in await told(world.pool)] == list(range(1, 21))


async def test_timers_that_may_not_fire_yet_do_not_stand_in_the_way_of_later_ones(world: SimpleNamespace) -> None:
    gated, free = [order() for _ in range(3)], order()
    for n, id_ in enumerate([*gated, free]):
        await world.pool.execute(
            "INSERT INTO timer VALUES ('order', $1, 'add', $2, 'Add', $3)",
            id_,
            NOON - timedelta(hours=9 - n),
            f'{{"order_id": "{id_}", "n": 1}}',
        )

    async def only_free(rows: list[Any]) -> list[Any]:
        return [row for row in rows if row.key[1] == free]

    spine = Spine(world.pool, world.toy.book, Noon(), may_fire=only_free)
    while await spine.fire(limit=2):
        pass
    assert await totals(world.pool) == {free: 1}
    while await world.spine.fire(limit=2):
        pass
    assert len(await totals(world.pool)) == 4
    assert await world.pool.fetchval("SELECT count(*) FROM timer") == 0


async def test_a_timer_that_fails_for_good_becomes_a_dead_letter_and_the_others_fire(world: SimpleNamespace) -> None:
    bad, good = order(), order()
    for id_, n in ((bad, -1), (good, 1)):
        await world.pool.execute(
            "INSERT INTO timer VALUES ('order', $1, 'add', $2, 'Add', $3)",
            id_,
            NOON,
            f'{{"order_id": "{id_}", "n": {n}}}',
        )
    await world.spine.fire()
    assert await totals(world.pool) == {good: 1}
    assert await world.pool.fetchval("SELECT error FROM dead_letter") == "negative"


async def test_a_timer_of_a_command_that_is_gone_stops_nobody_and_can_be_redriven_when_it_is_back(
    world: SimpleNamespace,
) -> None:
    old, good = order(), order()
    for id_ in (old, good):
        await world.pool.execute(
            "INSERT INTO timer VALUES ('order', $1, 'add', $2, 'Add', $3)",
            id_,
            NOON,
            f'{{"order_id": "{id_}", "n": 1, "of_tomorrow": 1}}' if id_ == old else f'{{"order_id": "{id_}", "n": 1}}',
        )
    await world.spine.fire()
    assert await totals(world.pool) == {good: 1}
    assert await world.spine.expire(timedelta(hours=1)) == 0  # a build that knows it may come
    assert await world.pool.fetchval("SELECT count(*) FROM timer") == 1
    assert await world.spine.expire(timedelta(0)) == 1
    [letter] = await dead_letters.listed(world.pool)
    assert letter["error"] == "unknown-command"
    assert await redrive.redrive(world.spine, letter["id"], by="x") == "unknown-command"
    await world.pool.execute("UPDATE dead_letter SET value = $1", f'{{"order_id": "{old}", "n": 1}}'.encode())
    assert await redrive.redrive(world.spine, letter["id"], by="x") == "applied"
    assert await totals(world.pool) == {good: 1, old: 1}
