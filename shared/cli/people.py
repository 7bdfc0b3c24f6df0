"""Contact data of people: who has read it, and the right to be forgotten."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import typer

from shared.cli.common import ME, By, console, on_pool, on_spine, run, service, show, stop
from shared.people import vault
from shared.service import services
from shared.spine.work import Command

app = typer.Typer()
PeopleService = Annotated[str, typer.Option("--service", "-s", help="intake, or municipality-gateway")]


@app.command("access-log")
def access_log(person_id: UUID, service: PeopleService = "intake") -> None:
    """Who has read a person's contact data."""
    _eraser(service)

    async def read(pool: asyncpg.Pool) -> Any:
        async with pool.acquire() as conn:
            return await vault.readers(conn, person_id)

    show([vars(reading) for reading in run(on_pool(service, read))], "at", "reader", "role", "route", "correlation_id")


@app.command()
def erase(
    person_id: UUID,
    service: PeopleService = "intake",
    by: By = ME,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False,
) -> None:
    """Destroy the key of a leader, a colleague or a contact person, and tell the other services."""
    command = _eraser(service)
    there = "SELECT EXISTS (SELECT FROM person WHERE id = $1)"
    if not run(on_pool(service, lambda pool: pool.fetchval(there, person_id))):
        stop(f"{service} keeps nobody with the id {person_id}")
    if not yes:
        typer.confirm(f"Erase {person_id} in {service}? This cannot be undone", abort=True)
    run(on_spine(service, lambda spine: spine.execute(command(str(person_id)), by=by)))
    console.print("erased")


def _eraser(name: str) -> Callable[[str], Command]:
    """The service's own command that forgets a person."""
    found = service(name)
    if found.erase is None:
        able = ", ".join(other.name for other in services().values() if other.people)
        stop(f"{name} keeps no contact data; services that do are {able}")
    return found.erase
