"""A whole country's worth of rows: what the case stories left behind in the five databases, many times over.

Each copy is whole and consistent: every id in it is another one, the same everywhere. Contact data are sealed anew.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from shared.people.vault import Vault

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# What pages read. Timers are left out: nothing is to happen while pages are measured.
TABLES = {
    "intake": ("aggregate",),
    "municipality-gateway": ("aggregate", "reply"),
    "matching": ("aggregate", "pool"),
    "followup": ("aggregate",),
    "metrics": ("aggregate", "moment"),
}
WITH_PEOPLE = ("intake", "municipality-gateway")


class _Bench:
    """Who opens contact data here."""

    sub, roles = "bench", frozenset({"operator"})


async def multiply(database: str, times: int, master_key: bytes) -> None:
    """`database`: the administrator's address."""
    conn = await asyncpg.connect(database)
    try:
        for service, tables in TABLES.items():
            await conn.execute(f"SET search_path = {service.replace('-', '_')}, public")
            for table in tables:
                await _copies(conn, table, times)
            if service in WITH_PEOPLE:
                await _people(conn, times, Vault(master_key))
            await conn.execute("ANALYZE")
    finally:
        await conn.close()


async def _copies(conn: asyncpg.Connection, table: str, times: int) -> None:
    columns = await conn.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position",
        table,
    )
    names = ", ".join(f'"{row["column_name"]}"' for row in columns)
    rows = [row[0] for row in await conn.fetch(f"SELECT row_to_json(t)::text FROM {table} t")]
    whole = [row for row in rows if ID.search(row)]  # what has no id is no one's: a list, a kommune's card
    for n in range(times):
        await conn.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM unnest($1::text[]) AS line,"
            f" jsonb_populate_record(NULL::{table}, line::jsonb) ON CONFLICT DO NOTHING",
            [_another(row, n) for row in whole],
        )


async def _people(conn: asyncpg.Connection, times: int, vault: Vault) -> None:
    ids: Sequence[UUID] = [row["id"] for row in await conn.fetch("SELECT id FROM person")]
    known: dict[UUID, dict[str, Any]] = await vault.open_(conn, ids, _Bench(), "bench")
    for n in range(times):
        await vault.seal(conn, [(UUID(_another(str(id_), n)), _named(data, n)) for id_, data in known.items()])


def _named(data: dict[str, Any], n: int) -> dict[str, Any]:
    """Another e-mail; the name and the phone are shared, as names and switchboards are."""
    return data | {"email": data["email"].replace("@", f"{n}@")} if data.get("email") else data


def _another(text: str, n: int) -> str:
    return ID.sub(lambda found: str(uuid5(UUID(int=n), found[0])), text)
