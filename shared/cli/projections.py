"""Projections, built anew from the event stream."""

from typing import Annotated

import typer

from shared.cli.common import console, run, service, stop
from shared.service import services
from shared.settings import Settings, load

app = typer.Typer()


@app.command()
def rebuild(name: Annotated[str, typer.Argument(metavar="SERVICE", help="metrics")]) -> None:
    """Replay the kept topics into new tables and swap them in; the live service goes on, no figure dips."""
    found = service(name)
    if found.rebuild is None:
        able = ", ".join(other.name for other in services().values() if other.rebuild)
        stop(f"{name} is no projection; those that can be rebuilt are {able}")
    console.print(run(found.rebuild(found, load(Settings), console.print)))
