"""What is installed from the wheel alone, outside the checkout, has all that it needs: tables, facts, five services."""

import asyncio
import os
import subprocess
import sys
import sysconfig
import venv
from functools import partial
from pathlib import Path

import httpx
import pytest

from deploy.local.stack import Stack
from shared.service import services
from tests.conftest import free_ports

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel; what it depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    home = folder / "env"
    venv.create(home, with_pip=False)
    [packages] = home.glob("lib/python*/site-packages")
    wheel = str(folder / made.stdout.split()[-1])
    pip = [sys.executable, "-m", "pip", "-q", "--python", str(home / "bin" / "python"), "install"]
    subprocess.run([*pip, "--no-index", "--no-deps", wheel], check=True)
    lent = Path(sysconfig.get_path("purelib"))
    hidden = {"lederalliancen", "_lederalliancen", "__editable__"}
    own = folder / "lent"
    own.mkdir()
    for entry in lent.iterdir():
        if not entry.name.startswith(tuple(hidden)) and entry.suffix != ".pth":
            (own / entry.name).symlink_to(entry)
    (packages / "lent.pth").write_text(f"{own}\n")
    return home / "bin"


async def test_it_migrates_and_each_service_starts_outside_the_checkout(
    installed: Path, stack: Stack, database: str, tmp_path: Path
) -> None:
    ports = free_ports(len(services()))
    lent = Path(sys.executable).parent  # programs of what it depends on, such as dbmate
    env = {
        "PATH": f"{lent}:{os.environ['PATH']}",
        "LA_KAFKA_BOOTSTRAP": stack.kafka,
        "LA_DATABASE_URL": database,
        "LA_TOKEN_KEY": "k" * 40,
        "LA_MASTER_KEY": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=",
        "LA_PUBLIC_URL_INTAKE": "http://127.0.0.1:1",
    }
    run = partial(_run, installed, env, tmp_path)
    where = await asyncio.to_thread(
        run, "python", "-c", "import shared, intake; print(shared.__file__, intake.__file__)"
    )
    assert str(ROOT) not in where
    for command in ("migrate", "topics"):
        await asyncio.to_thread(run, "lederalliancen", command)
    titles = await asyncio.gather(
        *(
            _title(installed / name, env | {"LA_HTTP_PORT": str(port)}, tmp_path, port)
            for port, name in enumerate(services(), ports)
        )
    )
    assert titles == [f"Lederalliancen: {name}" for name in services()]


def _run(installed: Path, env: dict[str, str], folder: Path, program: str, *args: str) -> str:
    done = subprocess.run([installed / program, *args], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def _title(program: Path, env: dict[str, str], folder: Path, port: int) -> str:
    """What it says that it is, when it says that it is ready."""
    process = await asyncio.create_subprocess_exec(program, cwd=folder, env=env, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client, asyncio.timeout(90):
            while not await _ready(client):
                assert process.returncode is None, f"{program.name} stopped"
                await asyncio.sleep(0.2)
            return str((await client.get("/openapi.json")).json()["info"]["title"])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False
