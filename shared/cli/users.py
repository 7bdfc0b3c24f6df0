"""Who gets into Kafka: services and kommuner. LA_SASL_USERNAME is an administrator of Kafka here."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.common import console, run, show, stop
from shared.events import users
from shared.events.rights import Client, clients
from shared.events.topics import SERVICES
from shared.settings import KafkaSettings, load

app = typer.Typer()
Subject = Annotated[
    str | None,
    typer.Option(help="a certificate instead of a password, as Kafka writes it: CN=gateway.example.dk,O=Example,C=DK"),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="write the password into this new file, its owner's alone, and not to the terminal"),
]
# Kafka compares letter by letter, and writes no space after a comma.
SUBJECT = re.compile(r"[A-Za-z0-9][\w.]*=(?:\\.|[^,+\\])+(?:[,+][A-Za-z0-9][\w.]*=(?:\\.|[^,+\\])+)*")


def _group(kind: str, metavar: str, example: str) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help=f"Who of a {kind} gets into Kafka: provision, rotate, revoke.")
    Name = Annotated[str, typer.Argument(metavar=metavar, help=example)]  # noqa: N806 - a type

    def client(name: str) -> Client:
        found = clients().get(name)
        if found is None or (name in SERVICES) != (kind == "service"):
            stop(f"{name} is no {kind}: {example}")
        return found

    @group.command()
    def provision(name: Name, subject: Subject = None, password_file: PasswordFile = None) -> None:
        """Make its user with its rights and quota. Repeated, it mends what differs, and leaves the password alone."""
        if subject and not SUBJECT.fullmatch(subject):
            stop(f"{subject} is no subject as Kafka writes it: CN=gateway.example.dk,O=Example,C=DK")
        found = client(name)
        with _keeping(password_file) as keep:
            done = run(users.provision(load(KafkaSettings), found, subject))
            _table(done)
            if done.password:
                keep(found.user, done.password)

    @group.command()
    def rotate(name: Name, password_file: PasswordFile = None) -> None:
        """Another password. Who is connected stays so; whoever connects from now on needs the new one."""
        found = client(name)
        with _keeping(password_file) as keep:
            password = run(users.rotate(load(KafkaSettings), found))
            if password is None:
                stop(f"{found.user} has no password: lederalliancen {kind} provision {name} gives one")
            keep(found.user, password)

    @group.command()
    def revoke(name: Name, subject: Subject = None) -> None:
        """Shut it out at once: rights, quota and password of all that it comes as, or of one certificate."""
        _table(run(users.revoke(load(KafkaSettings), client(name), subject)))

    return group


app.add_typer(_group("kommune", "CODE", "four digits, such as 0561, or 9999 for the test kommune"), name="kommune")
app.add_typer(_group("service", "SERVICE", f"one of {', '.join(SERVICES)}"), name="service")


@app.command()
def rights() -> None:
    """Who may other things in Kafka than is declared; exit 1 if anybody may."""
    rows = run(users.deviating(load(KafkaSettings)))
    if not rows:
        console.print("all rights are as declared")
        return
    show([{"who": who, "what": what} for who, what in rows], "who", "what")
    raise typer.Exit(1)


def _table(done: users.Done) -> None:
    show([{"what": what, "now": now} for what, now in done.rows], "what", "now")


class _Keep:
    def __init__(self, file: Path | None) -> None:
        self.file, self.kept = file, False

    def __call__(self, user: str, password: str) -> None:
        if self.file is None:
            console.print(f"user {user}, password {password}  (not shown again)", markup=False)
        else:
            self.file.write_text(password + "\n")
            console.print(f"user {user}, password in {self.file}", markup=False)
        self.kept = True


@contextmanager
def _keeping(file: Path | None) -> Iterator[_Keep]:
    """The file is there, and nobody else's to read, before there is a password; without one it is gone again."""
    keep = _Keep(file)
    if file:
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            stop(f"{file} cannot be made: {error.strerror}")
    try:
        yield keep
    finally:
        if file and not keep.kept:
            file.unlink()
