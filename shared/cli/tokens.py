"""Access tokens for local runs."""

import os
from typing import Annotated

import typer

from shared.cli.common import stop
from shared.web.access import ROLES, mint

app = typer.Typer()


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
        stop("LA_TOKEN_KEY is missing: local tokens are signed with the key that the services share")
    if len(key.encode()) < 32:
        stop("LA_TOKEN_KEY must be at least 32 bytes")
    if role not in ROLES:
        stop(f"{role} is no role; roles are {', '.join(sorted(ROLES))}")
    for needs, given, option in (("kommune", kommune, "--kommune CODE"), ("leader", leader, "--leader ID")):
        if role == needs and not given:
            stop(f"the role {role} sees its own only: say whose with {option}")
    print(mint(role, kommune=kommune, leader=leader, key=key, minutes=minutes))
