"""`lederalliancen`, the operators' command. Settings are the services' own: LA_KAFKA_BOOTSTRAP, LA_DATABASE_URL ..."""

from importlib import metadata
from typing import Annotated

import typer

from shared.cli import dead_letters, doctor, people, projections, schema, tokens, users
from shared.cli.common import console
from shared.spine.batch import BUILD

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
for group in (doctor, tokens, schema, users, dead_letters, projections, people):
    app.add_typer(group.app)


@app.callback(invoke_without_command=True, help=__doc__)
def version(
    said: Annotated[bool, typer.Option("--version", is_eager=True, help="say which build this is")] = False,
) -> None:
    """What is done for all commands."""
    if said:
        console.print(f"lederalliancen {metadata.version('lederalliancen')} ({BUILD})")
        raise typer.Exit


def main() -> None:
    app()
