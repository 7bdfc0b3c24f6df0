"""A database is restored from a dump and holds people who were erased since: Kafka knows, and they are erased again."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.local.postgres import BIN as POSTGRES
from deploy.local.stack import Stack
from matching.app import service as matching
from shared import db
from shared.clock import Clock
from shared.events import administration
from shared.events.intake import LeaderErased
from shared.service import services
from shared.settings import KafkaSettings, OwnSettings
from shared.spine.engine import Spine
from shared.web.access import mint
from tests.intake_served import SIGN_UP
from tests.integration.test_service_life import running, settings
from tests.rig import rigged
from tests.toy import record
from tests.waiting import until

CONSULTANT = {"Authorization": f"Bearer {mint('consultant', key='k' * 32)}"}
CONTACT = {"role": "youth-unit", "name": "En Sagsbehandler", "phone": "20123456", "valid_from": "2026-01-01"}


async def operator(env: dict[str, str], *args: str) -> str:
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "lederalliancen"),
        *args,
        env=os.environ | env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def postgres(program: str, *args: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(POSTGRES / program, *args)
    assert await process.wait() == 0


@asynccontextmanager
async def restored(database: str, dump: Path) -> AsyncIterator[str]:
    """Under another name: the one that it was taken of is lost."""
    name = f"r{uuid4().hex[:12]}"
    url = urlsplit(database)._replace(path=f"/{name}").geturl()
    admin = await asyncpg.connect(database)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        await postgres("pg_restore", "-d", url, dump)
        yield url
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def fetch(database: str, schema: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    conn = await asyncpg.connect(database, server_settings={"search_path": schema})
    try:
        return [tuple(row) for row in await conn.fetch(query, *values)]
    finally:
        await conn.close()


async def all_said(database: str, schema: str) -> bool:
    return await fetch(database, schema, "SELECT count(*) FROM outbox") == [(0,)]


@pytest.fixture
async def prepared(stack: Stack, database: str) -> str:
    for name in ("intake", "municipality-gateway"):
        await services()[name].migrate(database)
    await administration.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    return database


async def test_whoever_was_erased_after_the_dump_is_gone_before_the_first_answer(
    stack: Stack, prepared: str, tmp_path: Path
) -> None:
    env, dump = settings(stack, prepared), tmp_path / "before"
    async with running(env, "intake") as intake:
        await until(intake.ready)
        for email in ("bliver@example.dk", "gaar@example.dk"):
            await intake.client.post("/leaders", json=SIGN_UP | {"email": email})
        await until(lambda: all_said(prepared, "intake"))
        calls = (await intake.client.get("/calls", headers=CONSULTANT)).json()
        stays, leaves = sorted((call["email"], call["leader_id"]) for call in calls)
        await postgres("pg_dump", "-Fc", "-f", dump, prepared)
        await operator(env, "erase", leaves[1], "--yes", "--by", "en-operatør")
        await until(lambda: all_said(prepared, "intake"))
    async with restored(prepared, dump) as old:
        env = settings(stack, old)
        assert await fetch(old, "intake", "SELECT count(*) FROM person") == [(2,)]
        async with running(env, "intake") as intake:
            answers = [await until(lambda: _answer(intake.client)) for _ in range(3)]
            assert [[call["email"] for call in answer] for answer in answers] == [["bliver@example.dk"]] * 3
            await until(intake.ready)
            await until(lambda: all_said(old, "intake"))
        state = "SELECT state->>'next_call_on' FROM aggregate WHERE id = $1"
        assert await fetch(old, "intake", state, leaves[1]) == [(None,)]
        assert await fetch(old, "intake", "SELECT person_id::text FROM leader_email") == [(stays[1],)]
        log = await operator(env, "access-log", leaves[1])
        assert ("replayed" in log, "erase" in log) == (True, True)
        version = "SELECT version FROM stream WHERE subject = $1"
        assert await fetch(old, "intake", version, leaves[1]) == [(3,)], "above what Kafka holds: it is said once more"
        assert "0 of them" in await operator(env, "replay-erasures")


async def _answer(client: httpx.AsyncClient) -> Any:
    """The first that shows contact data, from the very start on."""
    try:
        answer = await client.get("/calls", headers=CONSULTANT)
    except httpx.TransportError:
        return None
    assert answer.status_code in (200, 503)
    return answer.json() if answer.status_code == 200 else None


async def test_contact_data_close_when_the_database_goes_and_stay_open_while_kafka_is_away(
    kafka: str, database: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise TimeoutError

    async def looked(wanted: bool) -> bool:
        return relay.looked == wanted

    async with rigged(kafka, database, topic_prefix) as rig:
        relay, stop = rig.relay(), asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        await until(lambda: looked(True))
        with monkeypatch.context() as patched:
            patched.setattr(relay, "_send", away)
            await until(lambda: asyncio.sleep(0, relay.failure))
            assert relay.looked
            patched.setattr(relay._topics, "there", away)
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            await fetch(database, "public", f"SELECT pg_terminate_backend(pid) {others}")
            await until(lambda: looked(False))
        await until(lambda: looked(True))
        stop.set()
        relay.wake()
        await running


async def test_a_contact_is_erased_again_by_command_and_one_who_was_registered_anew_under_another_id_is_not(
    stack: Stack, prepared: str, tmp_path: Path
) -> None:
    env = settings(stack, prepared, LA_PUBLIC_URL_INTAKE="http://intake.test")
    gone, back, anew, dump = str(uuid4()), str(uuid4()), str(uuid4()), tmp_path / "before"
    async with running(env, "municipality-gateway") as gateway:
        await until(gateway.ready)

        async def register(contact: str) -> int:
            path = f"/kommuner/9999/contacts/{contact}"
            return int((await gateway.client.put(path, json=CONTACT, headers=CONSULTANT)).status_code)

        assert [await register(contact) for contact in (gone, back)] == [200, 200]
        await until(lambda: all_said(prepared, "municipality_gateway"))
        await postgres("pg_dump", "-Fc", "-f", dump, prepared)
        for contact in (gone, back):
            await operator(env, "erase", contact, "--yes", "-s", "municipality-gateway")
        assert [await register(contact) for contact in (back, anew)] == [409, 200]
        await until(lambda: all_said(prepared, "municipality_gateway"))
    assert "0 of them" in await operator(env, "replay-erasures", "-s", "municipality-gateway")
    people = "SELECT id::text FROM person"
    assert await fetch(prepared, "municipality_gateway", people) == [(anew,)]
    async with restored(prepared, dump) as old:
        env |= {"LA_DATABASE_URL": old}
        assert "2 of them" in await operator(env, "replay-erasures", "-s", "municipality-gateway")
        assert await fetch(old, "municipality_gateway", people) == []
        keys = "SELECT person_id FROM person_key"
        assert await fetch(old, "municipality_gateway", keys) == []
        assert "0 of them" in await operator(env, "replay-erasures", "-s", "municipality-gateway")


async def test_an_erasure_that_is_said_again_is_taken_harmlessly(database: str) -> None:
    await matching.migrate(database)
    pool = await db.connect_pool(database, "matching")
    spine, leader = Spine(pool, matching.book(OwnSettings()), Clock()), str(uuid4())
    said = f'{{"leader_id":"{leader}"}}'
    again = [record("intake.v1", LeaderErased.TYPE, leader, version, said, version) for version in (1, 2)]
    await spine.consume(again)
    await spine.consume(again)
    assert await pool.fetchval("SELECT version FROM inbox WHERE subject = $1", leader) == 2
    for table in ("dead_letter", "parked", "outbox", "aggregate"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0
    await pool.close()
