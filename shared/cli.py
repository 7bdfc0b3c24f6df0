"""`lederalliancen`, the operators' command. Settings are the services' own: LA_KAFKA_BOOTSTRAP, LA_DATABASE_URL ..."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import entry_points
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import typer
from rich.console import Console
from rich.table import Column, Table

from shared import db, dead_letters
from shared.clock import Clock
from shared.events.topics import SERVICES
from shared.privacy import find_cpr
from shared.service import Service
from shared.settings import DatabaseSettings, KafkaSettings, Settings, load
from shared.spine import Spine
from shared.vault import Vault
from shared.web.access import ROLES, mint

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
letters = typer.Typer(no_args_is_help=True, help="Messages that could not be handled: list, show, redrive, skip.")
app.add_typer(letters, name="dead-letters")
rebuilds = typer.Typer(no_args_is_help=True, help="Build a projection anew from the event stream.")
app.add_typer(rebuilds, name="rebuild")
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 220)

ServiceName = Annotated[str, typer.Option("--service", "-s", help=f"one of {', '.join(SERVICES)}")]
STATUSES = ("open", "refused", "redriven", "skipped")
PEOPLE = ("intake", "municipality-gateway")
PeopleService = Annotated[str, typer.Option("--service", "-s", help="intake, or municipality-gateway")]
By = Annotated[str, typer.Option(help="who does it, for the record")]
ME = os.environ.get("USER", "operator")


@app.command()
def token(
    role: Annotated[str, typer.Argument(help=f"one of {', '.join(sorted(ROLES))}")],
    kommune: Annotated[str | None, typer.Option(help="four digits, for the role kommune")] = None,
    leader: Annotated[str | None, typer.Option(help="leader id, for the role leader")] = None,
    minutes: int = 60,
) -> None:
    """Mint an access token for a local run, signed with LA_TOKEN_KEY."""
    key = os.environ.get("LA_TOKEN_KEY")
    if not key:
        _stop("LA_TOKEN_KEY is missing: local tokens are signed with the key that the services share")
    if len(str(key).encode()) < 32:
        _stop("LA_TOKEN_KEY must be at least 32 bytes")
    if role not in ROLES:
        _stop(f"{role} is no role; roles are {', '.join(sorted(ROLES))}")
    for needs, given, option in (("kommune", kommune, "--kommune CODE"), ("leader", leader, "--leader ID")):
        if role == needs and not given:
            _stop(f"the role {role} sees its own only: say whose with {option}")
    print(mint(role, kommune=kommune, leader=leader, key=str(key), minutes=minutes))


@app.command()
def topics() -> None:
    """Create the topics that are missing and set what is declared (retention, size). Nothing is ever deleted."""
    from shared import topic_admin

    done = _run(topic_admin.create(load(KafkaSettings)))
    console.print(f"topics: {done.created} created, {done.adjusted} adjusted, {done.kept} as declared")
    for warning in done.warnings:
        console.print(f"[yellow]{warning}[/]")


@app.command()
def migrate(service: Annotated[list[str] | None, typer.Argument(help="default: all five")] = None) -> None:
    """Create schemas, roles and tables, or bring them up to date. LA_DATABASE_URL is an administrator's."""
    url = load(DatabaseSettings).database_url.get_secret_value()
    for name in service or SERVICES:
        _run(db.migrate(url, _known(name)))
        console.print(f"{name}: up to date")


@letters.command("list")
def list_letters(
    service: ServiceName, status: Annotated[str, typer.Option(help=f"one of {', '.join(STATUSES)}")] = "open"
) -> None:
    """Open dead letters, oldest first."""
    if status not in STATUSES:
        _stop(f"{status} is no status; they are {', '.join(STATUSES)}")
    rows = _run(_on_pool(service, lambda pool: dead_letters.listed(pool, status)))
    _table(rows, "id", "topic", "offset", "subject", "version", "stage", "error", "attempts", "last_failed_at")


@letters.command()
def show(id_: Annotated[UUID, typer.Argument(metavar="ID")], service: ServiceName) -> None:
    """One dead letter with its bytes."""
    row = _run(_on_pool(service, lambda pool: dead_letters.shown(pool, id_)))
    if row is None:
        _stop(f"{id_} is no dead letter of {service}")
    for name, value in row.items():
        console.print(f"[bold]{name}[/]  ", end="")
        console.print(value, markup=False)


@letters.command()
def redrive(
    id_: Annotated[UUID, typer.Argument(metavar="ID")], service: ServiceName, dry_run: bool = False, by: By = ME
) -> None:
    """Handle the stored bytes again, for this service only; those parked behind it follow."""
    done = _run(_on_spine(service, lambda spine: dead_letters.redrive(spine, id_, by=by, dry_run=dry_run)))
    console.print(done["outcome"])
    if done["outcome"] not in ("applied", "would be applied"):
        raise typer.Exit(1)


@letters.command()
def skip(
    id_: Annotated[UUID, typer.Argument(metavar="ID")],
    service: ServiceName,
    reason: Annotated[str, typer.Option(help="why it can never succeed, for the record; never personal data")],
    by: By = ME,
) -> None:
    """Go past a message that can never succeed; those parked behind it follow."""
    if find_cpr(reason):
        _stop("the reason looks like it holds a CPR number; say it without")
    done = _run(_on_spine(service, lambda spine: dead_letters.skip(spine, id_, by=by, reason=reason)))
    console.print(done["outcome"])
    if done["outcome"] != "skipped":
        raise typer.Exit(1)


@app.command()
def parked(service: ServiceName) -> None:
    """What waits for something that has not arrived, oldest first."""
    rows = _run(_on_pool(service, dead_letters.parked))
    _table(rows, "topic", "offset", "subject", "version", "waits_kind", "waits_id", "parked_at")


@rebuilds.command()
def metrics() -> None:
    """Replay the kept topics into new tables and swap them in; the live service goes on, no figure dips."""
    settings = load(Settings)
    rebuild = import_module("metrics.rebuild").rebuild
    done = _run(rebuild(settings.database_url.get_secret_value(), settings, console.print))
    console.print(done)


@app.command("access-log")
def access_log(person_id: UUID, service: PeopleService = "intake") -> None:
    """Who has read a person's contact data."""
    _keeps_people(service)

    async def read(pool: asyncpg.Pool) -> Any:
        async with pool.acquire() as conn:
            return await _vault().readers(conn, person_id)

    rows = [vars(reading) for reading in _run(_on_pool(service, read))]
    _table(rows, "at", "reader", "role", "route", "correlation_id")


@app.command()
def erase(
    person_id: UUID,
    service: PeopleService = "intake",
    by: By = ME,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False,
) -> None:
    """Destroy the key of a leader, a colleague or a contact person, and tell the other services."""
    _keeps_people(service)
    there = "SELECT EXISTS (SELECT FROM person WHERE id = $1)"
    if not _run(_on_pool(service, lambda pool: pool.fetchval(there, person_id))):
        _stop(f"{service} keeps nobody with the id {person_id}")
    if not yes:
        typer.confirm(f"Erase {person_id} in {service}? This cannot be undone", abort=True)
    state = import_module(f"{db.schema_of(_known(service))}.state")
    _run(_on_spine(service, lambda spine: spine.execute(state.Erase(person_id=str(person_id)), by=by)))
    console.print("erased")


# -- plumbing ----------------------------------------------------------------------------------------------------------


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """An operator gets one line, not a traceback, for what an operator can mend."""
    try:
        return asyncio.run(work)
    except typer.Exit:  # a RuntimeError, but said already
        raise
    except (OSError, asyncpg.PostgresError, RuntimeError) as error:
        _stop(f"{type(error).__name__}: {error}")


def _stop(line: str) -> None:
    Console(stderr=True, soft_wrap=True).print(line, style="red", markup=False)
    raise typer.Exit(1)


def _keeps_people(service: str) -> None:
    if _known(service) not in PEOPLE:
        _stop(f"{service} keeps no contact data; services that do are {', '.join(PEOPLE)}")


def _known(service: str) -> str:
    if service not in SERVICES:
        _stop(f"{service} is no service; services are {', '.join(SERVICES)}")
    return service


def _service(name: str) -> Service:
    [entry] = entry_points(group="lederalliancen.services", name=_known(name))
    found: Service = entry.load()
    return found


@asynccontextmanager
async def _pool(service: str) -> AsyncIterator[asyncpg.Pool]:
    url = load(DatabaseSettings).database_url.get_secret_value()
    pool = await db.connect_pool(url, db.schema_of(_known(service)), size=2, idle_timeout="60s")
    try:
        yield pool
    finally:
        await pool.close()


async def _on_pool(service: str, work: Any) -> Any:
    async with _pool(service) as pool:
        return await work(pool)


async def _on_spine(name: str, work: Any) -> Any:
    service = _service(name)
    book = service.book_with(_vault()) if service.people else service.book
    clock_file = os.environ.get("LA_CLOCK_FILE")
    async with _pool(name) as pool:
        return await work(Spine(pool, book, Clock.at(clock_file), parse_record=service.parse))


def _vault() -> Vault:
    key = load(Settings).master_key
    if key is None:
        _stop("LA_MASTER_KEY is missing: this service keeps contact data")
    return Vault(key.get_secret_value())  # type: ignore[union-attr]


def _table(rows: Any, *columns: str) -> None:
    if not rows:
        console.print("none")
        return
    # An id that is cut off cannot be used.
    table = Table(*(Column(name, no_wrap=True) if name in ("id", "waits_id") else name for name in columns))
    for row in rows:
        table.add_row(*(str(row[name]) if row[name] is not None else "" for name in columns))
    console.print(table)


def main() -> None:
    app()
