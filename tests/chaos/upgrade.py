"""`make upgrade-check`: the build before and this one side by side, replica by replica, under load; and back again.

Two replicas of each service of the build before, on one Kafka and one PostgreSQL; leaders and kommuner go the whole
way all the time. This build migrates, then takes over, one replica after the other, and goes back to the one before.
What was asked for is in a ledger before it is asked; in the end topics, databases, figures and logs must say the same.
"""

import argparse
import asyncio
import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
from rich.console import Console
from rich.table import Table

from deploy.demo import fresh
from deploy.demo.__main__ import START
from deploy.demo.calendar import Calendar
from deploy.demo.world import logins
from deploy.local.processes import Processes
from deploy.local.stack import Stack, StackError
from shared.events.topics import SERVICES
from tests.chaos import checks, ledger
from tests.chaos.checks import Check, Said
from tests.chaos.fleet import REPLICAS, Build, Fleet
from tests.chaos.load import CODES, Load, Seen
from tests.conftest import free_ports

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".local" / "upgrade"
STARTING_LINE = Path(__file__).with_name("starting-line")
ORDER = ("metrics", "followup", "matching", "municipality-gateway", "intake")
"""Whoever hears before whoever says (ADR 9); back again the other way round."""
STEADY = 5.0  # seconds of load before, between and after
LAG_WITHIN = 60.0
RETRIED = (
    "Group Coordinator Request failed",
    "Failed fetch offsets from",
)
"""How lines begin that the Kafka client says of what it tries again by itself, until a broker has settled."""
UNLIMITED = {"LA_REQUESTS_PER_ADDRESS": "100000000", "LA_REQUESTS_PER_PRINCIPAL": "100000000"}


@dataclass(frozen=True)
class Phase:
    name: str
    begun: float
    ended: float


class Phases:
    def __init__(self, console: Console) -> None:
        self._console = console
        self.all: list[Phase] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        begun = time.time()
        yield
        self.all.append(Phase(name, begun, time.time()))
        self._console.print(f"{name}: {time.time() - begun:.0f} s")


# -- builds ------------------------------------------------------------------------------------------------------------


def before(ref: str | None) -> Build:
    """The code of that commit; with what is installed here where it needs the same packages."""
    ref = ref or _last_release()
    commit = _git("rev-parse", "--short=12", f"{ref}^{{commit}}")
    root = HOME / "builds" / commit
    if not root.exists():
        new = root.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        packed = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", new], input=packed, check=True)
        new.rename(root)
    vendor = Path("shared/web/static/vendor")  # fetched, so that git does not know it
    if (ROOT / vendor).exists() and not (root / vendor).exists():
        shutil.copytree(ROOT / vendor, root / vendor)
    needs = Path("requirements/run.txt")
    if (root / needs).read_bytes() == (ROOT / needs).read_bytes():
        return Build(commit, root, Path(sys.executable).parent)
    python = root / ".venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", root / ".venv"], check=True)
        pip = [python, "-m", "pip", "-qq", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--require-hashes", "-r", root / "requirements" / "local.txt"], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", root], check=True)
    return Build(commit, root, python.parent)


def _last_release() -> str:
    tags = _git("tag", "--merged", "HEAD", "--sort=-v:refname", "v*").splitlines()
    return tags[0] if tags else STARTING_LINE.read_text().split()[0]


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True)
    if done.returncode:
        raise StackError(
            f"git {' '.join(words)} failed: {done.stderr.strip()} Name a commit that is here: PREVIOUS=..."
        )
    return done.stdout.strip()


def prepare(build: Build, settings: dict[str, str]) -> float:
    """Tables and topics as that build wants them; how long it took."""
    begun = time.monotonic()
    for command in ("migrate", "topics"):
        env = {**os.environ, **settings, **build.settings}
        done = subprocess.run([build.bin / "lederalliancen", command], env=env, capture_output=True, text=True)
        if done.returncode:
            raise StackError(f"lederalliancen {command} of {build.name} failed:\n{done.stdout}{done.stderr}")
    return time.monotonic() - begun


# -- the upgrade -------------------------------------------------------------------------------------------------------


async def upgrade(old: Build, new: Build, rate: float, phases: Phases) -> tuple[Seen, list[Said], list[Check]]:
    with Stack(HOME, free_ports(2)) as stack, Processes(HOME) as processes:
        calendar = Calendar(HOME / "clock", START)
        key = secrets.token_urlsafe(48)
        settings = UNLIMITED | {
            "LA_KAFKA_BOOTSTRAP": stack.kafka,
            "LA_DATABASE_URL": stack.database,
            "LA_TOKEN_KEY": key,
            "LA_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LA_CLOCK_FILE": str(calendar.file),
            "LA_PUBLIC_URL_INTAKE": "https://intake.example.dk",
            "LA_LOG_FORMAT": "json",
        }
        prepare(old, settings)
        own = {name: {**settings, "LA_DATABASE_URL": url} for name, url in (await logins(stack.database)).items()}
        fleet = Fleet(processes, own, free_ports(len(SERVICES) * REPLICAS))
        everybody = [(service, n) for service in ORDER for n in range(REPLICAS)]
        for service, n in everybody:
            fleet.start(service, n, old)
        for service, n in everybody:
            await fleet.ready(service, n)

        file, stop = HOME / "ledger.jsonl", asyncio.Event()
        with ledger.Ledger(file) as book:
            async with Load(fleet.urls, stack.kafka, key, book, calendar.today.isoformat()) as load:
                running = asyncio.create_task(load.run(rate, stop))
                with phases(f"{old.name} alone"):
                    await asyncio.sleep(STEADY)
                with phases("this build migrates"):
                    await asyncio.to_thread(prepare, new, settings)
                with phases(f"{old.name} on the tables of this build"):
                    await asyncio.sleep(STEADY)
                with phases("replica by replica to this build"):
                    for service, n in everybody:
                        await fleet.replace(service, n, new)
                with phases("this build alone"):
                    await asyncio.sleep(STEADY)
                with phases(f"replica by replica back to {old.name}"):
                    for service, n in reversed(everybody):
                        await fleet.replace(service, n, old)
                with phases(f"{old.name} alone again"):
                    await asyncio.sleep(STEADY)
                stop.set()
                await running
        lag = await fleet.idle(LAG_WITHIN)
        written, heard = ledger.read(file), await checks.said(stack.kafka, CODES)
        scraped = (await httpx.AsyncClient().get(f"{fleet.urls['metrics'][0]}/metrics")).text
        found = [
            Check(
                "journeys that did not come to their end",
                len(load.seen.errors),
                not load.seen.errors,
                load.seen.errors[:20],
            ),
            *checks.effects(written, heard),
            *checks.streams(heard),
            *await checks.databases(stack.database, written, heard),
            checks.figures(scraped, written),
            Check(f"seconds until nothing was left to do (at most {LAG_WITHIN:.0f})", round(lag, 1), lag < LAG_WITHIN),
        ]
        for service, n in everybody:
            await fleet.stop(service, n)
        return load.seen, heard, [*found, *checks.errors(fleet.logs, RETRIED)]


# -- what is told ------------------------------------------------------------------------------------------------------


def of_phase(phase: Phase, seen: Seen, heard: list[Said]) -> dict[str, float | str]:
    waits = sorted(took for at, took, _ in seen.requests if phase.begun <= at < phase.ended)
    seconds = phase.ended - phase.begun
    cuts = quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    return {
        "phase": phase.name,
        "seconds": round(seconds),
        "events_a_second": round(sum(phase.begun <= one.at < phase.ended for one in heard) / seconds),
        "requests": len(waits),
        "sent_again": sum(again for at, _, again in seen.requests if phase.begun <= at < phase.ended),
        "p50_ms": round(cuts[49] * 1000),
        "p99_ms": round(cuts[98] * 1000),
        "longest_ms": round(max(waits, default=0) * 1000),
    }


def tell(console: Console, old: Build, rate: float, told: list[dict[str, float | str]], found: list[Check]) -> None:
    table = Table("phase", "s", "events/s", "requests", "sent again", "p50 ms", "p99 ms", "longest ms")
    for row in told:
        table.add_row(*(f"{value}" for value in row.values()))
    console.print(table)
    table = Table("what", "found", title=f"{old.name} to this build and back, {rate:.0f} events a second")
    for check in found:
        table.add_row(check.what, f"{check.found:g}", style=None if check.ok else "red")
    console.print(table)
    for check in found:
        for note in check.notes:
            console.print(f"{check.what}: {note}", style=None if check.ok else "red", markup=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make upgrade-check", description=__doc__)
    parser.add_argument(
        "--previous", metavar="REF", help="the build before; default: the last release, or starting-line"
    )
    parser.add_argument("--rate", type=float, default=200.0, help="events a second, on all topics (200)")
    asked = parser.parse_args()
    console = Console(width=120)
    HOME.mkdir(parents=True, exist_ok=True)
    phases = Phases(console)
    try:
        fresh.forget(HOME)
        old, new = before(asked.previous or None), Build("this", ROOT, Path(sys.executable).parent)
        seen, heard, found = asyncio.run(upgrade(old, new, asked.rate, phases))
    except (StackError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    told = [of_phase(phase, seen, heard) for phase in phases.all]
    slowest = min(float(row["events_a_second"]) for row in told)
    found.insert(
        0,
        Check(
            f"events a second, in the slowest phase (at least {asked.rate:.0f})", slowest, slowest >= asked.rate * 0.95
        ),
    )
    tell(console, old, asked.rate, told, found)
    result = {"previous": old.name, "at": datetime.now(UTC).isoformat(), "cores": os.cpu_count(), "rate": asked.rate}
    lines = {"again": seen.again, "journeys": seen.ended, "phases": told, "checks": [asdict(check) for check in found]}
    (HOME / "upgrade.json").write_text(json.dumps(result | lines, indent=2))
    return 0 if all(check.ok for check in found) else 1


if __name__ == "__main__":
    sys.exit(main())
