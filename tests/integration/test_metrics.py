"""The projection: the same figures whatever the order of arrival, and equal to one that is built anew."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.stack import Stack
from metrics import figures
from metrics.app import service
from metrics.rebuild import rebuild
from shared import db
from shared.clock import Clock
from shared.events import administration as topic_admin
from shared.settings import KafkaSettings, OwnSettings, Settings
from shared.spine import dead_letters, redrive
from shared.spine.engine import Spine
from shared.spine.envelope import Record
from shared.web.access import mint
from tests.integration.test_service_life import running, settings
from tests.journeys import Journey, interleaved, records
from tests.waiting import until

COUNTED = {(figures.PREFIX + figure.name).removesuffix("_total") for figure in figures.COUNTERS}
TABLES = {
    "total": "counter, labels::text",
    "moment": "kind, key, thing",
    "aggregate": "kind, id",
    "inbox": "topic, subject",
}


async def dump(pool: asyncpg.Pool) -> dict[str, list[str]]:
    return {
        table: [row[0] for row in await pool.fetch(f"SELECT t::text FROM {table} t ORDER BY {order}")]
        for table, order in TABLES.items()
    }


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    await service.migrate(database)
    made = await db.connect_pool(database, "metrics")
    yield made
    await made.close()


async def test_no_order_of_arrival_changes_a_figure(pool: asyncpg.Pool) -> None:
    told = records([Journey(seed) for seed in range(25)])
    spine = Spine(pool, service.book(OwnSettings()), Clock())
    first = None
    for seed in range(6):
        order = list(interleaved(told, seed)) if seed else told
        # As Kafka does: each topic in batches of its own.
        for begin in range(0, len(order), 90):
            batch = order[begin : begin + 90]
            for topic in sorted({record.topic for record in batch}):
                await spine.consume([record for record in batch if record.topic == topic])
        assert await pool.fetchval("SELECT count(*) FROM parked") == 0
        assert await pool.fetchval("SELECT count(*) FROM dead_letter") == 0
        found = await dump(pool)
        first = first or found
        assert found == first
        await pool.execute("DELETE FROM total; DELETE FROM moment; DELETE FROM aggregate; DELETE FROM inbox")
    assert first is not None
    assert len(first["total"]) > 20


async def test_a_redelivered_batch_counts_nothing_twice(pool: asyncpg.Pool) -> None:
    told = records([Journey(seed) for seed in range(5)])
    spine = Spine(pool, service.book(OwnSettings()), Clock())
    await spine.consume(told)
    before = await dump(pool)
    await spine.consume(told)
    assert await dump(pool) == before


async def send(kafka: str, told: list[Record]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        futures = [await producer.send(r.topic, r.value, key=r.key, headers=list(r.headers)) for r in told]
        await asyncio.gather(*futures)
    finally:
        await producer.stop()


async def test_a_rebuilt_projection_equals_the_live_one_which_goes_on_meanwhile(
    stack: Stack, pool: asyncpg.Pool, database: str
) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    env = settings(stack, database)
    config = Settings(kafka_bootstrap=stack.kafka, database_url=database, token_key=env["LA_TOKEN_KEY"])
    async with running(env, "metrics") as live:
        told = records([Journey(seed) for seed in range(1000, 1030)])
        await send(stack.kafka, told)
        await until(lambda: _idle(live))
        before = await dump(pool)
        done = await rebuild(service, config, lambda _: None)
        assert int(done.split()[0]) >= len(told) > 400
        assert await dump(pool) == before

        more = records([Journey(seed) for seed in range(2000, 2040)])
        flowing = asyncio.create_task(_slowly(stack.kafka, more))
        watching = asyncio.create_task(_dips(live, flowing))
        for _ in range(3):
            await rebuild(service, config, lambda _: None)
        assert await watching == []
        await until(lambda: _idle(live))
        after = await dump(pool)
        assert len(after["moment"]) > len(before["moment"])
        assert await pool.fetchval("SELECT count(*) FROM parked") == 0
        await rebuild(service, config, lambda _: None)
        assert await dump(pool) == after
        assert await pool.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'metrics_%'") == 0


async def _dips(live: SimpleNamespace, flowing: asyncio.Task[None]) -> list[str]:
    """Counters that were lower at one scrape than at the one before, or missing."""
    found, before, scrapes = list[str](), dict[str, float](), 0
    while not flowing.done() or scrapes < 30:
        families = text_string_to_metric_families((await live.client.get("/metrics")).text)
        now = {
            f"{sample.name}{sample.labels}": sample.value
            for family in families
            if family.name in COUNTED
            for sample in family.samples
        }
        assert now
        found += [name for name, value in before.items() if now.get(name, 0) < value]
        before, scrapes = now, scrapes + 1
    return found


async def _slowly(kafka: str, told: list[Record]) -> None:
    for begin in range(0, len(told), 40):
        await send(kafka, told[begin : begin + 40])


async def _idle(live: SimpleNamespace) -> Any:
    body = await live.ready()
    return body and body["idle"]


async def test_two_rebuilds_at_once_are_refused(stack: Stack, pool: asyncpg.Pool, database: str) -> None:
    config = Settings(kafka_bootstrap=stack.kafka, database_url=database, token_key="k" * 32)
    other = await asyncpg.connect(database)
    await other.execute("SELECT pg_advisory_lock(hashtext('rebuild-metrics'))")
    with pytest.raises(RuntimeError, match="another rebuild"):
        await rebuild(service, config, lambda _: None)
    await other.close()


@pytest.mark.parametrize("spoilt", ["value", "version"])
async def test_what_an_operator_skipped_stays_skipped_in_the_rebuilt_projection(
    stack: Stack, pool: asyncpg.Pool, database: str, spoilt: str
) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    first, *others = records([Journey(3001 if spoilt == "value" else 3002)])
    headers = [(name, value) for name, value in first.headers if spoilt == "value" or name != "ce_aggregateversion"]
    value = b"{broken" if spoilt == "value" else first.value
    await send(stack.kafka, [Record(first.topic, 0, 0, first.key, value, headers), *others])
    env = settings(stack, database)
    config = Settings(kafka_bootstrap=stack.kafka, database_url=database, token_key=env["LA_TOKEN_KEY"])
    async with running(env, "metrics") as live:
        await until(lambda: _idle(live))
        subject = first.header("ce_subject")
        [letter] = [row for row in await dead_letters.listed(pool) if row["subject"] == subject]
        spine = Spine(pool, service.book(OwnSettings()), Clock())
        await redrive.skip(spine, letter["id"], by="operator", reason="broken at the source")
        before, letters = await dump(pool), await _letters(pool)
        await rebuild(service, config, lambda _: None)
        assert await dump(pool) == before
        assert await _letters(pool) == letters
        kept = await pool.fetchrow("SELECT status, reason FROM dead_letter WHERE id = $1", letter["id"])
        assert tuple(kept) == ("skipped", "broken at the source")


async def _letters(pool: asyncpg.Pool) -> list[str]:
    """Also when they first failed, how often, and who closed them."""
    return [row[0] for row in await pool.fetch("SELECT l::text FROM dead_letter l ORDER BY id")]


async def test_a_record_that_no_database_takes_does_not_stop_a_rebuild(
    stack: Stack, pool: asyncpg.Pool, database: str
) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    first, *others = records([Journey(3003)])
    headers = [(name, b"\x00" if name == "ce_subject" else value) for name, value in first.headers]
    await send(stack.kafka, [*others, Record(first.topic, 0, 0, first.key, first.value, headers)])
    env = settings(stack, database)
    config = Settings(kafka_bootstrap=stack.kafka, database_url=database, token_key=env["LA_TOKEN_KEY"])
    async with running(env, "metrics") as live:
        await until(lambda: _idle(live))
        before, letters = await dump(pool), await _letters(pool)
        said: list[str] = []
        done = await rebuild(service, config, said.append)
        assert await dump(pool) == before
        assert await _letters(pool) == letters
        assert "since" in done
        assert said[-1].partition(";")[0].partition(", ")[2] in done


async def test_what_was_counted_is_shown_while_kafka_is_away(stack: Stack, pool: asyncpg.Pool, database: str) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    await send(stack.kafka, records([Journey(seed) for seed in range(12)]))
    async with running(settings(stack, database), "metrics") as live:
        await until(lambda: _idle(live))
        await asyncio.to_thread(stack.stop_kafka)
        try:
            text = (await live.client.get("/metrics")).text
            assert "lederalliancen_leaders_signed_up_total{" in text
        finally:
            await asyncio.to_thread(stack.start_kafka)


async def test_a_scrape_shows_what_was_counted_and_partners_see_no_small_number(
    stack: Stack, pool: asyncpg.Pool, database: str
) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    await send(stack.kafka, records([Journey(seed) for seed in range(12)]))
    env = settings(stack, database)
    async with running(env, "metrics") as live:
        client: httpx.AsyncClient = live.client
        await until(lambda: _idle(live))
        text = (await client.get("/metrics")).text
        rows = await pool.fetch(
            "SELECT labels->>0 AS kommune, value FROM total WHERE counter = 'leaders_signed_up_total'"
        )
        for row in rows:
            assert f'lederalliancen_leaders_signed_up_total{{kommune="{row["kommune"]}"}} {row["value"]}.0' in text
        assert '"9999"' not in text
        token = mint("partner", key=env["LA_TOKEN_KEY"])
        kpis = (await client.get("/kpis", headers={"Authorization": f"Bearer {token}"})).json()
        shown = [cell for cells in kpis["by"].values() for cell in cells] + list(kpis["funnel"].values())
        assert all(cell["value"] is None or cell["value"] == 0 or cell["value"] >= 5 for cell in shown)
        assert kpis["kind"] == "beskrivende"
