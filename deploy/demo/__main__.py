"""`make demo`: play the case stories and stay up. `make demo ARGS=--once`: verify, and leave with 0 or 1."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from deploy.demo import show
from deploy.demo.driver import play
from deploy.demo.world import KOMMUNER, PORTS, POST, SERVICES, SITE, World
from deploy.local.stack import StackError

HOME = Path(__file__).parents[2] / ".local"
START = datetime.fromisoformat("2026-11-30T08:00+01:00")  # a Monday


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="verify, and exit with 0 or 1")
    once: bool = parser.parse_args().once
    logging.getLogger("aiokafka").setLevel(
        logging.CRITICAL
    )  # it tries again by itself, and we say when it takes too long
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is started deaf to it
    try:
        return demo(once)
    except StackError as error:
        show.console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        show.console.print("Stopped before the end.")
        return 130


def demo(once: bool) -> int:
    show.console.print("Starting Kafka, PostgreSQL, five services and the simulated kommuner")
    screen = show.Screen()
    with World(HOME, START, first_port=first_port()) as world:
        with screen.live():
            plays = asyncio.run(play(world, screen.show))
        show.table(plays)
        show.unexpected(plays)
        ok = all(one.ok for one in plays)
        if not once:
            world.processes.kill(KOMMUNER)  # from here on the visitor is the kommune too
            show.addresses({name: world.urls[name] for name in SERVICES}, world.urls[SITE], world.urls[POST])
            shell = os.path.relpath(world.shell)
            show.console.print(f"Look around: (. {shell}; .venv/bin/lederalliancen token consultant)")
            clock = os.path.relpath(world.calendar.file)
            later = (world.calendar.now + timedelta(days=7)).isoformat()
            show.console.print(
                f"The calendar stands still at {world.calendar.now:%Y-%m-%d %H:%M}; a week on: echo {later} > {clock}"
            )
            show.console.print("Kommuner of the stories answer no more: you do, from the mails above")
            show.console.print(f"Kafka {world.stack.kafka} · logs in {HOME / 'logs'} · Ctrl-C stops all of it")
            with suppress(KeyboardInterrupt):
                signal.pause()
    return 0 if ok else 1


def first_port() -> int:
    value = os.environ.get("LA_DEMO_PORT", "8001")
    if not value.isdecimal() or not 1 <= int(value) <= 65536 - PORTS:
        raise StackError(f"LA_DEMO_PORT must be a port number from 1 to {65536 - PORTS}, not {value!r}.")
    return int(value)


if __name__ == "__main__":
    sys.exit(main())
