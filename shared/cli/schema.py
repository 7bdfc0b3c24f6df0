"""What must be there before a service starts: topics and tables."""

from typing import Annotated

import typer

from shared.cli.common import console, run, service
from shared.events import administration
from shared.events.topics import SERVICES
from shared.settings import DatabaseSettings, KafkaSettings, load

app = typer.Typer()


@app.command()
def topics() -> None:
    """Create the topics that are missing and set what is declared (retention, size). Nothing is ever deleted."""
    done = run(administration.create(load(KafkaSettings)))
    console.print(f"topics: {done.created} created, {done.adjusted} adjusted, {done.kept} as declared")
    for warning in done.warnings:
        console.print(f"[yellow]{warning}[/]")


@app.command()
def migrate(
    names: Annotated[list[str] | None, typer.Argument(metavar="SERVICE", help="default: all five")] = None,
) -> None:
    """Create schemas, roles and tables, or bring them up to date. LA_DATABASE_URL is an administrator's."""
    url = load(DatabaseSettings).database_url.get_secret_value()
    for name in names or SERVICES:
        run(service(name).migrate(url))
        console.print(f"{name}: up to date")
