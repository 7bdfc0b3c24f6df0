"""PostgreSQL changes, freezes, takes no writes, is older than it was, or is not what it seems."""

import asyncio
import base64
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.stack import Stack
from shared import db
from shared.events import administration
from shared.people.vault import Vault
from shared.runtime import hopeless
from shared.service import services
from shared.settings import KafkaSettings
from shared.web.access import mint
from tests.intake_served import SIGN_UP
from tests.integration.test_service_life import MASTER_KEY, running, settings
from tests.rig import Add, Rig, order, rigged
from tests.secured import Authority
from tests.toy import toy_pool
from tests.waiting import until

BIN = Path(sys.executable).parent


@pytest.fixture
async def rig(kafka: str, database: str, topic_prefix: str) -> AsyncIterator[Rig]:
    async with rigged(kafka, database, topic_prefix) as made:
        yield made


@pytest.fixture
async def intake(stack: Stack, database: str) -> AsyncIterator[SimpleNamespace]:
    await services()["intake"].migrate(database)
    await administration.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    async with running(settings(stack, database), "intake") as service:
        await until(service.ready)
        yield SimpleNamespace(**vars(service), database=database)


def consultant() -> dict[str, str]:
    return {"Authorization": f"Bearer {mint('consultant', key='k' * 32)}"}


async def test_a_table_that_gets_a_column_while_a_service_runs_is_ordinary(intake: SimpleNamespace) -> None:
    async def all_routes() -> list[int]:
        joined = await intake.client.post("/leaders", json=SIGN_UP)
        calls = await intake.client.get("/calls", headers=consultant())
        [call] = calls.json()
        called = await intake.client.post(
            f"/leaders/{call['leader_id']}/calls", json={"outcome": "no-answer"}, headers=consultant()
        )
        return [joined.status_code, calls.status_code, called.status_code]

    for _ in range(8):  # until every connection of the pool has its plans
        assert await all_routes() == [202, 200, 200]
    admin = await asyncpg.connect(intake.database)
    tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'intake'")
    for (table,) in tables:
        await admin.execute(f'ALTER TABLE intake."{table}" ADD COLUMN of_tomorrow text')
    await admin.close()
    for _ in range(8):
        assert await all_routes() == [202, 200, 200]


@asynccontextmanager
async def read_only(database: str) -> AsyncIterator[None]:
    """As a primary that has become a replica, for the sessions that there are and for new ones."""
    admin = await asyncpg.connect(database)
    try:
        await admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        await admin.execute("SELECT pg_reload_conf()")
        yield
    finally:
        await admin.execute("SET default_transaction_read_only = off")
        await admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()


async def test_a_database_that_takes_no_writes_is_said_and_waited_for(intake: SimpleNamespace) -> None:
    async with read_only(intake.database):
        body = await until(lambda: intake.ready(False))
        assert body["reasons"]["database"].startswith("read-only")
        refused = await intake.client.post("/leaders", json=SIGN_UP)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    await until(intake.ready)
    assert (await intake.client.post("/leaders", json=SIGN_UP)).status_code == 202
    calls = await intake.client.get("/calls", headers=consultant())
    assert len(calls.json()) == 1


async def test_good_events_are_not_buried_while_nothing_can_be_written(rig: Rig) -> None:
    first, second = order(), order()
    async with rig.replica() as replica:
        await rig.send(first)
        await rig.all_counted(**{first: 1})
        async with read_only(rig.database):
            await rig.send(second, second)
            await until(lambda: _waits(replica))
        await rig.all_counted(**{second: 2})
    assert await rig.count("dead_letter") == 0
    assert await rig.count("inbox", "version = 2") == 1


async def _waits(replica: Any) -> bool:
    return any("read-only" in reason for reason in replica.consumer.troubles.values())


async def test_a_relay_sends_nothing_that_it_cannot_take_out_of_the_outbox(rig: Rig) -> None:
    stop, relay = asyncio.Event(), rig.relay()
    task = asyncio.create_task(relay.run(stop))
    async with read_only(rig.database):
        await until(lambda: asyncio.sleep(0, relay.failure and "read-only" in relay.failure))
        admin = await asyncpg.connect(rig.database, server_settings={"default_transaction_read_only": "off"})
        await admin.execute(
            "INSERT INTO metrics.outbox (topic, key, value, headers) VALUES ($1, 'k', 'v', '{}')", rig.toy.onward.name
        )
        await admin.close()
        await asyncio.sleep(0)
    await until(lambda: _empty(rig))
    stop.set()
    relay.wake()
    await task
    assert await _sent(rig) == 1


async def _empty(rig: Rig) -> bool:
    return not await rig.count("outbox")


async def _sent(rig: Rig) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=rig.kafka)
    await consumer.start()
    ends = await consumer.end_offsets([TopicPartition(rig.toy.onward.name, 0)])
    await consumer.stop()
    return int(sum(ends.values()))


@contextmanager
def frozen(stack: Stack) -> Iterator[None]:
    if stack.postgres_pid is None:
        pytest.skip("this PostgreSQL is not ours to freeze")
    server = psutil.Process(stack.postgres_pid)
    everybody = [server, *server.children(recursive=True)]
    for process in everybody:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in everybody:
            if process.is_running():
                process.send_signal(signal.SIGCONT)


GAUGES = ("lederalliancen_outbox_rows", "lederalliancen_outbox_age_seconds", "lederalliancen_parked_rows")


async def test_a_scrape_says_only_what_was_read_now(stack: Stack, intake: SimpleNamespace) -> None:
    text = (await intake.client.get("/metrics")).text
    assert all(f'{gauge}{{service="intake"}}' in text for gauge in GAUGES)
    assert 'lederalliancen_collected{of="database",service="intake"} 1.0' in text
    with frozen(stack):
        for _ in range(2):
            answer = await asyncio.wait_for(intake.client.get("/metrics"), 10)
            assert answer.status_code == 200
            assert not any(gauge in answer.text for gauge in GAUGES)
            assert 'lederalliancen_collected{of="database",service="intake"} 0.0' in answer.text
            assert "lederalliancen_outbox_sent_total" in answer.text
        ready = await asyncio.wait_for(intake.client.get("/health/ready"), 10)
        assert ready.status_code == 503
    await until(lambda: _gauges_again(intake))


async def _gauges_again(intake: SimpleNamespace) -> bool:
    text = (await intake.client.get("/metrics")).text
    return all(gauge in text for gauge in GAUGES)


async def test_a_database_that_is_not_there_stops_the_start_with_one_line(stack: Stack) -> None:
    url = urlsplit(stack.database)._replace(path="/nobody_made_it").geturl()
    assert await _started(settings(stack, url)) == (
        "LA_DATABASE_URL: the database does not exist: LA_DATABASE_URL names no database of that server"
    )


async def test_a_transaction_pooler_that_refuses_session_settings_stops_the_start(stack: Stack) -> None:
    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(4))
        await reader.readexactly(length - 4)
        said = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: search_path\0\0"
        writer.write(b"E" + (len(said) + 4).to_bytes(4) + said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refusing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        line = await _started(settings(stack, f"postgresql://intake@127.0.0.1:{port}/x?sslmode=disable"))
    assert line.startswith("LA_DATABASE_URL: the database is behind a transaction pooler: ")


async def pumped(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    from_server: asyncio.StreamReader,
    to_server: asyncio.StreamWriter,
) -> None:
    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    await asyncio.gather(pump(reader, to_server), pump(from_server, writer), return_exceptions=True)


async def test_a_transaction_pooler_that_forgets_session_settings_stops_the_start(stack: Stack) -> None:
    sockets = dict(parse_qsl(urlsplit(stack.database).query))["host"]

    async def forgetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        words = asked[4:].split(b"\0")
        kept = [(k, v) for k, v in zip(words[::2], words[1::2], strict=False) if k in (b"user", b"database")]
        started = asked[:4] + b"".join(k + b"\0" + v + b"\0" for k, v in kept) + b"\0"
        from_server, to_server = await asyncio.open_unix_connection(f"{sockets}/.s.PGSQL.5432")
        to_server.write((len(started) + 4).to_bytes(4) + started)

        await pumped(reader, writer, from_server, to_server)

    server = await asyncio.start_server(forgetting, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        line = await _started(settings(stack, f"postgresql://postgres@127.0.0.1:{port}/lederalliancen?sslmode=disable"))
    assert line.startswith("LA_DATABASE_URL: the database forgets what a session asks for: ")


async def test_a_way_to_the_database_that_is_not_as_asked_for_stops_the_start_and_says_so(
    stack: Stack, tmp_path: Path
) -> None:
    """PostgreSQL of the packages speaks no TLS, so it is spoken in front of it, as a server does."""
    sockets = dict(parse_qsl(urlsplit(stack.database).query))["host"]
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(ours.issue("postgres"))

    async def secured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, speaks: bool = True) -> None:
        await reader.readexactly(8)  # "may we speak TLS?"
        writer.write(b"S" if speaks else b"N")
        if not speaks:
            return
        try:
            await writer.start_tls(inside)
        except OSError:
            return
        await pumped(reader, writer, *await asyncio.open_unix_connection(f"{sockets}/.s.PGSQL.5432"))

    at = "127.0.0.1:{}/lederalliancen?sslmode=verify-full&sslrootcert={}"
    async with await asyncio.start_server(secured, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await hopeless(f"postgresql://postgres@{at.format(port, ours.file)}", "intake") is None
        line = await _started(settings(stack, f"postgresql://postgres@{at.format(port, theirs.file)}"))
        assert line.startswith("LA_DATABASE_URL: the database has a certificate that sslrootcert does not vouch for")
    async with await asyncio.start_server(partial(secured, speaks=False), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        line = await _started(settings(stack, f"postgresql://postgres@{at.format(port, ours.file)}"))
        assert line == "LA_DATABASE_URL: the database speaks no TLS, which sslmode asks for"


async def test_another_master_key_than_people_were_sealed_with_stops_the_start(stack: Stack, database: str) -> None:
    await services()["intake"].migrate(database)
    right, wrong = Vault(base64.b64decode(MASTER_KEY)), base64.b64encode(b"w" * 32).decode()
    assert await hopeless(database, "intake", Vault(b"w" * 32)) is None
    pool = await db.connect_pool(database, "intake", size=1)
    async with pool.acquire() as conn:
        await right.seal(conn, [(uuid4(), {"name": "En Leder"})])
    await pool.close()
    assert await hopeless(database, "intake", right) is None
    said = await _started(settings(stack, database, LA_MASTER_KEY=wrong))
    assert said == "LA_MASTER_KEY is not the key with which people here were sealed: set that one, or both"


async def _started(env: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        str(BIN / "intake"), env=os.environ | env | {"LA_HTTP_PORT": "1"}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode
    return said.decode().strip()


async def test_a_restored_service_lifts_its_streams_before_it_speaks(rig: Rig) -> None:
    """A dump of version 1, then 2 goes out; the dump is restored and speaks: 3, and nobody takes it for a duplicate."""
    told, untouched = order(), order()
    async with _relaying(rig):
        for id_ in (told, untouched):
            await rig.spine().execute(Add(order_id=id_, n=1), by="test")
        await until(lambda: _empty(rig))
    dump = await _copied(rig.database)
    async with _relaying(rig):
        await rig.spine().execute(Add(order_id=told, n=1), by="test")
        await until(lambda: _empty(rig))
    restored = await toy_pool(dump, migrate=False)
    old = rig.pool
    rig.pool, rig.database = restored, dump
    # Decided before the relay has looked: re-versioned before it is sent.
    await rig.spine().execute(Add(order_id=told, n=7), by="test")
    async with _relaying(rig):
        await until(lambda: _empty(rig))
        await rig.spine().execute(Add(order_id=told, n=1), by="test")
        await rig.spine().execute(Add(order_id=untouched, n=1), by="test")
        await until(lambda: _empty(rig))
    assert await _versions(rig) == {told: [1, 2, 3, 4], untouched: [1, 2]}
    await restored.close()
    rig.pool = old


async def test_what_somebody_else_wrote_into_our_topic_does_not_stop_the_relay(rig: Rig) -> None:
    told = order()
    odd: list[list[tuple[str, Any]]] = [
        [("ce_subject", b"\0"), ("ce_aggregateversion", b"1")],
        [("ce_subject", b"\xff"), ("ce_aggregateversion", b"2"), ("ce_id", None)],
        [("ce_subject", told.encode()), ("ce_aggregateversion", b"9" * 30)],
        [("ce_subject", told.encode()), ("ce_aggregateversion", "\u0662".encode())],
        [("ce_subject", None), ("ce_aggregateversion", None)],
    ]
    producer = AIOKafkaProducer(bootstrap_servers=rig.kafka)
    await producer.start()
    for headers in odd:
        await producer.send_and_wait(rig.toy.onward.name, b"{}", headers=headers)
    await producer.stop()
    await rig.spine().execute(Add(order_id=told, n=1), by="test")
    async with _relaying(rig):
        await until(lambda: _empty(rig))
    assert await rig.pool.fetch("SELECT version FROM stream WHERE subject = $1", told) == [(1,)]


async def test_what_was_sent_just_before_a_crash_is_no_other_history(rig: Rig) -> None:
    told = order()
    await rig.spine().execute(Add(order_id=told, n=1), by="test")
    await rig.spine().execute(Add(order_id=told, n=1), by="test")
    kept = await rig.pool.fetch("SELECT * FROM outbox ORDER BY id")
    async with _relaying(rig):
        await until(lambda: _empty(rig))
    # The broker has them; the transaction that deletes them and notes it was lost.
    await rig.pool.execute("DELETE FROM said")
    await rig.pool.executemany(
        "INSERT INTO outbox (id, topic, key, value, headers, at) OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,$5,$6)",
        [tuple(row) for row in kept],
    )
    async with _relaying(rig):
        await until(lambda: _empty(rig))
        await rig.spine().execute(Add(order_id=told, n=1), by="test")
        await until(lambda: _empty(rig))
    assert await _versions(rig) == {told: [1, 2, 1, 2, 3]}


@asynccontextmanager
async def _relaying(rig: Rig) -> AsyncIterator[None]:
    stop, relay = asyncio.Event(), rig.relay()
    task = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        relay.wake()
        await task


async def _copied(database: str) -> str:
    """The database as it is now, under another name."""
    name = urlsplit(database).path.removeprefix("/")
    admin = await asyncpg.connect(urlsplit(database)._replace(path="/postgres").geturl())
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # a pool would be back at once
    await admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.execute(f"CREATE DATABASE {name}_dump TEMPLATE {name}")
    for one in (name, f"{name}_dump"):
        await admin.execute(f"ALTER DATABASE {one} ALLOW_CONNECTIONS true")
    await admin.close()
    return urlsplit(database)._replace(path=f"/{name}_dump").geturl()


async def _versions(rig: Rig) -> dict[str, list[int]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=rig.kafka)
    await consumer.start()
    at = TopicPartition(rig.toy.onward.name, 0)
    consumer.assign([at])
    await consumer.seek_to_beginning()
    end = (await consumer.end_offsets([at]))[at]
    found: dict[str, list[int]] = {}
    while await consumer.position(at) < end:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                found.setdefault(record.key.decode(), []).append(int(dict(record.headers)["ce_aggregateversion"]))
    await consumer.stop()
    return found
