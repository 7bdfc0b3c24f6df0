"""`lederalliancen doctor`: whether a service would find what it needs, one line each with what to do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import aiosmtplib
import asyncpg
import httpx2
import typer
from rich.table import Table

from shared import db
from shared.cli.common import ServiceName, console, service
from shared.events.topics import consumed_by
from shared.kafka import NoKafka, Topics
from shared.mail.relay import server_of
from shared.people.vault import VaultError
from shared.service import Service
from shared.settings import Settings, load
from shared.spine.failures import words

app = typer.Typer()
WITHIN = 8.0  # seconds for each answer
DRIFT = 2.0  # seconds; timers and deadlines go by the clock of each machine


class Found(NamedTuple):
    what: str
    ok: bool
    said: str


Look = Callable[[Service, Settings], Awaitable[list[Found]]]


@app.command()
def doctor(name: ServiceName = "intake") -> None:
    """Settings, Kafka, topics, database, role, tables, clock, master key, issuer, mail: fine, or what to do.

    With the settings of that service. Exit 1 where it would not work.
    """
    config, of = load(Settings), service(name)
    of.require(config)
    found = asyncio.run(_all(of, config))
    table = Table("what", "", "", title=f"{name}, as it is told by LA_* here")
    for one in found:
        table.add_row(one.what, "[green]ok[/]" if one.ok else "[red]wrong[/]", one.said)
    console.print(table)
    if not all(one.ok for one in found):
        raise typer.Exit(1)


async def _all(of: Service, config: Settings) -> list[Found]:
    looks: tuple[tuple[str, Look], ...] = (
        ("Kafka", _kafka),
        ("database", _database),
        ("issuer", _issuer),
        ("mail", _mail),
    )
    answers = await asyncio.gather(*(_looked(what, look, of, config) for what, look in looks))
    return [Found("settings", True, "complete, and fit together"), *(one for answer in answers for one in answer)]


async def _looked(what: str, look: Look, of: Service, config: Settings) -> list[Found]:
    try:
        return await asyncio.wait_for(look(of, config), WITHIN)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [Found(what, False, words(error))]


async def _kafka(of: Service, config: Settings) -> list[Found]:
    needed = sorted({name for topic in consumed_by(of.name) for name in topic.names()})
    try:
        there = await Topics(config).there(needed)
    except NoKafka as error:
        return [Found("Kafka", False, f"at {config.kafka_bootstrap} {error}")]
    missing = [name for name in needed if name not in there]
    said = f"{len(missing)} of {len(needed)} are missing, as {missing[0]}: run lederalliancen topics" if missing else ""
    return [
        Found("Kafka", True, f"answers at {config.kafka_bootstrap}"),
        Found("topics", not missing, said or f"all {len(needed)} that {of.name} reads"),
    ]


async def _database(of: Service, config: Settings) -> list[Found]:
    began = time.time()
    conn = await asyncpg.connect(config.database_url.get_secret_value(), **db.connection_options(of.schema))
    try:
        row = await conn.fetchrow(
            "SELECT extract(epoch FROM clock_timestamp())::float AS at,"
            " current_setting('transaction_read_only') = 'on' AS read_only"
        )
        apart = abs(row["at"] - (began + time.time()) / 2)
        strong = await conn.fetchval(db.TOO_STRONG, [db.role_of(of.name), db.reader_of(of.name)])
        tables = await _tables(conn, of)
        return [
            Found(
                "database", not row["read_only"], "answers" if not row["read_only"] else "read-only: name the primary"
            ),
            Found(
                "login",
                not strong,
                f"log in as {db.role_of(of.name)}: it can do more" if strong else "no more than it must",
            ),
            tables,
            Found("clock", apart < DRIFT, f"{apart:.1f} s from the database's" + ("" if apart < DRIFT else ": set it")),
            *([await _master_key(conn, of, config)] if tables.ok and of.people else []),
        ]
    finally:
        await conn.close()


async def _tables(conn: asyncpg.Connection, of: Service) -> Found:
    """Which migrations have run is the administrator's to see; whether any has, the service's own."""
    try:
        await conn.fetchval("SELECT 1 FROM aggregate LIMIT 1")
    except asyncpg.PostgresError as error:
        return Found("tables", False, words(error))
    return Found("tables", True, f"of {of.schema}")


async def _master_key(conn: asyncpg.Connection, of: Service, config: Settings) -> Found:
    if (vault := of.vault(config)) is None:
        return Found("LA_MASTER_KEY", False, "missing")
    try:
        await vault.check(conn)
    except VaultError:
        return Found("LA_MASTER_KEY", False, "opens nobody's data: it is another key than they were sealed with")
    return Found("LA_MASTER_KEY", True, "opens what is sealed")


async def _issuer(of: Service, config: Settings) -> list[Found]:
    if config.oidc_issuer is None:
        return [Found("issuer", True, "none: LA_TOKEN_KEY signs, for local runs")]
    address = f"{config.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        async with httpx2.AsyncClient(timeout=5) as http:
            answer = await http.get(address)
            named = answer.json().get("issuer") if answer.status_code == 200 else None
    except (httpx2.HTTPError, ValueError) as error:
        return [Found("issuer", False, f"{config.oidc_issuer} cannot be asked: {type(error).__name__}")]
    right = named == config.oidc_issuer
    return [Found("issuer", right, config.oidc_issuer if right else "names itself otherwise: check LA_OIDC_ISSUER")]


async def _mail(of: Service, config: Settings) -> list[Found]:
    if of.mails is None:
        return []
    if config.smtp_url is None:
        return [Found("mail", True, "none goes out: LA_SMTP_URL is not set")]
    server = server_of(config.smtp_url.get_secret_value())
    try:
        await server.connect()
        await server.quit()
    except aiosmtplib.SMTPException as error:
        return [Found("mail", False, f"the server of LA_SMTP_URL says no: {type(error).__name__}")]
    return [Found("mail", True, "the server lets us in")]
