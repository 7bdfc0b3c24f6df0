"""`make pairs`: everybody against the things of everybody else, on every route and every topic.

Each kommune asks for what belongs to each other one, and each leader likewise; so does one with a token that is bound
to nobody. What comes must be what comes for an id that is nowhere, and must not hold anything of theirs; nothing may
change, and nothing may be said to others.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import uvloop
from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Table
from uuid_utils import uuid7

from deploy.demo.__main__ import START
from deploy.demo.world import SERVICES, World
from shared.db import schema_of
from shared.events.topics import BY_NAME, REFERRALS, REPLIES
from tests.contracts.examples.replies import examples
from tests.leaks import topics
from tests.leaks.country import ALL, Things, at_one_place, country, event_of, settled, things_of
from tests.leaks.routes import BODIES, GIVEN, ROLES, Route, routes, shows, told

HOME = Path(__file__).parents[2] / ".local" / "leaks"
AT_ONCE = 10
NOWHERE = str(uuid7())  # as young as theirs: what an id says of its age is no secret (ADR 14)
ON_KAFKA = "Kafka, replies of every kind"
# What reading and refusing leaves behind; all other tables stay as they are.
LEFT_BEHIND = {
    "access_log", "consumed", "dead_letter", "idempotency", "inbox", "link", "outbox", "reply", "said", "seen",
    "stream",
}  # fmt: skip
# A kommune that uses an id of another one's is told so, and not that it is nowhere: these codes are published.
TOLD_APART = {"not-yours", "unknown-id"}


@dataclass
class Found:
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    leaked: Counter[tuple[str, str]] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    records: int = 0
    told_apart: int = 0
    """Replies about another's that were answered with `not-yours`."""

    def leak(self, role: str, what: str, why: str) -> None:
        self.leaked[role, what] += 1
        self.leaks.append(f"{role}, {what}: {why}")


def replies() -> Iterator[tuple[str, dict[str, str]]]:
    """One of each kind that the gateway hears about what is there; the ids as `{referral_id}`."""
    [gateway] = entry_points(group="lederalliancen.services", name="municipality-gateway")
    for example in (e for e in examples() if type(e) in gateway.load().handlers.routes):
        what = example.TYPE.split(".")[3]
        data = example.model_dump(mode="json", by_alias=True, exclude_none=True)
        named = data | {name: f"{{{name}}}" for name in data if name.endswith("_id")}
        if "on" in named:  # what has happened has happened by today
            named["on"] = START.date().isoformat()
        if what != "candidate-registered":  # it makes the id one's own, as anybody may
            yield what, named
        if "match_id" in data and "stage_id" in type(example).model_fields:
            yield what, {name: v for name, v in named.items() if name != "match_id"} | {"stage_id": "{stage_id}"}


class Asking:
    def __init__(self, world: World, things: dict[str, Things]) -> None:
        self.world, self.things, self.found = world, things, Found()
        names = next(iter(things.values())).ids
        self._nowhere = Things("nowhere", dict.fromkeys(names, NOWHERE) | {"code": "0999", "kommune": "9999"})
        self._owners = {id_: code for code, mine in things.items() for id_ in mine.ids.values()}
        self._http: dict[str, httpx.AsyncClient] = {}
        self._replies: dict[str, tuple[str, str, str]] = {}
        """By its id: who gave it, about whose thing, and what it says."""

    async def everything(self) -> Found:
        first = next(iter(self.things))
        at_place = await at_one_place(self.world, self.things[first])
        own = ("referral_id", "candidate_id", "match_id", "reply_id")
        self._owners |= {mine.ids[name]: code for code, mine in at_place.items() for name in own}
        before, rows = await self._said(), await self._rows()
        async with AsyncExitStack() as around:
            limits = httpx.Limits(keepalive_expiry=2)  # seconds; well before a service lets go of them
            for name in SERVICES:  # apart: a client looks through all its connections at each request
                client = httpx.AsyncClient(timeout=60, limits=limits)
                self._http[name] = await around.enter_async_context(client)
            at_once = asyncio.Semaphore(AT_ONCE)

            async def asks(role: str, mine: Things) -> None:
                async with at_once:
                    await self._asks(role, mine)

            nobody = Things("nobody")
            await asyncio.gather(*(asks(role, mine) for role in ROLES for mine in [nobody, *self.things.values()]))
            await asyncio.gather(*(self._neighbours(mine, at_place) for mine in at_place.values()))
            await self._write()
            await settled(self.world)
            self._check_unchanged(rows, await self._rows())
            await self._check_topics(before)
            await self._check_readers(set(at_place))
            await self._prove(self.things[first])
        return self.found

    # -- routes --------------------------------------------------------------------------------------------------------

    async def _asks(self, role: str, mine: Things) -> None:
        """Everything that this one can ask: for what is nowhere, and then for what is each other one's."""
        others = [theirs for theirs in self.things.values() if theirs is not mine]
        everything = set[str]().union(*(theirs.secrets for theirs in others)) - mine.secrets
        for route in routes():
            if role not in route.roles:
                await self._refused(route, role, mine, others[0])
                continue
            if not route.path.count("{") and route.method == "GET" and not route.queries:
                self._shows(route, role, mine, everything, await self._ask(route, role, mine, {}))
            elif mine.ids and route.shows_ones_own:
                await self._shown(route, role, mine, everything)
            for mix in route.mixes:
                if set(route.names) - mix <= mine.ids.keys():
                    await self._same(route, role, mine, mix, others)

    async def _refused(self, route: Route, role: str, mine: Things, theirs: Things) -> None:
        for whose in (theirs, self._nowhere):
            answer = await self._ask(route, role, mine, whose.ids)
            if answer.status_code != httpx.codes.FORBIDDEN:
                self.found.leak(role, route.name, f"{mine.code} got {answer.status_code}, not 403")

    async def _shown(self, route: Route, role: str, mine: Things, secrets: set[str]) -> None:
        """What is one's own must come: else nothing would be proved by what does not."""
        answer = await self._ask(route, role, mine, mine.ids)
        if answer.status_code != httpx.codes.OK:
            self.found.leak(role, route.name, f"{mine.code} got {answer.status_code} for its own: it proves nothing")
        self._shows(route, role, mine, secrets, answer)

    def _shows(self, route: Route, role: str, mine: Things, secrets: set[str], answer: httpx.Response) -> None:
        if shown := shows(answer.text, secrets):
            self.found.leak(role, route.name, f"{mine.code} sees {sorted(shown)[:3]}")

    async def _same(self, route: Route, role: str, mine: Things, mix: frozenset[str], others: list[Things]) -> None:
        nowhere = None
        for theirs in (self._nowhere, *others):
            sent = {n: (theirs if n in mix else mine).ids[n] for n in route.names} | {"event_id": str(uuid4())}
            if route.name.endswith("/replies") and "code" not in mix:
                self._replies[sent["event_id"]] = mine.code, theirs.code, "seen, over HTTP"
            answer = await self._ask(route, role, mine, sent)
            said = told(answer, sent)
            nowhere = nowhere or said
            if said != nowhere:
                why = f"{mine.code} about {theirs.code}: {_short(said)} and not {_short(nowhere)}"
                self.found.leak(role, route.name, why)
            if shown := shows(answer.text, theirs.secrets - mine.secrets - {*sent.values()}):
                self.found.leak(role, route.name, f"{mine.code} sees {shown} of {theirs.code}")

    async def _neighbours(self, mine: Things, at_place: dict[str, Things]) -> None:
        """Several kommuner are asked about one place: each sees its own part of it, and that there is."""
        others = set[str]().union(*(theirs.secrets for theirs in at_place.values() if theirs is not mine))
        for route in routes():
            if "kommune" in route.roles and route.method == "GET" and set(route.names) <= mine.ids.keys():
                answer = await self._ask(route, "kommune", mine, mine.ids)
                led_on = route.page and answer.is_redirect  # to one's own page
                if not (answer.is_success or led_on or route.path.endswith("/place")):
                    self.found.leak("kommune", route.name, f"{mine.code} got {answer.status_code} at a shared place")
                self._shows(route, "kommune", mine, others - mine.secrets, answer)

    async def _prove(self, mine: Things) -> None:
        """Last, as it changes things: whose it is gets further with the same request than what is nowhere."""
        for route in routes():
            for role in sorted(route.roles & ROLES.keys()):
                if route.name in BODIES:
                    answer = await self._ask(route, role, mine, mine.ids | {"event_id": str(uuid4())})
                    decided = answer.is_success or answer.json()["type"].endswith(":refused")
                    if not decided:
                        self.found.leak(role, route.name, f"{answer.text} for its own: it proves nothing")

    async def _ask(self, route: Route, role: str, mine: Things, ids: dict[str, str]) -> httpx.Response:
        ids = {**GIVEN, "event_id": NOWHERE, **ids}
        body = BODIES.get(route.name)
        self.found.asked[role, route.name] += 1
        return await self._http[route.service].request(
            route.method,
            self.world.urls[route.service] + _filled(route.path, ids),
            params={name: ids[name] for name in route.queries if name in ids},
            json=json.loads(_filled(json.dumps(body), ids)) if body else None,
            headers={"Authorization": f"Bearer {self.world.api.token(role, mine.ids.get(ROLES[role]))}"}
            | ({"Accept": "text/html"} if route.page else {}),
        )

    # -- rows ----------------------------------------------------------------------------------------------------------

    async def _rows(self) -> dict[str, str]:
        """A digest of each table that nothing here may change."""
        admin = await asyncpg.connect(self.world.stack.database)
        try:
            tables = await admin.fetch(
                "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
                " WHERE schemaname = ANY($1) AND NOT tablename = ANY($2)",
                [schema_of(name) for name in SERVICES],
                list(LEFT_BEHIND),
            )
            # A mail goes out when it goes out: what it is about stays.
            sent = "SELECT id, template, person_id, about FROM {}"
            digest = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM ({}) t"
            whole = {name: sent if name.endswith(".mail") else "SELECT * FROM {}" for (name,) in tables}
            return {name: await admin.fetchval(digest.format(rows.format(name))) for name, rows in whole.items()}
        finally:
            await admin.close()

    def _check_unchanged(self, before: dict[str, str], after: dict[str, str]) -> None:
        for table in (name for name in before if before[name] != after[name]):
            self.found.leak("anybody", f"rows of {table}", "changed")

    async def _check_readers(self, at_place: set[str]) -> None:
        """Nobody's contact data were opened for another one, but to those who are asked about the leader's place."""
        first = next(iter(self.things))
        admin = await asyncpg.connect(self.world.stack.database)
        for schema in ("intake", "municipality_gateway"):
            log = f"SELECT person_id::text AS person, reader FROM {schema}.access_log WHERE reader ~ $1"
            for row in await admin.fetch(log, "^local-(kommune|leader)"):
                owner, reader = self._owners.get(row["person"]), row["reader"].split("-", 2)[2]
                may = {owner, *(at_place if owner == first else ())}
                if owner and reader not in may | {self.things[owner].ids["leader_id"]}:
                    self.found.leak("anybody", "contact data", f"{reader} read {row['person']} of {owner}")
        await admin.close()

    # -- topics --------------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        """Each kommune says each thing that can be said, on its own topic, about what is each other one's."""
        kinds = list(replies())
        sender = AIOKafkaProducer(bootstrap_servers=self.world.stack.kafka, linger_ms=20)
        await sender.start()
        for n, mine in enumerate(self.things.values()):
            for theirs in (self._nowhere, *self.things.values()):
                for what, data in kinds if theirs is not mine else ():
                    event = event_of(what, json.loads(_filled(json.dumps(data), theirs.ids)))
                    self._replies[event["id"]] = mine.code, theirs.code, f"{what} {sorted(data)}"
                    self.found.asked["kommune", ON_KAFKA] += 1
                    headers = [("content-type", b"application/cloudevents+json")]
                    await sender.send(REPLIES.of(mine.code), json.dumps(event).encode(), headers=headers)
            await sender.flush()
            if n % 5 == 4:  # as much as is read in the time that a world is waited for
                await settled(self.world)
        await sender.stop()

    async def _said(self) -> Counter[tuple[str, str]]:
        names = [name for name, topic in BY_NAME.items() if topic.producer != "kommune"]
        return Counter([(r.topic, topics.what(r)) async for r in topics.records(self.world.stack.kafka, names)])

    async def _check_topics(self, before: Counter[tuple[str, str]]) -> None:
        """Nothing was said but to the askers, that they changed nothing; and their topics name nothing of another's."""
        names = [name for name, topic in BY_NAME.items() if topic.producer != "kommune"]
        words = {word.encode() for mine in self.things.values() for word in mine.words}
        any_word = re.compile(b"|".join(map(re.escape, sorted(words))))
        of_kommune = {REFERRALS.of(code): code for code in {*self._owners.values()}}
        answers: dict[str, dict[str, Any]] = {}
        said: Counter[tuple[str, str]] = Counter()
        async for record in topics.records(self.world.stack.kafka, names):
            self.found.records += 1
            whole, what, where = topics.whole(record), topics.what(record), f"{record.topic}@{record.offset}"
            said[record.topic, what] += 1
            if shown := any_word.search(whole):
                self.found.leak("anybody", record.topic, f"{where} shows {shown[0]!r}")
            if not (code := of_kommune.get(record.topic)):
                continue
            data = json.loads(record.value)
            asked = self._replies.get(data.get("reply", ""))
            if asked:
                answers[data["reply"]] = data | {"answer": what}
            about = asked[1] if asked and asked[0] == code else code
            if others := {self._owners.get(id_, code) for id_ in topics.ids_in(whole)} - {code, about}:
                self.found.leak("anybody", record.topic, f"{where} names things of {sorted(others)}")
        for (topic, what), n in (said - before).items():
            if not (what == "reply.refused" and topic.startswith("k.")) and not topic.startswith("dlq."):
                self.found.leak("anybody", topic, f"{n} x {what} were said")
        self._check_answers(answers)

    def _check_answers(self, answers: dict[str, dict[str, Any]]) -> None:
        """A reply about another's is refused, as one about what is nowhere."""
        nowhere = {(a, what): answers.get(id_) for id_, (a, about, what) in self._replies.items() if about == "nowhere"}
        for id_, (asker, about, what) in self._replies.items():
            answer, other = answers.get(id_, {}), nowhere[asker, what] or {}
            refused = answer.get("answer") == other.get("answer") == "reply.refused"
            rules = {answer.get("rule"), other.get("rule")}
            if not refused or answer["field"] != other["field"] or not rules <= TOLD_APART:
                self.found.leak("kommune", ON_KAFKA, f"{asker} says {what} about {about}: {answer} and not {other}")
            self.found.told_apart += len(rules) > 1


def _short(said: tuple[int, str, str]) -> str:
    status, headers, body = said
    return f"{status} {body[:150]} ({len(headers)} of headers)"


def _filled(text: str, ids: dict[str, str]) -> str:
    """KeyError where nobody here knows that name."""
    return re.sub(r"{(\w+)}", lambda part: ids[part[1]], text)


async def ask_all(codes: list[str]) -> Found:
    async with country(HOME, LA_LOG_LEVEL="error") as world:
        return await Asking(world, await things_of(world, codes)).everything()


def main() -> None:
    begun = time.monotonic()
    codes = ALL[: int(sys.argv[1])] if sys.argv[1:] else ALL
    found = uvloop.run(ask_all(codes))
    table = Table(title=f"{len(codes)} kommuner and as many leaders, each about each other")
    for column in ("role", "route", "asked", "leaks"):
        table.add_column(column, justify="right" if column in ("asked", "leaks") else "left")
    for role, name in sorted({*found.asked, *found.leaked}):
        table.add_row(role, name, f"{found.asked[role, name]:,}", str(found.leaked[role, name]))
    console = Console()
    console.print(table)
    console.print(
        f"{sum(found.asked.values()):,} requests and replies, {found.records:,} records on the topics, "
        f"{time.monotonic() - begun:.0f} seconds: {len(found.leaks)} leaks; "
        f"{found.told_apart:,} replies were answered with `not-yours`"
    )
    for leak in found.leaks[:40]:
        console.print(leak, style="red", markup=False)
    sys.exit(bool(found.leaks))


if __name__ == "__main__":
    main()
