"""The ground that the demo and the other tests run on."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from deploy.local.child import Child, stop
from deploy.local.leftovers import alive
from deploy.local.processes import Processes
from deploy.local.stack import Stack, StackError
from tests.conftest import two_free_ports

HOLD = """
import sys, time
from pathlib import Path
from deploy.local.stack import Stack
with Stack(Path(sys.argv[1]), int(sys.argv[2])):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests start a stack of their own, whatever the rest of the run uses."""
    monkeypatch.delenv("LA_KAFKA_BOOTSTRAP", raising=False)
    monkeypatch.delenv("LA_DATABASE_URL", raising=False)


@pytest.fixture
def own(stack: Stack) -> Stack:
    """The stack of this test run, where it is ours to stop."""
    if os.environ.get("LA_KAFKA_BOOTSTRAP"):
        pytest.skip("runs on an operator's Kafka and PostgreSQL")
    return stack


@pytest.fixture
def killed_run(tmp_path: Path, no_operator: None) -> tuple[Path, int, list[psutil.Process]]:
    """A run that was killed outright: its folder, its port, and the servers it had started."""
    port = two_free_ports()
    run = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout
        assert run.stdout.readline() == "up\n"
        servers = [psutil.Process(int(file.read_text().split()[0])) for file in (tmp_path / "pids").iterdir()]
    finally:
        run.kill()
        run.communicate()
    return tmp_path, port, servers


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited 30 s in vain"
        time.sleep(0.02)


async def round_trip(kafka: str, topic: str, value: bytes) -> bytes | None:
    async with AIOKafkaProducer(bootstrap_servers=kafka, max_request_size=4_000_000) as producer:
        await producer.send_and_wait(topic, value)
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        value_read: bytes | None = (await consumer.getone()).value
        return value_read


async def make_topic(kafka: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def test_what_is_written_to_kafka_can_be_read(kafka: str, topic_prefix: str) -> None:
    await make_topic(kafka, f"{topic_prefix}hello")
    value = b"x" * 1_500_000
    assert await round_trip(kafka, f"{topic_prefix}hello", value) == value


async def test_what_kafka_has_taken_survives_its_crash(own: Stack, topic_prefix: str) -> None:
    topic = f"{topic_prefix}kept"
    await make_topic(own.kafka, topic)
    await round_trip(own.kafka, topic, b"before")
    own.restart_kafka(kill=True)
    assert await round_trip(own.kafka, topic, b"after") == b"before"


async def test_kafka_makes_no_topic_that_nobody_declared(kafka: str, topic_prefix: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka, request_timeout_ms=1000) as producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait(f"{topic_prefix}typo", b"lost")


async def test_postgres_orders_ids_by_time(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        first, second = await connection.fetchval("SELECT uuidv7()"), await connection.fetchval("SELECT uuidv7()")
    finally:
        await connection.close()
    assert first.version == 7
    assert first < second


async def test_a_role_without_password_enters_its_database(database: str) -> None:
    admin = await asyncpg.connect(database)
    role = urlsplit(database).path.strip("/")
    await admin.execute(f"CREATE ROLE {role} LOGIN")
    try:
        own = await asyncpg.connect(database, user=role)
        assert await own.fetchval("SELECT current_user") == role
        await own.close()
    finally:
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()


def test_dbmate_migrates_with_the_same_address(database: str, tmp_path: Path) -> None:
    (tmp_path / "1_one.sql").write_text("-- migrate:up\nCREATE TABLE one (id int);\n-- migrate:down\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("dbmate"), "--url", database, "-d", tmp_path, "--no-dump-schema", "up"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Applied: 1_one.sql" in done.stdout


async def test_postgres_comes_back_with_what_it_had(own: Stack, database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    own.stop_postgres()
    own.start_postgres()
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await connection.close()


def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path, no_operator: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} .*LA_KAFKA_PORT"), Stack(tmp_path, port):
            pass


def test_one_of_the_operators_settings_alone_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LA_KAFKA_BOOTSTRAP", "kafka.example:9092")
    monkeypatch.delenv("LA_DATABASE_URL", raising=False)
    with pytest.raises(StackError, match="both LA_KAFKA_BOOTSTRAP and LA_DATABASE_URL"), Stack(tmp_path):
        pass


def test_the_operators_kafka_and_postgres_are_used_and_never_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LA_KAFKA_BOOTSTRAP", "kafka.example:9092")
    monkeypatch.setenv("LA_DATABASE_URL", "postgresql://db.example/la")
    with Stack(tmp_path) as stack:
        assert (stack.kafka, stack.database) == ("kafka.example:9092", "postgresql://db.example/la")
        with pytest.raises(StackError, match="not ours to stop"):
            stack.stop_kafka()


def test_a_second_run_in_the_same_folder_is_refused(stack: Stack, home: Path) -> None:
    with pytest.raises(StackError, match=f"Another run is using {home}"), Stack(home, two_free_ports()):
        pass


def test_a_killed_run_leaves_no_process_behind(killed_run: tuple[Path, int, list[psutil.Process]]) -> None:
    _, _, servers = killed_run
    assert len(servers) == 2
    eventually(lambda: not any(map(alive, servers)))


def test_the_next_run_starts_where_one_was_killed(killed_run: tuple[Path, int, list[psutil.Process]]) -> None:
    folder, port, servers = killed_run
    with Stack(folder, port):
        assert not any(map(alive, servers))
    assert not list((folder / "pids").iterdir())


def test_a_folder_whose_path_is_too_long_for_a_socket_works(tmp_path: Path, no_operator: None) -> None:
    with Stack(tmp_path / ("deep" * 30), two_free_ports()) as stack:
        assert "deep" not in stack.database


def test_a_server_that_dies_at_the_start_shows_the_end_of_its_log(own: Stack, home: Path) -> None:
    own.stop_postgres()
    settings = home / "postgres" / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(f"{before}\nno_such_setting = 1\n")
    try:
        with pytest.raises(StackError, match=r"postgres stopped while it was starting(.|\n)*no_such_setting"):
            own.start_postgres()
    finally:
        settings.write_text(before)
        own.start_postgres()


def test_processes_are_killed_restarted_and_ended_together(tmp_path: Path) -> None:
    nap = [sys.executable, "-c", "import os, time; print(os.environ['WHO'], flush=True); time.sleep(600)"]
    with Processes(tmp_path) as processes:
        for name in ("one", "two"):
            processes.start(name, nap, {"WHO": name})
        eventually(lambda: processes.log("one").read_text() == "one\n")
        processes.kill("one")
        assert not processes.alive("one")
        assert processes.alive("two")
        processes.restart("one")
        eventually(lambda: processes.log("one").read_text() == "one\none\n")
        pids = [int(file.read_text().split()[0]) for file in (tmp_path / "pids").iterdir()]
        assert len(pids) == 2
    assert not any(map(psutil.pid_exists, pids))


def test_a_frozen_process_is_ended_in_order(tmp_path: Path) -> None:
    polite = "signal.signal(15, lambda *_: exit(print('bye')))"
    nap = f"import signal, time; {polite}; print('up', flush=True); time.sleep(600)"
    with Processes(tmp_path) as processes:
        processes.start("frozen", [sys.executable, "-c", nap])
        eventually(lambda: processes.log("frozen").read_text() == "up\n")
        processes.kill("frozen", signal.SIGSTOP)
    assert processes.log("frozen").read_text() == "up\nbye\n"


def test_a_process_that_will_not_end_is_killed_with_what_it_started(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    family = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {deaf!r}])"
    child = Child(tmp_path, "deaf", [sys.executable, "-c", family])
    child.start()
    eventually(lambda: child.log.read_text() == "up\n")
    (grandchild,) = psutil.Process(child.pid).children()
    stop([child], seconds=0.1)
    eventually(lambda: not alive(grandchild))


def test_a_log_is_for_its_owner_alone(tmp_path: Path) -> None:
    earlier = tmp_path / "logs" / "any.log"
    earlier.parent.mkdir()
    earlier.touch(mode=0o644)
    child = Child(tmp_path, "any", [sys.executable, "-c", ""])
    child.start()
    stop([child])
    assert child.log.stat().st_mode & 0o777 == 0o600
