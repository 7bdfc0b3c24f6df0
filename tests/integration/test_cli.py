"""`lederalliancen`, as an operator types it."""

import asyncio
import base64
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import asyncpg
import jwt
import pytest

from deploy.demo.world import logins
from deploy.local.stack import Stack
from intake.app import service
from intake.commands.leaders import SignUp
from shared import db
from shared.clock import Clock
from shared.people.vault import Vault
from shared.settings import OwnSettings
from shared.spine.engine import Spine
from shared.web.access import Principal
from tests.integration.test_service_life import MASTER_KEY, settings
from tests.journeys import Journey, records

Run = Callable[..., Awaitable[tuple[int, str]]]
AS_IF = base64.b64encode(b"x" * 32).decode()  # a key that never was


@pytest.fixture
def run(stack: Stack, database: str) -> Run:
    env = os.environ | settings(stack, database) | {"COLUMNS": "200"}

    async def command(*args: str, **more: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "lederalliancen"),
            *args,
            env=env | more,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    return command


async def test_a_new_installation_is_two_commands_and_both_can_be_repeated(run: Run) -> None:
    for _ in range(2):
        code, said = await run("migrate")
        assert (code, said.count("up to date")) == (0, 5)
        code, said = await run("topics")
        assert code == 0
    assert "0 created" in said


async def test_the_doctor_says_of_each_thing_whether_it_is_there_and_what_to_do(run: Run, database: str) -> None:
    code, said = await run("doctor", "-s", "intake")
    assert (code, "run lederalliancen migrate" in said) == (1, True)
    await run("migrate", "intake")
    await run("topics")
    own = (await logins(database, ("intake",)))["intake"]
    code, said = await run("doctor", "-s", "intake", LA_DATABASE_URL=own)
    assert code == 0, said
    for what in (
        "settings",
        "Kafka",
        "topics",
        "database",
        "login",
        "tables",
        "clock",
        "LA_MASTER_KEY",
        "issuer",
        "mail",
    ):
        assert f"│ {what} " in said, what
    conn = await db.connect_pool(database, "intake", size=1)
    person = uuid4()
    async with conn.acquire() as one:
        await Vault(base64.b64decode(MASTER_KEY)).seal(one, [(person, {"name": "En Leder"})])
    await conn.close()
    code, said = await run("doctor", LA_DATABASE_URL=own, LA_MASTER_KEY=AS_IF, LA_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert code == 1
    assert "opens nobody's data: it is another key" in said
    assert "cannot be reached: nobody listens at LA_KAFKA_BOOTSTRAP" in said


async def test_a_token_says_who_and_a_wrong_role_is_one_line(run: Run) -> None:
    code, said = await run("token", "kommune", "--kommune", "0561")
    claims = jwt.decode(said.strip(), "k" * 32, ["HS256"], audience="lederalliancen-local")
    assert (code, claims["roles"], claims["kommuner"]) == (0, ["kommune"], ["0561"])
    for mistake in (("king",), ("kommune",), ("leader",)):
        code, said = await run("token", *mistake)
        assert (code, said.count("\n")) == (1, 1), mistake


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("dead-letters", "list", "-s", "nobody"), "nobody is no service"),
        (("dead-letters", "show", str(uuid4()), "-s", "metrics"), "no dead letter"),
    ],
)
async def test_a_mistake_is_one_line_that_names_it(run: Run, args: tuple[str, ...], named: str) -> None:
    await run("migrate", "metrics")
    code, said = await run(*args)
    assert (code, said.strip().count("\n")) == (1, 0)
    assert named in said


async def test_a_server_that_is_away_is_one_line(run: Run) -> None:
    code, said = await run("migrate", LA_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (code, said.strip().count("\n")) == (1, 0)
    code, said = await run("topics", LA_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert code == 1
    assert "Traceback" not in said


async def test_dead_letters_are_listed_shown_redriven_and_skipped(run: Run, database: str) -> None:
    await run("migrate")
    pool = await db.connect_pool(database, "metrics")
    from metrics.app import service as metrics

    told = records([Journey(1)])
    broken = type(told[0])(told[0].topic, 0, 0, told[0].key, b"{", told[0].headers)
    await Spine(pool, metrics.book(OwnSettings()), Clock()).consume([broken])
    code, said = await run("dead-letters", "list", "--json")
    [letter] = json.loads(said)
    found = (letter["service"], letter["topic"], letter["stage"], letter["error"])
    assert (code, found) == (0, ("metrics", broken.topic, "validate", "json_invalid"))
    code, said = await run("dead-letters", "list")
    [id_] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said.split("│")[2])
    assert letter["id"] == id_
    assert (await run("dead-letters", "list", "-s", "intake"))[1].strip() == "none"
    code, said = await run("dead-letters", "show", id_, "-s", "metrics")
    assert "b'{'" in said
    code, said = await run("dead-letters", "redrive", id_, "-s", "metrics", "--dry-run")
    assert (code, said.strip()) == (1, "json_invalid")
    code, said = await run("dead-letters", "skip", id_, "-s", "metrics", "--reason", "cut off by the sender")
    assert (code, said.strip()) == (0, "skipped")
    assert (await run("dead-letters", "list", "-s", "metrics"))[1].strip() == "none"
    assert (await run("parked", "-s", "metrics"))[1].strip() == "none"
    await pool.close()


async def test_an_erased_leader_is_gone_and_the_access_log_stays(run: Run, database: str) -> None:
    await run("migrate", "intake")
    pool = await db.connect_pool(database, "intake")
    config = OwnSettings(master_key=base64.b64decode(MASTER_KEY))
    leader_id = str(uuid4())
    ids = {name: str(uuid4()) for name in ("company_id", "workplace_id")} | {"person_id": leader_id}
    asked = ids | {"workplace": "1003388394", "cvr": "13585628", "company_name": "X"}
    where = {"postnr": "6700", "kommune": "0561", "sector": None, "size_band": None, "kickoff": None}
    command = SignUp(leader_id=leader_id, contact={"name": "En Leder"}, email_hashes=[b"x"], **asked, **where)
    await Spine(pool, service.book(config), Clock()).execute(command, by="test")
    assert await pool.fetchval("SELECT count(*) FROM person_key") == 1
    code, said = await run("erase", leader_id, "--yes", "--by", "en-operatør")
    assert (code, said.strip()) == (0, "erased")
    for table in ("person", "person_key", "person_hash"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0
    types = [row[0] for row in await pool.fetch("SELECT headers->>'ce_type' FROM outbox ORDER BY id")]
    assert types[-1] == "dk.lederalliancen.leader.erased.v1"
    code, said = await run("access-log", leader_id)
    assert (code, "erase" in said, "en-operatør" in said) == (0, True, True)
    told = await pool.fetchval("SELECT count(*) FROM outbox")
    code, said = await run("erase", leader_id, "--yes")
    assert (code, "keeps nobody" in said) == (1, True)
    code, said = await run("erase", leader_id, "--yes", "-s", "matching")
    assert (code, "keeps no contact data" in said) == (1, True)
    assert await pool.fetchval("SELECT count(*) FROM outbox") == told
    await pool.close()


async def test_the_master_key_is_changed_by_a_command_that_can_be_repeated(run: Run, database: str) -> None:
    await run("migrate", "intake")
    pool = await db.connect_pool(database, "intake")
    old, new, people = base64.b64decode(MASTER_KEY), b"n" * 32, [(uuid4(), {"name": str(n)}) for n in range(3)]
    async with pool.acquire() as conn:
        await Vault(old).seal(conn, people)
    code, said = await run("rotate-master-key")
    assert (code, said.startswith("LA_OLD_MASTER_KEY is missing"), said.count("\n")) == (2, True, 1)
    keys = {"LA_MASTER_KEY": base64.b64encode(new).decode(), "LA_OLD_MASTER_KEY": MASTER_KEY}
    for had_another in (3, 0):
        code, said = await run("rotate-master-key", **keys)
        assert (code, f"intake: {had_another} people" in said) == (0, True)
    async with pool.acquire() as conn:
        reader = Principal("test", frozenset({"consultant"}))
        assert await Vault(new).open_(conn, [person for person, _ in people], reader, "test") == dict(people)
    code, said = await run("rotate-master-key", LA_MASTER_KEY=keys["LA_MASTER_KEY"], LA_OLD_MASTER_KEY=AS_IF)
    assert (code, "0 people" in said) == (0, True)
    code, said = await run("rotate-master-key", LA_OLD_MASTER_KEY=AS_IF)
    assert (code, "VaultError: LA_MASTER_KEY" in said, "destroyed" in said) == (1, True, False)
    await pool.close()


async def test_the_rights_of_a_migrated_role_reach_tables_of_later_migrations(run: Run, database: str) -> None:
    await run("migrate")
    conn = await asyncpg.connect(database)
    missing = await conn.fetch(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN"
        " ('intake', 'municipality_gateway', 'matching', 'followup', 'metrics') AND tablename <> 'schema_migrations'"
        " AND NOT has_any_column_privilege('la_' || schemaname, schemaname || '.' || tablename, 'INSERT')"
    )
    assert missing == []
    await conn.close()
