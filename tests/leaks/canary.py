"""`make canary`: what may lie nowhere is planted wherever people and systems put things, and looked for everywhere.

Contact data are put where they belong, a young person's name and CPR number where they do not. Then every topic, file,
dump, log and figure is searched for all of them, in the ways in which text is written down. In each place something is
hidden on purpose, and has to be found: a search that finds nothing proves nothing.
"""

import asyncio
import base64
import json
import re
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Table

from deploy.demo.world import BIN as COMMANDS
from deploy.demo.world import SERVICES, World
from deploy.local.postgres import BIN
from shared.db import schema_of
from shared.events.topics import BY_NAME, REPLIES
from tests.leaks import topics
from tests.leaks.country import ALL, Things, country, event_of, settled, things_of

HOME = Path(__file__).parents[2] / ".local" / "leaks"
YOUNG = ["Skjoldine Testbarn", "010203-4567", "0102034567"]
CONTROL = "FindMeControl7"
PIECE = 8 << 20  # bytes searched at once
OWN_WRITING = "replies"
"""What a kommune writes on its own topic lies there as it wrote it, for seven days; nowhere else."""


@dataclass
class Place:
    """Where was looked, and what came of it."""

    name: str
    searched: int
    hits: list[str]
    control: bool


LETTERS = "SELECT string_agg(d::text || ' ' || convert_from(coalesce(value, ''), 'LATIN1'), '') FROM {}.dead_letter d"


# -- planting ----------------------------------------------------------------------------------------------------------


async def plant(world: World, things: Things) -> None:
    """A young person's name and number where a careless system or person might put them; and somebody is erased."""
    name, dashed, _ = YOUNG
    code, referral = things.code, {"referral_id": things.ids["referral_id"]}
    token = {"Authorization": f"Bearer {world.api.token('kommune', code)}"}
    consultant = {"Authorization": f"Bearer {world.api.token('consultant')}"}
    gateway, intake = world.urls["municipality-gateway"], world.urls["intake"]
    replies = f"{gateway}/kommuner/{code}/replies"
    async with httpx.AsyncClient(timeout=30) as http:
        for data in ({"cpr": dashed}, {"reason": dashed}, {dashed: 1}, {"name": f"{name} {dashed}"}):
            await http.post(replies, json=event_of("rejected", referral | data), headers=token)
        for field in ("id", "source", "subject"):
            await http.post(replies, json=event_of("seen", referral) | {field: f"{name} {dashed}"}, headers=token)
        for sent in ({"name": f"{name} {dashed}"}, {name: 1}, {"email": name}, {"cvr": dashed}):
            await http.post(f"{intake}/leaders", json=sent)
        await http.post(f"{intake}/leaders", content=f"<{name}> {dashed}", headers={"Content-Type": "text/xml"})
        for email in (name, dashed, f"{dashed}@firma.example"):
            await http.post(f"{intake}/links", json={"email": email})
            await http.get(f"{intake}/min-side/{quote(email)}", headers={"Accept": "text/html"})
        for path in (f"/places/{quote(name)}", f"/places/{dashed}", f"/codes/{quote(name)}", f"/calls?days={dashed}"):
            await http.get(intake + path, headers=consultant)
        await http.get(f"{intake}/calls", headers=consultant | {"X-Note": f"{name} {dashed}", "User-Agent": name})
        keyed = consultant | {"Idempotency-Key": f"{dashed} and more"}
        await http.post(f"{intake}/places", json={"leader_id": things.ids["leader_id"]}, headers=keyed)
        await http.get(f"{intake}/calls", headers={"Authorization": f"Bearer {name}"})
    await _write(world, code, name, dashed, referral)
    await settled(world)
    env = dict(line.removeprefix("export ").split("=", 1) for line in world.shell.read_text().splitlines())
    erase = [COMMANDS / "lederalliancen", "erase", things.ids["leader_id"], "--yes", "--by", "canary"]
    await asyncio.to_thread(_run, erase, env={k: v.strip("'") for k, v in env.items()})
    await settled(world)


async def _write(world: World, code: str, name: str, dashed: str, referral: dict[str, str]) -> None:
    """On the kommune's own topic, past HTTP."""
    sender = AIOKafkaProducer(bootstrap_servers=world.stack.kafka)
    await sender.start()
    structured = [("content-type", b"application/cloudevents+json")]
    binary = [("ce_specversion", b"1.0"), ("ce_id", uuid4().hex.encode()), ("ce_source", b"/system"),
              ("ce_type", b"dk.lederalliancen.reply.seen.v1"), ("ce_time", b"2026-11-30T07:00:00Z")]  # fmt: skip
    good = json.dumps(referral).encode()
    try:
        for value, key, headers in (
            (json.dumps(event_of("seen", referral | {"name": name})).encode(), b"k", structured),
            (json.dumps(event_of("rejected", referral | {"reason": dashed})).encode(), b"k", structured),
            (json.dumps(event_of("seen", referral) | {"id": dashed}).encode(), b"k", structured),
            (json.dumps(event_of("seen", referral) | {"childname": name}).encode(), dashed.encode(), structured),
            (good, name.encode(), [*binary, ("ce_childname", name.encode()), ("x-note", dashed.encode())]),
            (f"{name} {dashed}".encode(), None, binary),
            (f"{name} {dashed}".encode("utf-16"), None, structured),
        ):
            await sender.send_and_wait(REPLIES.of(code), value, key=key, headers=headers)
    finally:
        await sender.stop()


async def hide(world: World) -> None:
    """What has to be found, in each place where something can be put."""
    sender = AIOKafkaProducer(bootstrap_servers=world.stack.kafka, compression_type="gzip")
    await sender.start()
    await sender.send_and_wait("dlq.metrics.v1", CONTROL.encode() * 9)  # so short a text alone is not packed
    await sender.stop()
    admin = await asyncpg.connect(world.stack.database)
    await admin.execute(
        "INSERT INTO intake.access_log (person_id, reader, role, route) VALUES (gen_random_uuid(), $1, '', '')", CONTROL
    )
    await admin.execute("CHECKPOINT")
    await admin.close()
    for name in SERVICES:
        with world.processes.log(name).open("a") as log:
            log.write(f"{CONTROL}\n")


# -- looking -----------------------------------------------------------------------------------------------------------


def written(text: str) -> set[bytes]:
    """How a text may be written down; small letters, as what is searched is made small."""
    raw = text.encode()
    ways = {raw, raw.hex().encode(), quote(text).encode(), text.replace(" ", "+").encode()}
    ways.add(text.encode("utf-16-le").rstrip(b"\0"))  # between its zeros the same as utf-16-be
    ways.add("".join(f"\\u{ord(char):04x}" for char in text).encode())
    ways.add("".join(f"%{byte:02x}" for byte in raw).encode())
    # A hash without a key is as good as the text: there are not that many numbers and addresses to try.
    ways |= {hash_(raw).hexdigest().encode() for hash_ in (md5, sha1, sha256)}
    return {way.lower() for way in ways}


def written_in_base64(text: str) -> set[bytes]:
    """Wherever it begins among others: without the characters that are not its own alone."""
    found = set()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + text.encode()).rstrip(b"=")
        found.add(coded[-(-before * 8 // 6) : -1])
    return found


def unfolded(data: bytes) -> Iterator[bytes]:
    """It, and what lies in it packed by gzip, as a batch of records may."""
    yield data
    for begins in re.finditer(rb"\x1f\x8b\x08", data):
        with suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[begins.start() :], PIECE)


class Search:
    def __init__(self, canaries: Iterable[str]) -> None:
        self._plain = {way: canary for canary in [*canaries, CONTROL] for way in written(canary)}
        self._coded = {way: canary for canary in [*canaries, CONTROL] for way in written_in_base64(canary)}
        self._longest = max(map(len, (*self._plain, *self._coded)))
        self.canaries = len({*self._plain.values()}) - 1

    def all(self, name: str, pieces: Iterable[tuple[str, bytes]], control: str = CONTROL) -> Place:
        place = Place(name, 0, [], control != CONTROL)
        for where, data in ((where, data) for where, folded in pieces for data in unfolded(folded)):
            place.searched += len(data)
            small = data.lower()
            found = {c for way, c in self._plain.items() if way in small}
            found |= {c for way, c in self._coded.items() if way in data}
            place.control |= CONTROL in found
            if control != CONTROL and control.encode() not in data:
                place.hits.append(f"{where}: no {control}, so nothing was seen")
            place.hits += [f"{where}: {canary}" for canary in found - {CONTROL}]
        return place

    def files(self, name: str, root: Path, *, of: str = "*", without: str = "\0") -> Place:
        def pieces() -> Iterator[tuple[str, bytes]]:
            for path in sorted(p for p in root.rglob(of) if p.is_file() and without not in str(p.relative_to(root))):
                with path.open("rb") as file:
                    tail = b""
                    while data := file.read(PIECE):
                        yield str(path.relative_to(root)), tail + data
                        tail = data[-self._longest :]

        return self.all(name, pieces())


async def look(world: World, canaries: Iterable[str]) -> list[Place]:
    search, home = Search(canaries), world.home
    read = topics.records(world.stack.kafka, (name for name in BY_NAME if f".{OWN_WRITING}." not in name))
    pieces = [(f"{record.topic}@{record.offset}", topics.whole(record)) async for record in read]
    places = [search.all("topics, as consumers read them", pieces)]
    admin = await asyncpg.connect(world.stack.database)
    await admin.execute("CHECKPOINT")
    places.append(search.files("segments of Kafka", home / "kafka", of="*.log", without=f".{OWN_WRITING}."))
    places.append(search.files("database files", home / "postgres", without="pg_wal/"))
    places.append(search.files("write-ahead log", home / "postgres" / "pg_wal"))
    places.append(search.all("rows, as text", [piece async for piece in _rows(admin)]))
    kept = [str(await admin.fetchval(LETTERS.format(schema_of(name)))) for name in SERVICES]
    places.append(search.all("dead letters", [("all services", "".join(kept).encode())], control="personal-data"))
    await admin.close()
    dump = await asyncio.to_thread(_dump, world.stack.database)
    places.append(search.all("a dump", [("pg_dump", dump)]))
    places.append(await _restored(world, search, dump))
    places.append(search.files("logs", home / "logs"))
    for path, known in (
        ("/metrics", "lederalliancen_collected"),
        ("/health/ready", "progress"),
        ("/openapi.json", "paths"),
    ):
        places.append(search.all(path, [piece async for piece in _answers(world, path, SERVICES)], control=known))
    places.append(
        search.all("/kpis", [piece async for piece in _answers(world, "/kpis", ("metrics",))], control="funnel")
    )
    return places


async def _rows(conn: asyncpg.Connection) -> AsyncIterator[tuple[str, bytes]]:
    """Every row of every table of ours, unpacked by the database itself."""
    tables = await conn.fetch(
        "SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname = ANY($1)",
        [schema_of(name) for name in SERVICES],
    )
    for table in tables:
        name = f"{table['schema']}.{table['name']}"
        text = await conn.fetchval(f"SELECT string_agg(t::text, chr(10)) FROM {name} t")
        yield name, (text or "").encode()


def _dump(url: str) -> bytes:
    return _run([BIN / "pg_dump", url])


def _run(command: list[Any], **options: Any) -> bytes:
    done: subprocess.CompletedProcess[bytes] = subprocess.run(command, capture_output=True, check=True, **options)
    return done.stdout


async def _restored(world: World, search: Search, dump: bytes) -> Place:
    """The dump in a database of its own."""
    admin = await asyncpg.connect(world.stack.database)
    await admin.execute("CREATE DATABASE restored")
    url = world.stack.database.replace("/lederalliancen?", "/restored?")
    command = [BIN / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url]
    await asyncio.to_thread(_run, command, input=dump)
    there = await asyncpg.connect(url)
    place = search.all("a restored dump, rows as text", [piece async for piece in _rows(there)])
    await there.close()
    await admin.execute("DROP DATABASE restored")
    await admin.close()
    return place


async def _answers(world: World, path: str, services: Iterable[str]) -> AsyncIterator[tuple[str, bytes]]:
    headers = {} if path == "/metrics" else {"Authorization": f"Bearer {world.api.token('operator')}"}
    async with httpx.AsyncClient(timeout=30) as http:
        for name in services:
            yield name, (await http.get(world.urls[name] + path, headers=headers)).content


async def scan(world: World, things: dict[str, Things]) -> list[Place]:
    """Plant, hide, look."""
    await plant(world, next(iter(things.values())))
    await hide(world)
    names = {word for one in things.values() for word in one.words if not word.startswith("Firma")}
    return await look(world, [*YOUNG, *names])


async def everywhere(codes: list[str]) -> list[Place]:
    async with country(HOME) as world:
        return await scan(world, await things_of(world, codes))


def main() -> None:
    begun = time.monotonic()
    places = asyncio.run(everywhere(ALL[:6]))
    table = Table("place", "bytes searched", "hits", "what was hidden is found", title="Canaries")
    for place in places:
        table.add_row(place.name, f"{place.searched:,}", str(len(place.hits)), "yes" if place.control else "NO")
    console = Console()
    console.print(table)
    for place in places:
        for hit in place.hits[:20]:
            console.print(f"{place.name}: {hit}", style="red", markup=False)
    hits = sum(len(place.hits) for place in places)
    console.print(f"{hits} hits, {time.monotonic() - begun:.0f} seconds")
    sys.exit(bool(hits) or not all(place.control for place in places))


if __name__ == "__main__":
    main()
