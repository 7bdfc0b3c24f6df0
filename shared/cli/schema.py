"""What must be there before a service starts: topics and tables."""

from typing import Annotated

import typer

from shared.cli.common import console, run, service
from shared.events import administration
from shared.events.topics import SERVICES
from shared.settings import DatabaseSettings, KafkaSettings, load

app = typer.Typer()


@app.command()
def topics(check: Annotated[bool, typer.Option(help="only say what differs; exit 1 if anything does")] = False) -> None:
    """Create the topics that are missing and set what is declared (retention, size, compression). None is deleted."""
    done = run(administration.create(load(KafkaSettings), check=check))
    for topic, said in done.differing.items():
        console.print(f"[yellow]{topic}: {'; '.join(said)}[/]")
    for warning in done.warnings:
        console.print(f"[yellow]{warning}[/]")
    new, other = len(done.missing), len(done.differing)
    kept = done.declared - new - other
    words = ("missing", "differing") if check else ("created", "adjusted")
    console.print(f"topics: {new} {words[0]}, {other} {words[1]}, {kept} as declared")
    if check and not done.as_declared:
        raise typer.Exit(1)


@app.command()
def migrate(
    names: Annotated[list[str] | None, typer.Argument(metavar="SERVICE", help="default: all five")] = None,
) -> None:
    """Create schemas, roles and tables, or bring them up to date. LA_DATABASE_URL is an administrator's."""
    url = load(DatabaseSettings).database_url.get_secret_value()
    for name in names or SERVICES:
        run(service(name).migrate(url))
        console.print(f"{name}: up to date")
