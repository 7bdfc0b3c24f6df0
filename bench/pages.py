"""Pages at the server with a whole country's leaders, places and placements: `python -m bench.pages`.

Each page is asked for some times, one request at a time, of the running services; how long an answer takes at the
median, and at most. Exit 1 where a median misses the goal.
"""

import asyncio
import base64
import json
import secrets
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
from rich.console import Console
from rich.table import Table

from bench.country import multiply
from deploy.demo.__main__ import START
from deploy.demo.driver import play
from deploy.demo.world import World
from deploy.local.ports import free_pair

LOCAL = Path(__file__).parents[1] / ".local"
GOAL = 0.100  # seconds
WARM, TIMES = 3, 20
LEADERS = PLACES = 10_000
PLACEMENTS = 1_000
FIRST_PORT = 18_101


@dataclass(frozen=True)
class Page:
    service: str
    path: str
    role: str | None = "consultant"
    own: str | None = None


@dataclass(frozen=True)
class Took:
    page: str
    role: str
    median_ms: float
    most_ms: float
    kilobytes: float
    ok: bool


async def longest(conn: asyncpg.Connection, schema: str, kind: str) -> str:
    """The id with the longest story: the hardest to show."""
    found: str = await conn.fetchval(
        f"SELECT id FROM {schema}.aggregate WHERE kind = $1 ORDER BY length(state::text) DESC, id LIMIT 1", kind
    )
    return found


async def pages(database: str) -> list[Page]:
    conn = await asyncpg.connect(database)
    try:
        leader, place = await longest(conn, "intake", "leader"), await longest(conn, "intake", "place")
        referral = await longest(conn, "municipality_gateway", "referral")
        match, placement = await longest(conn, "matching", "match"), await longest(conn, "followup", "placement")
    finally:
        await conn.close()
    return [
        Page("intake", "/", None),
        Page("intake", "/tilmeld", None),
        Page("intake", "/min-side", "leader", leader),
        Page("intake", "/i-dag"),
        Page("intake", "/i-dag?arbejde=ring"),
        Page("intake", f"/ledere/{leader}"),
        Page("intake", f"/pladser/{place}"),
        Page("municipality-gateway", f"/henvendelser/{referral}"),
        Page("municipality-gateway", f"/henvendelser/plads/{place}"),
        Page("municipality-gateway", "/henvendelser", "kommune", "0561"),
        Page("municipality-gateway", "/kommuner"),
        Page("municipality-gateway", "/kommuner/0561"),
        Page("municipality-gateway", "/rute"),
        Page("matching", "/match"),
        Page("matching", f"/match/{match}"),
        Page("matching", f"/match/forslag/{place}"),
        Page("followup", "/forloeb?whose=all"),
        Page("followup", f"/forloeb/{placement}"),
        Page("metrics", "/tal", None),
    ]


async def took(world: World, http: httpx.AsyncClient, page: Page) -> Took:
    headers = {"accept": "text/html"}
    if page.role:
        headers["authorization"] = f"Bearer {world.api.token(page.role, page.own)}"
    seconds = []
    for _ in range(WARM + TIMES):
        began = time.perf_counter()
        answer = await http.get(world.urls[page.service] + page.path, headers=headers)
        seconds.append(time.perf_counter() - began)
        if answer.status_code != httpx.codes.OK or "<h1" not in answer.text:
            raise SystemExit(f"{page.path}: {answer.status_code} {answer.text[:300]}")
    seconds = seconds[WARM:]
    median = statistics.median(seconds)
    path = page.path.split("/")
    name = "/".join(part if len(part) < 36 else "…" for part in path)
    return Took(name, page.role or "-", median * 1000, max(seconds) * 1000, len(answer.content) / 1024, median < GOAL)


async def measured(world: World, master_key: bytes, console: Console) -> list[Took]:
    plays = await play(world, lambda _: None)
    if not all(one.ok for one in plays):
        raise SystemExit("the stories did not end as expected: make demo ARGS=--once")
    conn = await asyncpg.connect(world.stack.database)
    count = "SELECT count(*) FROM {}.aggregate WHERE kind = '{}'"

    async def counted() -> list[int]:
        things = (("intake", "leader"), ("intake", "place"), ("followup", "placement"))
        return [await conn.fetchval(count.format(*thing)) for thing in things]

    leaders, places, placements = await counted()
    times = max(LEADERS // leaders, PLACES // places, PLACEMENTS // placements) + 1
    began = time.perf_counter()
    await multiply(world.stack.database, times, master_key)
    leaders, places, placements = await counted()
    await conn.close()
    console.print(
        f"{leaders:,} leaders, {places:,} places, {placements:,} placements in {time.perf_counter() - began:.0f} s"
    )
    async with httpx.AsyncClient(timeout=60) as http:
        return [await took(world, http, page) for page in await pages(world.stack.database)]


def main() -> int:
    console = Console(width=100)
    master_key = secrets.token_bytes(32)
    LOCAL.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=LOCAL) as home:
        settings = {"LA_MASTER_KEY": base64.b64encode(master_key).decode()}
        with World(Path(home), START, first_port=FIRST_PORT, kafka_port=free_pair(), settings=settings) as world:
            found = asyncio.run(measured(world, master_key, console))
    table = Table("page", "as", "median ms", "at most ms", "kB", title=f"Goal: a median below {GOAL * 1000:.0f} ms")
    for one in found:
        figures = f"{one.median_ms:.0f}", f"{one.most_ms:.0f}", f"{one.kilobytes:.0f}"
        table.add_row(one.page, one.role, *figures, style=None if one.ok else "red")
    console.print(table)
    (LOCAL / "bench").mkdir(exist_ok=True)
    (LOCAL / "bench" / "pages.json").write_text(json.dumps([asdict(one) for one in found], indent=2))
    return 0 if all(one.ok for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
