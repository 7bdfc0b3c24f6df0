"""Contact data of people: who has read it, and the right to be forgotten."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import typer

from shared.cli.common import ME, By, console, on_pool, on_spine, run, service, show, stop
from shared.kafka import Topics, client_options
from shared.people import vault
from shared.service import services
from shared.settings import KafkaSettings, OperatorSettings, load, require
from shared.spine import lifting
from shared.spine.engine import Spine
from shared.spine.work import Command

app = typer.Typer()
PeopleService = Annotated[str, typer.Option("--service", "-s", help="intake, or municipality-gateway")]


@app.command("access-log")
def access_log(person_id: UUID, service: PeopleService = "intake") -> None:
    """Who has read a person's contact data, and who erased it."""
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


@app.command("rotate-master-key")
def rotate_master_key(service: PeopleService = "intake") -> None:
    """Wrap everybody's key anew, from LA_OLD_MASTER_KEY to LA_MASTER_KEY, while the service goes on."""
    _eraser(service)
    found, config = services()[service], load(OperatorSettings)
    require(config, "master_key", "old_master_key")

    async def rotate(pool: asyncpg.Pool) -> int:
        keys = found.vault(config)
        return await keys.rotate(pool, found.renew) if keys else 0

    console.print(
        f"{service}: {run(on_pool(service, rotate))} people had another key than LA_MASTER_KEY; now all have it"
    )
    console.print("LA_OLD_MASTER_KEY may be destroyed when no service runs with it any more and this says 0")


@app.command("replay-erasures")
def replay_erasures(service: PeopleService = "intake") -> None:
    """Erase here, too, whom Kafka says to be erased: after a restore. A service does it itself when it starts."""
    _eraser(service)
    found, kafka = services()[service], load(KafkaSettings)

    async def replay(spine: Spine) -> tuple[int, int]:
        forgetting = found.forgetting(spine)
        topics = await Topics(kafka).there(sorted({event.TOPIC.name for event in found.erased}))
        erased = await lifting.erasures(client_options(kafka), topics, forgetting.types)
        return len(erased), await forgetting.carry_out(erased)

    said, done = run(on_spine(service, replay))
    console.print(f"{service}: Kafka holds the erasure of {said} people, {done} of them were here still")


def _eraser(name: str) -> Callable[[str], Command]:
    """The service's own command that forgets a person."""
    found = service(name)
    if found.erase is None:
        able = ", ".join(other.name for other in services().values() if other.people)
        stop(f"{name} keeps no contact data; services that do are {able}")
    return found.erase
