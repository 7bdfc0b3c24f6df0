"""Messages that could not be handled, and those that wait."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

import typer

from shared.cli.common import ME, By, ServiceName, as_json, console, on_pool, on_spine, run, show, stop
from shared.events.topics import SERVICES
from shared.people.guard import find_cpr
from shared.spine import dead_letters, parking, redrive

app = typer.Typer()
letters = typer.Typer(no_args_is_help=True, help="Messages that could not be handled: list, show, redrive, skip.")
app.add_typer(letters, name="dead-letters")
STATUSES = ("open", "refused", "redriven", "skipped")
Id = Annotated[UUID, typer.Argument(metavar="ID")]


@letters.command("list")
def list_(
    service: Annotated[str | None, typer.Option("--service", "-s", help="one alone; otherwise all")] = None,
    status: Annotated[str, typer.Option(help=f"one of {', '.join(STATUSES)}")] = "open",
    json: Annotated[bool, typer.Option("--json", help="for a program: all that is known but the content")] = False,
) -> None:
    """Open dead letters of each service, oldest first."""
    if status not in STATUSES:
        stop(f"{status} is no status; they are {', '.join(STATUSES)}")
    rows = run(_listed([service] if service else SERVICES, status))
    if json:
        as_json(rows)
    else:
        show(rows, "service", "id", "topic", "offset", "subject", "version", "stage", "error", "attempts", "last")


async def _listed(names: Iterable[str], status: str) -> list[dict[str, Any]]:
    found = []
    for name in names:
        rows = await on_pool(name, lambda pool: dead_letters.listed(pool, status))
        found += [{"service": name, **row, "last": row["last_failed_at"]} for row in rows]
    return found


@letters.command("show")
def show_(id_: Id, service: ServiceName) -> None:
    """One dead letter with its bytes."""
    row = run(on_pool(service, lambda pool: dead_letters.one(pool, id_)))
    if row is None:
        stop(f"{id_} is no dead letter of {service}")
    for name, value in row.items():
        console.print(f"[bold]{name}[/]  ", end="")
        console.print(value, markup=False)


@letters.command("redrive")
def redrive_(id_: Id, service: ServiceName, dry_run: bool = False, by: By = ME) -> None:
    """Handle the stored bytes again, for this service only; those parked behind it follow."""
    outcome = run(on_spine(service, lambda spine: redrive.redrive(spine, id_, by=by, dry_run=dry_run)))
    console.print(outcome)
    if outcome not in ("applied", "would be applied"):
        raise typer.Exit(1)


@letters.command()
def skip(
    id_: Id,
    service: ServiceName,
    reason: Annotated[str, typer.Option(help="why it can never succeed, for the record; never personal data")],
    by: By = ME,
) -> None:
    """Go past a message that can never succeed; those parked behind it follow."""
    if find_cpr(reason):
        stop("the reason looks like it holds a CPR number; say it without")
    outcome = run(on_spine(service, lambda spine: redrive.skip(spine, id_, by=by, reason=reason)))
    console.print(outcome)
    if outcome != "skipped":
        raise typer.Exit(1)


@app.command()
def parked(service: ServiceName) -> None:
    """What waits for something that has not arrived, oldest first."""
    rows = run(on_pool(service, parking.listed))
    show(rows, "topic", "offset", "subject", "version", "waits_kind", "waits_id", "parked_at")
