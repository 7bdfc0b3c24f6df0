"""`make upgrade-check`: the build before and this one side by side, replica by replica, under load; and back again.

Two replicas of each service of the build before, on one Kafka and one PostgreSQL; leaders and kommuner go the whole
way all the time. This build migrates, then takes over, one replica after the other, and goes back to the one before.
What was asked for is in a ledger before it is asked; in the end topics, databases, figures and logs must say the same.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from rich.console import Console

from deploy.demo import fresh
from deploy.local.processes import Processes
from deploy.local.stack import Stack, StackError
from tests.chaos import checks, ledger, report
from tests.chaos.builds import ROOT, THIS, Build, before
from tests.chaos.checks import Check, Said
from tests.chaos.fleet import EVERYBODY, Fleet
from tests.chaos.load import CODES, Load, Seen
from tests.conftest import free_ports

HOME = ROOT / ".local" / "upgrade"
WARM, STEADY = 10.0, 15.0  # seconds of load: until it counts; before, between and after
LAG_WITHIN = 60.0  # seconds
ENOUGH = 0.95  # of the events a second that are asked for: in a phase of seconds a journey more or less counts
RETRIED = (
    # The Kafka client tries it again by itself, until a new topic or group has settled.
    "Group Coordinator Request failed",
    "Failed fetch offsets from",
    # uvicorn, of what a replica that stops does not get done in time: 503, and asked of another one.
    "Cancel ",
)
"""How the error lines begin that are no trouble: what they tell of is done again."""


async def upgrade(
    old: Build, rate: float, by: signal.Signals, phases: report.Phases
) -> tuple[Seen, list[Said], list[Check]]:
    with Stack(HOME, free_ports(2)) as stack, Processes(HOME) as processes:
        fleet, file = Fleet(stack, processes, HOME), HOME / "ledger.jsonl"
        await fleet.begin(old)
        with ledger.Ledger(file) as book:
            today = fleet.calendar.today.isoformat()
            async with Load(fleet.urls, stack.kafka, fleet.token_key, book, today) as load:
                await _through(fleet, old, load, rate, by, phases)
        lag = await fleet.idle(LAG_WITHIN)
        written, heard = ledger.read(file), await checks.said(stack.kafka, CODES)
        found = [
            checks.none("journeys that did not come to their end", load.seen.errors),
            *checks.effects(written, heard),
            *checks.streams(heard),
            *await checks.databases(stack.database, written, heard),
            checks.figures(await fleet.figures(), written),
            Check(f"seconds until nothing was left to do (at most {LAG_WITHIN:.0f})", round(lag, 1), lag < LAG_WITHIN),
        ]
        for service, n in EVERYBODY:
            await fleet.stop(service, n)
        return load.seen, heard, [*found, *checks.errors(fleet.logs, RETRIED)]


async def _through(
    fleet: Fleet, old: Build, load: Load, rate: float, by: signal.Signals, phases: report.Phases
) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(load.run(rate, stop))
    await asyncio.sleep(WARM)
    with phases(f"{old.name} alone"):
        await asyncio.sleep(STEADY)
    with phases("this build migrates"):
        await asyncio.to_thread(THIS.prepare, fleet.settings)
    with phases(f"{old.name} on the tables of this build"):
        await asyncio.sleep(STEADY)
    with phases("replica by replica to this build"):
        for service, n in EVERYBODY:
            await fleet.replace(service, n, THIS, by)
    with phases("this build alone"):
        await asyncio.sleep(STEADY)
    with phases(f"replica by replica back to {old.name}"):
        for service, n in reversed(EVERYBODY):
            await fleet.replace(service, n, old, by)
    with phases(f"{old.name} alone again"):
        await asyncio.sleep(STEADY)
    stop.set()
    await running


def main() -> int:
    parser = argparse.ArgumentParser(prog="make upgrade-check", description=__doc__)
    parser.add_argument("--previous", metavar="REF", help="the build before; without: the last release")
    parser.add_argument("--rate", type=float, default=200.0, help="events a second that services say (200)")
    parser.add_argument("--kill", action="store_true", help="replicas are killed, and not asked to stop")
    asked = parser.parse_args()
    console, by = Console(width=120), signal.SIGKILL if asked.kill else signal.SIGTERM
    phases = report.Phases(console)
    HOME.mkdir(parents=True, exist_ok=True)
    try:
        fresh.forget(HOME)
        old = before(asked.previous, HOME / "builds")
        seen, heard, found = asyncio.run(upgrade(old, asked.rate, by, phases))
    except (StackError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    shown = phases.all(seen, heard)
    slowest, wanted = min(phase.events_a_second for phase in shown), asked.rate * ENOUGH
    fast = Check(f"events a second, in the slowest phase (at least {wanted:g})", round(slowest), slowest >= wanted)
    found = [fast, *found]
    ended = "killed" if asked.kill else "stopped in good order"
    report.tell(console, f"{old.name} to this build and back; replicas are {ended}", shown, found)
    about = {"previous": old.name, "rate": asked.rate, "replicas": ended, "sent_again": seen.again}
    report.write(Path(HOME / "upgrade.json"), about | {"journeys": seen.ended}, shown, found)
    return 0 if all(check.ok for check in found) else 1


if __name__ == "__main__":
    sys.exit(main())
