"""What is installed from the wheel alone, outside the checkout, has tables, facts, pages and five services."""

import asyncio
import os
import re
import subprocess
import sys
import venv
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import httpx
import pytest

from deploy.local.stack import Stack
from shared.service import services
from tests.conftest import free_ports

ROOT = Path(__file__).parents[2]
LOCKED = re.findall(r"^([a-z0-9.-]+)", (ROOT / "requirements/run.txt").read_text("utf-8"), re.MULTILINE)
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel; this one lends what is locked for running, nothing else."""
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
    own = folder / "lent"
    own.mkdir()
    for top in {top for name in LOCKED for top in _tops(name)}:
        (own / top.name).symlink_to(top)
    (packages / "lent.pth").write_text(f"{own}\n")
    (home / "bin" / "dbmate").symlink_to(Path(sys.executable).with_name("dbmate"))
    return home / "bin"


def _tops(name: str) -> set[Path]:
    """What a package has put beside the others; none of one that is for other machines."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return set()
    return {Path(str(found.locate_file(file.parts[0]))) for file in found.files or () if file.parts[0] != ".."}


async def test_it_migrates_and_each_service_starts_outside_the_checkout(
    installed: Path, stack: Stack, database: str, tmp_path: Path
) -> None:
    ports = free_ports(len(services()))
    env = {
        "PATH": os.environ["PATH"],
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
    shown = await asyncio.gather(
        *(
            _shown(installed / name, env | {"LA_HTTP_PORT": str(port)}, tmp_path, port)
            for port, name in enumerate(services(), ports)
        )
    )
    assert shown == [(f"Lederalliancen: {name}", "Siden findes ikke", True) for name in services()]


def _run(installed: Path, env: dict[str, str], folder: Path, program: str, *args: str) -> str:
    done = subprocess.run([installed / program, *args], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def _shown(program: Path, env: dict[str, str], folder: Path, port: int) -> tuple[str, str, bool]:
    """When it says that it is ready: who it says it is, the heading of a page, and whether its style is served."""
    process = await asyncio.create_subprocess_exec(program, cwd=folder, env=env, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client, asyncio.timeout(90):
            while not await _ready(client):
                assert process.returncode is None, f"{program.name} stopped"
                await asyncio.sleep(0.2)
            title = str((await client.get("/openapi.json")).json()["info"]["title"])
            page = (await client.get("/en-side-der-ikke-findes", headers=PAGE)).text
            [heading] = re.findall(r"<h1[^>]*>([^<]+)</h1>", page)
            [style] = re.findall(r'href="([^"]+/dkfds.min.css)"', page)
            return title, heading, (await client.get(style)).is_success
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False
