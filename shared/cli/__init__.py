"""`lederalliancen`, the operators' command. Settings are the services' own: LA_KAFKA_BOOTSTRAP, LA_DATABASE_URL ..."""

import typer

from shared.cli import dead_letters, people, projections, schema, tokens, users

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
for group in (tokens, schema, users, dead_letters, projections, people):
    app.add_typer(group.app)


def main() -> None:
    app()
