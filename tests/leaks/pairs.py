"""`make pairs`: everybody against the things of everybody else, on every route and every topic.

Each kommune asks for what belongs to each other one, and each leader likewise. What comes must be what comes for an id
that is nowhere, and must not hold anything of theirs; nothing may change, and nothing may be said to others.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table

from deploy.demo.world import SERVICES, World
from shared.events.topics import BY_NAME, REFERRALS
from shared.settings import Settings
from shared.web.access import access_of_routes
from tests.leaks.country import ALL, Things, country, event_of, settled, things_of

HOME = Path(__file__).parents[2] / ".local" / "leaks"
AT_ONCE = 16
ROLES = {"kommune": "code", "leader": "leader_id"}
"""Who sees only their own, and the id to which their token is bound."""
NOWHERE = "00000000-0000-7000-8000-000000000000"
UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

# What is asked for with a body; whose it is stands in the path, or as `{...}` in the body.
BODIES: dict[str, dict[str, Any]] = {
    "POST /places/{place_id}/pause": {"reason": "busy"},
    "POST /places/{place_id}/reopen": {"agreed_at": "2026-11-30"},
    "POST /places/{place_id}/close": {"reason": "changed-mind"},
    "POST /companies/{company_id}/people": {"leader_id": "{leader_id}", "name": "En Kollega"},
    "POST /leaders/{leader_id}/development": {"codes": ["patience"]},
    "POST /matches/{match_id}/approvals": {"answer": "no", "reason": "not-now"},
    "POST /placements/{placement_id}/checkins": {"kind": "first-day", "answered": True},
    "POST /placements/{placement_id}/learning": {"goals": ["cooperation"]},
    "POST /challenges": {"about": "placement", "about_id": "{placement_id}", "code": "C-PACE"},
    "POST /kommuner/{code}/replies": event_of("seen", {"referral_id": "{referral_id}"}),
}
QUERIES = {"place_id"}
# On the asker's own topic, about what is another's: taken in, and refused there.
REPLIES: list[tuple[str, dict[str, Any]]] = [
    ("accepted", {"referral_id": "{referral_id}"}),
    ("rejected", {"referral_id": "{referral_id}", "reason": "no-capacity"}),
    ("young-person-answered", {"match_id": "{match_id}", "answer": "no"}),
    ("candidate-withdrawn", {"candidate_id": "{candidate_id}", "reason": "moved"}),
    ("voice-passed-on", {"placement_id": "{placement_id}", "wellbeing": 1}),
    ("outcome-reported", {"placement_id": "{placement_id}", "outcome": "O-UNKNOWN", "on": "2026-11-30"}),
]


@dataclass(frozen=True)
class Route:
    service: str
    method: str
    path: str
    roles: frozenset[str]
    queries: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Found:
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    records: int = 0


def routes() -> Iterator[Route]:
    """All routes of all services that are somebody's only; one whose parameter nobody knows here fails."""
    for service in SERVICES:
        [entry] = entry_points(group="lederalliancen.services", name=service)
        config = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key="k" * 40)
        app = entry.load().app(config)
        documented = app.openapi()["paths"]
        for name, roles in access_of_routes(app):
            method, path = name.split(" ")
            if roles:
                asked = documented[path][method.lower()].get("parameters", ())
                queries = {p["name"] for p in asked if p["in"] == "query"}
                yield Route(service, method, path, roles, frozenset(queries & QUERIES))


class Asking:
    def __init__(self, world: World, things: dict[str, Things]) -> None:
        self.world, self.things, self.found = world, things, Found()
        self._nowhere = Things("", dict.fromkeys(next(iter(things.values())).ids, NOWHERE) | {"code": "0999"})
        self._answers: dict[tuple[str, str, str], tuple[int, str]] = {}
        self._http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=AT_ONCE))

    async def everything(self) -> Found:
        before = await self._said()
        work = [self._own_role(role, code) for role in ROLES for code in self.things]
        work += [self._pair(role, a, b) for role in ROLES for a, b in permutations(self.things, 2)]
        at_once = asyncio.Semaphore(AT_ONCE)

        async def one(asking: Any) -> None:
            async with at_once:
                await asking

        await asyncio.gather(*map(one, work))
        await settled(self.world)
        self._check_unsaid(before, await self._said())
        await self._check_topics()
        await self._http.aclose()
        return self.found

    # -- routes --------------------------------------------------------------------------------------------------------

    async def _own_role(self, role: str, code: str) -> None:
        """Lists show the asker's own alone; a route for others refuses the role, whatever is asked for.

        What is one's own must come: else nothing here would be proved by what does not.
        """
        mine = self.things[code]
        others = set[str]().union(*(t.secrets for c, t in self.things.items() if c != code)) - mine.secrets
        for route in routes_once():
            about = mine if role not in route.roles or "{" in route.path else None
            if about and role in route.roles and route.method != "GET":
                continue
            answer = await self._ask(route, role, mine, about)
            if about and role in route.roles and answer.status_code != httpx.codes.OK:
                self._leak(route.name, role, code, "its own", f"{answer.status_code}, and proves nothing")
            if role not in route.roles and answer.status_code != httpx.codes.FORBIDDEN:
                self._leak(route.name, role, code, "anybody", f"{answer.status_code}, not 403")
            if shown := [secret for secret in others if secret in answer.text]:
                self._leak(route.name, role, code, "others", f"{answer.status_code} shows {shown[:3]}")

    async def _pair(self, role: str, asker: str, owner: str) -> None:
        mine, theirs = self.things[asker], self.things[owner]
        for route in routes_once():
            if role not in route.roles or not ("{" in route.path or route.queries or route.name in BODIES):
                continue
            answer = await self._ask(route, role, mine, theirs)
            nowhere = await self._of_nowhere(route, role, mine)
            if (answer.status_code, told(answer)) != nowhere:
                self._leak(route.name, role, asker, owner, f"{answer.status_code} {answer.text[:200]} not {nowhere}")
            if shown := {s for s in theirs.secrets - mine.secrets if s in answer.text and s not in str(answer.url)}:
                self._leak(route.name, role, asker, owner, f"{answer.status_code} shows {shown}")
        if role == "kommune":
            n = list(self.things).index(asker) + list(self.things).index(owner)
            what, data = REPLIES[n % len(REPLIES)]
            route = Route("municipality-gateway", "POST", f"/kommuner/{asker}/replies", frozenset(), frozenset())
            name = f"{what} about another's, on one's own topic"
            answer = await self._ask(route, role, mine, theirs, event_of(what, data), name)
            if answer.status_code != httpx.codes.ACCEPTED:
                self._leak(what, role, asker, owner, f"{answer.status_code} {answer.text[:200]}")

    async def _of_nowhere(self, route: Route, role: str, mine: Things) -> tuple[int, str]:
        """What comes for ids that are nowhere, asked once for each asker."""
        key = route.name, role, mine.code
        if key not in self._answers:
            answer = await self._ask(route, role, mine, self._nowhere)
            self._answers[key] = answer.status_code, told(answer)
            if route.method != "GET" and answer.status_code != httpx.codes.NOT_FOUND:
                self._leak(
                    route.name, role, mine.code, "nothing", f"{answer.status_code}: it is the body that is wrong"
                )
        return self._answers[key]

    async def _ask(
        self,
        route: Route,
        role: str,
        mine: Things,
        theirs: Things | None,
        body: dict[str, Any] | None = None,
        name: str = "",
    ) -> httpx.Response:
        ids = theirs.ids if theirs else {}
        given = {"list_name": "sectors", "consultant": "en-konsulent", "attempt": "1", "person_id": NOWHERE}
        path = re.sub(r"{(\w+)}", lambda part: (given | ids)[part[1]], route.path)
        query = {name: ids[name] for name in route.queries if theirs}
        body = body or BODIES.get(route.name)
        sent = json.loads(_filled(json.dumps(body), ids)) if body else None
        if sent and "specversion" in sent:
            sent["id"] = str(uuid4())
        token = self.world.api.token(role, mine.ids[ROLES[role]])
        self.found.asked[role, name or route.name] += 1
        return await self._http.request(
            route.method,
            self.world.urls[route.service] + path,
            params=query,
            json=sent,
            headers={"Authorization": f"Bearer {token}"},
        )

    def _leak(self, what: str, role: str, asker: str, owner: str, why: str) -> None:
        self.found.leaks.append(f"{what} as {role} {asker} about {owner}: {why}")

    # -- topics --------------------------------------------------------------------------------------------------------

    async def _records(self, begins: dict[str, int] | None = None) -> list[Any]:
        """All that lies on the topics of events, from these offsets on."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.world.stack.kafka, auto_offset_reset="earliest")
        await consumer.start()
        try:
            names = [name for name, topic in BY_NAME.items() if topic.producer != "kommune"]
            partitions = [TopicPartition(n, p) for n in names for p in range(BY_NAME[n].partitions)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning()
            ends = await consumer.end_offsets(partitions)
            found = []
            while any([await consumer.position(at) < end for at, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=500, max_records=10_000)).values():
                    found += records
            return found
        finally:
            await consumer.stop()

    async def _said(self) -> Counter[tuple[str, str]]:
        types: Counter[tuple[str, str]] = Counter()
        for record in await self._records():
            type_ = dict(record.headers).get("ce_type", b"").decode()
            types[record.topic, type_.removeprefix("dk.lederalliancen.").removesuffix(".v1")] += 1
        return types

    def _check_unsaid(self, before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> None:
        """Only the asker was told, that its reply changed nothing."""
        for (topic, type_), n in (after - before).items():
            told_the_asker = type_ == "reply.refused" and topic.startswith("k.")
            if not told_the_asker and not topic.startswith("dlq."):
                self.found.leaks.append(f"{n} x {type_} were said on {topic}")

    async def _check_topics(self) -> None:
        """A kommune's topic names nothing of another's; what it asked for itself is said back in its refusals."""
        owner = {id_: code for code, things in self.things.items() for id_ in things.ids.values()}
        words = {word: code for code, things in self.things.items() for word in things.words}
        of_kommune = {REFERRALS.of(code): code for code in self.things}
        for record in await self._records():
            self.found.records += 1
            whole = b" ".join([record.key or b"", record.value or b"", *(v or b"" for _, v in record.headers)])
            if shown := [word for word in words if word.encode() in whole]:
                self.found.leaks.append(f"{record.topic}@{record.offset} shows {shown}")
            mine = of_kommune.get(record.topic)
            if mine and b"reply.refused" not in dict(record.headers).get("ce_type", b""):
                others = {owner[id_] for id_ in map(bytes.decode, UUID.findall(whole)) if id_ in owner} - {mine}
                if others:
                    self.found.leaks.append(f"{record.topic}@{record.offset} names things of {sorted(others)}")


def told(answer: httpx.Response) -> str:
    """Without what is of this one asking: its number, and ids that were made for it."""
    text = re.sub(r'"correlation_id":"[^"]*"', "", answer.text)
    return re.sub(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b\d{4}\b", "?", text)


def _filled(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda part: ids.get(part[1], part[0]), text)


_ROUTES: list[Route] = []


def routes_once() -> list[Route]:
    if not _ROUTES:
        _ROUTES.extend(routes())
    return _ROUTES


async def ask_all(codes: list[str]) -> Found:
    async with country(HOME) as world:
        return await Asking(world, await things_of(world, codes)).everything()


def main() -> None:
    begun = time.monotonic()
    codes = ALL[: int(sys.argv[1])] if sys.argv[1:] else ALL
    found = asyncio.run(ask_all(codes))
    table = Table("role", "route", "asked", title=f"{len(codes)} kommuner and as many leaders, each about each other")
    for (role, name), asked in sorted(found.asked.items()):
        table.add_row(role, name, f"{asked:,}")
    console = Console()
    console.print(table)
    console.print(
        f"{sum(found.asked.values()):,} requests, {found.records:,} records on the topics, "
        f"{time.monotonic() - begun:.0f} seconds: {len(found.leaks)} leaks"
    )
    for leak in found.leaks[:40]:
        console.print(leak, style="red", markup=False)
    sys.exit(bool(found.leaks))


if __name__ == "__main__":
    main()
