"""The projection: the same figures whatever the order of arrival, and equal to one that is built anew."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.utils import floatToGoString

from deploy.local.stack import Stack
from metrics import figures
from metrics.app import service
from metrics.collect import collect
from metrics.queries.base import medians
from metrics.rebuild import rebuild
from shared import db
from shared.clock import Clock
from shared.events import administration as topic_admin
from shared.events import followup
from shared.settings import KafkaSettings, OwnSettings, Settings
from shared.spine import dead_letters, redrive
from shared.spine.engine import Spine
from shared.spine.envelope import Record
from shared.web.access import mint
from tests.integration.test_service_life import running, settings
from tests.journeys import Journey, interleaved, recorded, records
from tests.unit.metrics import hand_count
from tests.unit.metrics.hand_count import TAKEN
from tests.waiting import until

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
FIGURES = {
    figure.name.removesuffix("_total") for figure in vars(figures).values() if isinstance(figure, figures.Figure)
}
LE = {limit: floatToGoString(limit) for limit in figures.BUCKETS}  # type: ignore[no-untyped-call]
GOAL = f"goal_matches_per_year{{{hand_count.ASSUMED}}}"
NEVER_FALL = (*(figure.name for figure in figures.COUNTERS), figures.CORRECTIONS.name, figures.STEP_SECONDS.name)
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


async def scraped(pool: asyncpg.Pool, now: datetime = NOW) -> dict[str, float]:
    """All samples of figures.py, `name{label="value"}` -> value, without the prefix."""
    runtime: Any = SimpleNamespace(pool=pool, clock=SimpleNamespace(now=lambda: now), consumer=None)
    return samples(generate_latest(Collected(await collect(runtime))).decode())


class Collected:
    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> list[Metric]:
        return self.families


def samples(text: str, ours: Iterable[str] = FIGURES) -> dict[str, float]:
    """Raises ValueError for what is no exposition."""
    found = {}
    for family in text_string_to_metric_families(text):
        if family.name.removeprefix(figures.PREFIX) in ours:
            for sample in family.samples:
                labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
                name = sample.name.removeprefix(figures.PREFIX) + (f"{{{labels}}}" if labels else "")
                assert name not in found
                found[name] = sample.value
    return found


def fallen(before: dict[str, float], now: dict[str, float]) -> list[str]:
    """Counters and histograms that are lower, or gone."""
    return [name for name, value in before.items() if name.startswith(NEVER_FALL) and now.get(name, -1) < value]


async def test_no_order_of_arrival_changes_a_figure(pool: asyncpg.Pool) -> None:
    told = records([Journey(seed) for seed in range(25)])
    spine = Spine(pool, service.book(OwnSettings()), Clock())
    first = None
    for seed in range(6):
        order = list(interleaved(told, seed)) if seed else told
        before = await scraped(pool)
        # As Kafka does: each topic in batches of its own.
        for begin in range(0, len(order), 90):
            batch = order[begin : begin + 90]
            for topic in sorted({record.topic for record in batch}):
                await spine.consume([record for record in batch if record.topic == topic])
            now = await scraped(pool)
            assert fallen(before, now) == []
            before = now
        assert await pool.fetchval("SELECT count(*) FROM parked") == 0
        assert await pool.fetchval("SELECT count(*) FROM dead_letter") == 0
        found = await dump(pool), before
        first = first or found
        assert found == first
        await pool.execute("DELETE FROM total; DELETE FROM moment; DELETE FROM aggregate; DELETE FROM inbox")
    assert first is not None
    assert len(first[0]["total"]) > 20


@pytest.mark.parametrize("seed", [None, 1, 2])
async def test_every_figure_of_a_small_world_equals_the_hand_count(pool: asyncpg.Pool, seed: int | None) -> None:
    told = recorded(hand_count.SAID)
    spine = Spine(pool, service.book(OwnSettings()), Clock())
    for record in told if seed is None else interleaved(told, seed):
        await spine.consume([record])
    found = {name: value for name, value in (await scraped(pool, hand_count.NOW)).items() if value}
    buckets = {name: found.pop(name) for name in list(found) if "_bucket{" in name}
    sums = {f'step_duration_seconds_sum{{step="{step}"}}': sum(taken) * 3600 for step, taken in TAKEN.items()}
    counts = {f'step_duration_seconds_count{{step="{step}"}}': len(taken) for step, taken in TAKEN.items()}
    assert found == pytest.approx(hand_count.COUNTED | hand_count.HOLDS | sums | counts, rel=1e-12)
    for step, taken in TAKEN.items():
        for limit in figures.BUCKETS:
            name = f'step_duration_seconds_bucket{{le="{LE[limit]}",step="{step}"}}'
            assert buckets.get(name, 0) == sum(hours * 3600 <= limit for hours in taken)
    assert {one.step: one.seconds / 3600 for one in await medians(pool)} == hand_count.MEDIANS


async def test_every_series_of_a_closed_list_stands_at_0_before_anything_is_counted(pool: asyncpg.Pool) -> None:
    found = await scraped(pool)
    assert {name: value for name, value in found.items() if value} == {GOAL: 50}
    for name in (
        'calls_total{outcome="not-now"}',
        'referrals_answered_total{answer="expired",kommune="0101"}',
        'outcomes_total{outcome="O-EGU",when="12"}',
        'stage_changes_total{from="FLEKSJOB",to="ORDINAER"}',
        'companies_joined_total{kickoff="none"}',
        'corrections_total{counter="lederalliancen_calls_total"}',
        'referrals_open{kommune="0860",state="on-hold"}',
        'seats{state="free"}',
        'step_duration_seconds_bucket{le="3600.0",step="match-to-start"}',
    ):
        assert found[name] == 0
    await Spine(pool, service.book(OwnSettings()), Clock()).consume(recorded(hand_count.SAID))
    new = (await scraped(pool, hand_count.NOW)).keys() - found.keys()
    assert new == {'companies_joined_total{kickoff="esbjerg-2026"}'}


async def test_help_that_is_told_late_lowers_neither_sum_nor_bucket(pool: asyncpg.Pool) -> None:
    raised = followup.ChallengeRaised(
        challenge_id=hand_count.id_of("c"), about="company", about_id=hand_count.id_of("x"), code="C-PACE"
    )

    def tried(name: str) -> followup.InterventionTried:
        about = {"intervention_id": hand_count.id_of(name), "challenge_id": raised.challenge_id}
        return followup.InterventionTried.model_validate({**about, "code": "I-PACE", "by": "leader", "minutes": 5})

    told = recorded(
        [(raised, NOW), (tried("early"), NOW + timedelta(hours=2)), (tried("late"), NOW + timedelta(hours=48))]
    )
    spine = Spine(pool, service.book(OwnSettings()), Clock())
    await spine.consume([told[0], told[2]])
    before = await scraped(pool)
    assert before['step_duration_seconds_sum{step="challenge-to-help"}'] == 48 * 3600
    await spine.consume([told[1]])
    now = await scraped(pool)
    assert fallen(before, now) == []
    assert await medians(pool) == [("challenge-to-help", 1, 2 * 3600)]  # read at the question, and revised


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
    """Counters and histograms that were lower at one scrape than at the one before, or missing."""
    found, before, scrapes = list[str](), dict[str, float](), 0
    while not flowing.done() or scrapes < 30:
        now = samples((await live.client.get("/metrics")).text)
        assert now
        found += fallen(before, now)
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
        accepted = {"Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4"}
        answer = await client.get("/metrics", headers=accepted)
        assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        parsed = {
            sample.name + str(sorted(sample.labels.items())): sample.value
            for family in openmetrics_families(answer.text)  # type: ignore[no-untyped-call]
            for sample in family.samples
        }
        for family in text_string_to_metric_families(text):
            if family.name.removeprefix(figures.PREFIX) in FIGURES:
                for sample in family.samples:
                    assert parsed[sample.name + str(sorted(sample.labels.items()))] == sample.value
        odd = await client.get("/metrics", headers={"Accept": "application/openmetrics-text;version=abc"})
        assert odd.status_code == 200
        async with running(env, "metrics") as other:
            await until(lambda: _idle(other))
            assert samples((await other.client.get("/metrics")).text) == samples((await client.get("/metrics")).text)
        token = mint("partner", key=env["LA_TOKEN_KEY"])
        kpis = (await client.get("/kpis", headers={"Authorization": f"Bearer {token}"})).json()
        shown = [cell for cells in kpis["by"].values() for cell in cells] + list(kpis["funnel"].values())
        assert all(cell["value"] is None or cell["value"] == 0 or cell["value"] >= 5 for cell in shown)
        assert kpis["kind"] == "beskrivende"


async def test_how_far_they_have_come_is_told_of_a_period_a_region_or_a_kickoff_and_adds_up(
    stack: Stack, pool: asyncpg.Pool, database: str
) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    await send(stack.kafka, records([Journey(seed) for seed in range(100)]))
    env = settings(stack, database)
    async with running(env, "metrics") as live:
        await until(lambda: _idle(live))
        headers = {"Authorization": f"Bearer {mint('partner', key=env['LA_TOKEN_KEY'])}"}

        async def asked(query: str) -> Any:
            return await live.client.get(f"/kpis/journeys{query}", headers=headers)

        whole = (await asked("")).json()
        totals = await pool.fetch("SELECT counter, sum(value - corrected)::int AS n FROM total GROUP BY 1")
        counted = {row["counter"]: row["n"] for row in totals}
        steps = {step: cell["value"] for step, cell in whole["steps"].items()}
        assert steps["signed-up"] == counted["leaders_signed_up_total"]
        assert steps["agreed"] == counted["matches_agreed_total"]
        # Those at a place that was the test kommune's when it opened have no beginning that counts.
        assert 0 < steps["opened"] <= counted["places_opened_total"]
        assert 0 < steps["started"] <= min(steps["agreed"], counted["placements_started_total"])
        assert 0 < steps["moved-on"] <= steps["started"]
        for by in ("region", "kommune", "kickoff"):
            for step in ("signed-up", "opened"):
                assert sum(node["steps"][step]["value"] for node in whole["by"][by]) == steps[step], (by, step)
        [region] = (await asked("?region=1083")).json()["by"]["region"]
        assert region["steps"] == whole["steps"]
        assert (await asked("?region=1083")).json()["median_hours"].keys() < whole["median_hours"].keys()
        assert (await asked("?period=2026")).json()["median_hours"]["signup-to-call"]["median"] > 0
        assert (await asked("?kickoff=koege-2026")).json()["steps"]["signed-up"]["value"] < steps["signed-up"]
        assert (await asked("?kickoff=findes-ikke")).status_code == 404
        both = await asked("?region=1083&period=2026")
        assert (both.status_code, both.json()["rule"], both.json()["field"]) == (422, "R-KPI-PRIV", "region")
        nodes = [cell for nodes in whole["by"].values() for node in nodes for cell in node["steps"].values()]
        assert all(cell["value"] in (None, 0) or cell["value"] >= 5 for cell in nodes)


async def test_the_part_for_the_front_page_is_open_and_all_else_asks_who_is_there(
    stack: Stack, pool: asyncpg.Pool, database: str
) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    env = settings(stack, database)
    page = {"Accept": "text/html"}
    async with running(env, "metrics") as live:
        client: httpx.AsyncClient = live.client
        await until(lambda: _idle(live))
        part = await client.get("/tal/kort", headers=page | {"HX-Request": "true"})
        assert part.text.strip().startswith("<h2")
        assert (await client.get("/tal", headers=page)).status_code == 200
        for path in ("/tal?udsnit=region.1083", "/tal/tal.csv"):
            answer = await client.get(path, headers=page)
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/log-ind")
        leader = {"Authorization": f"Bearer {mint('leader', key=env['LA_TOKEN_KEY'], leader='x')}"}
        assert (await client.get("/tal/tal.csv", headers=page | leader)).status_code == 403
