"""A service with its surroundings away, at start and in between; its health, its stop, its settings."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka.errors import KafkaError

from deploy.local.stack import Stack
from shared.events import administration as topic_admin
from shared.events.topics import FOLLOWUP
from shared.runtime import Runtime
from shared.service import services
from shared.settings import KafkaSettings, Settings
from shared.web.access import mint
from shared.web.operations import lag
from tests.conftest import two_free_ports
from tests.intake_served import SIGN_UP
from tests.waiting import until

BIN = Path(sys.executable).parent
MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def settings(stack: Stack, database: str, **more: str) -> dict[str, str]:
    return {
        "LA_KAFKA_BOOTSTRAP": stack.kafka,
        "LA_DATABASE_URL": database,
        "LA_TOKEN_KEY": "k" * 32,
        "LA_MASTER_KEY": MASTER_KEY,
        "LA_LOG_FORMAT": "json",
    } | more


@asynccontextmanager
async def running(
    env: dict[str, str], name: str, stderr: Any = asyncio.subprocess.DEVNULL
) -> AsyncIterator[SimpleNamespace]:
    port = two_free_ports()
    process = await asyncio.create_subprocess_exec(
        str(BIN / name), env=os.environ | env | {"LA_HTTP_PORT": str(port)}, stderr=stderr
    )
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)
    try:

        async def ready(wanted: bool = True) -> Any:
            try:
                answer = await client.get("/health/ready")
            except httpx.TransportError:
                return None
            body = answer.json()
            return body if body["ready"] == wanted and answer.status_code == (200 if wanted else 503) else None

        yield SimpleNamespace(process=process, client=client, ready=ready)
    finally:
        await client.aclose()
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def prepared(stack: Stack, database: str) -> str:
    await services()["intake"].migrate(database)
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    return database


async def test_a_service_starts_without_kafka_and_postgresql_and_goes_on_when_they_come(
    stack: Stack, prepared: str
) -> None:
    await asyncio.to_thread(stack.stop_kafka)
    await asyncio.to_thread(stack.stop_postgres)
    try:
        async with running(settings(stack, prepared), "intake") as service:
            body = await until(lambda: service.ready(False))
            assert set(body["reasons"]) >= {"database", "kafka"}
            assert (await service.client.get("/health/live")).status_code == 200
            await asyncio.to_thread(stack.start_postgres)
            body = await until(lambda: _without_database_reason(service))
            assert "kafka" in body["reasons"]
            await asyncio.to_thread(stack.start_kafka)
            body = await until(service.ready)
            assert body["lag"].keys() == {"municipality-gateway.v1", "matching.v1", "followup.v1"}
            service.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await service.process.wait() == 0
    finally:
        await asyncio.to_thread(stack.start_postgres)
        await asyncio.to_thread(stack.start_kafka)


async def _without_database_reason(service: SimpleNamespace) -> Any:
    body = await service.ready(False)
    return body if body and "database" not in body["reasons"] else None


async def test_a_service_says_when_postgresql_goes_and_goes_on_when_it_is_back(stack: Stack, prepared: str) -> None:
    async with running(settings(stack, prepared), "intake") as service:
        await until(service.ready)
        await asyncio.to_thread(stack.stop_postgres)
        try:
            assert "database" in (await until(lambda: service.ready(False)))["reasons"]
            assert (await service.client.get("/metrics")).status_code == 200
        finally:
            await asyncio.to_thread(stack.start_postgres)
        await until(service.ready)


async def test_a_service_stops_within_ten_seconds_while_kafka_is_frozen(stack: Stack, prepared: str) -> None:
    if stack.kafka_pid is None:
        pytest.skip("this Kafka is not ours to freeze")
    async with running(settings(stack, prepared), "intake") as service:
        await until(service.ready)
        os.kill(stack.kafka_pid, signal.SIGSTOP)
        try:
            service.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                await service.process.wait()
        finally:
            os.kill(stack.kafka_pid, signal.SIGCONT)


async def test_a_request_that_a_stopping_replica_gives_up_is_asked_for_again(stack: Stack, prepared: str) -> None:
    """It is 503, and not 500: whoever asks another replica under the same key is right to, done or not."""
    async with running(settings(stack, prepared), "intake") as service:
        await until(service.ready)
        conn = await asyncpg.connect(prepared)
        async with conn.transaction():
            await conn.execute("LOCK TABLE intake.aggregate")
            asked = asyncio.create_task(service.client.post("/leaders", json=SIGN_UP))
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'intake.aggregate'::regclass"
            await until(lambda: conn.fetchval(waiting))
            service.process.send_signal(signal.SIGTERM)
            answer = await asked
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["type"].endswith(":unavailable")
        await conn.close()


async def test_health_sees_a_consume_loop_that_died_and_it_is_started_again(
    stack: Stack, prepared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings(stack, prepared).items():
        monkeypatch.setenv(name, value)
    from intake.app import service

    async with service.runtime(Settings()) as runtime:
        await until(lambda: _consuming(runtime))
        assert runtime.consumer is not None
        subscriber: Any = runtime.consumer.broker.subscribers[0]
        subscriber.tasks[0].cancel()
        await until(lambda: _failed(runtime), 10)
        await until(lambda: _consuming(runtime))


async def test_a_reader_whose_every_fetch_fails_is_replaced(
    stack: Stack, prepared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings(stack, prepared).items():
        monkeypatch.setenv(name, value)
    from intake.app import service

    monkeypatch.setattr("shared.spine.reader.LAME_AFTER", 1.0)
    async with service.runtime(Settings()) as runtime:
        await until(lambda: _caught_up(runtime))
        assert runtime.consumer is not None
        lame = runtime.consumer.readers[0]

        async def answered_while_loading() -> bool:
            raise KafkaError("Unexpected exception in heartbeat task: GroupLoadInProgressError()")

        lame._coordinator._do_heartbeat = answered_while_loading
        await until(lambda: _failed(runtime))
        await until(lambda: _caught_up(runtime))
        assert lame not in runtime.consumer.readers


async def test_a_leaked_cancellation_does_not_end_the_consume_loop(
    stack: Stack, prepared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings(stack, prepared).items():
        monkeypatch.setenv(name, value)
    from intake.app import service

    async with service.runtime(Settings()) as runtime:
        await until(lambda: _caught_up(runtime))
        consume, leaks = runtime.spine.consume, 0

        async def leaky(records: Any) -> None:
            nonlocal leaks
            leaks += 1
            if leaks == 1:
                raise asyncio.CancelledError
            await consume(records)

        runtime.spine.consume = leaky  # type: ignore[method-assign]
        before = await runtime.pool.fetchval("SELECT coalesce(sum(next_offset), 0) FROM consumed")
        await runtime.pool.execute(
            "INSERT INTO outbox (topic, key, value, headers) VALUES ($1, 'x', 'no json', '{}')", FOLLOWUP.name
        )

        async def handled() -> bool:
            now = await runtime.pool.fetchval("SELECT coalesce(sum(next_offset), 0) FROM consumed")
            return bool(now > before)

        await until(handled)
        assert leaks == 2
        assert runtime.consumer is not None
        assert runtime.consumer.failure is None


async def _consuming(runtime: Runtime) -> bool:
    return runtime.consumer is not None and runtime.consumer.failure is None


async def _caught_up(runtime: Runtime) -> bool:
    return await _consuming(runtime) and not sum((await lag(runtime)).values())


async def _failed(runtime: Runtime) -> bool:
    return runtime.consumer is not None and runtime.consumer.failure is not None


async def test_the_settings_of_the_edge_close_what_they_say(stack: Stack, prepared: str) -> None:
    edge = {"LA_HOSTS": "intake.example.dk", "LA_REQUESTS_PER_ADDRESS": "2", "LA_REQUESTS_PER_PRINCIPAL": "3"}
    async with running(settings(stack, prepared, **edge, LA_METRICS_TOKEN="m" * 32), "intake") as service:
        await until(service.ready)

        async def ask(path: str, address: str, token: str = "", host: str = "intake.example.dk") -> int:
            headers = {"Host": host, "X-Forwarded-For": address} | (
                {"Authorization": f"Bearer {token}"} if token else {}
            )
            answer = await service.client.get(path, headers=headers)
            assert "server" not in answer.headers
            return int(answer.status_code)

        codes, token = "/codes/sectors", mint("consultant", key="k" * 32)
        assert await ask(codes, "192.0.2.1", host="evil.example") == 400
        assert [await ask(codes, "192.0.2.1") for _ in range(3)] == [200, 200, 429]
        assert await ask(codes, "192.0.2.2") == 200
        assert [await ask(codes, f"192.0.2.{n}", token) for n in range(4)] == [200, 200, 200, 429]
        assert [await ask("/metrics", "127.0.0.1", given) for given in ("", "x", "m" * 32)] == [401, 401, 200]

        reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400")  # by our own end of the connection
        writer.close()


async def test_the_metrics_answer_the_machine_and_not_whom_a_proxy_on_it_speaks_for(
    stack: Stack, prepared: str
) -> None:
    async with running(settings(stack, prepared), "intake") as service:
        await until(service.ready)
        assert (await service.client.get("/metrics")).status_code == 200
        for spoken_for in ("192.0.2.1", "127.0.0.1, 192.0.2.1"):
            answer = await service.client.get("/metrics", headers={"X-Forwarded-For": spoken_for})
            assert answer.status_code == 403


async def test_a_wrong_setting_stops_the_start_with_one_line(stack: Stack) -> None:
    env = os.environ | settings(stack, "postgresql://x@localhost/y", LA_SESSION_TIMEOUT_MS="5")
    process = await asyncio.create_subprocess_exec(str(BIN / "intake"), env=env, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode().count("\n") == 1
    assert "LA_SESSION_TIMEOUT_MS" in said.decode()


async def test_migrating_twice_changes_nothing_and_topics_are_created_once(stack: Stack, prepared: str) -> None:
    await services()["intake"].migrate(prepared)
    again = await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    assert again.as_declared
    assert again.declared == 99 * 2 + 6 + 5
