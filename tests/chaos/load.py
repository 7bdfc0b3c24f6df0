"""Leaders and kommuner who go the whole way, so many at a time: from signing up to a match that all agree to.

Requests go to the replicas in turn, as through a proxy, and again where one is not there; replies go over Kafka, as
from a kommune's own system. What is to happen once is in the ledger before it is asked.
"""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from stdnum.dk import cvr

from shared.events.topics import REFERRALS, REPLIES
from shared.web.access import mint
from tests.chaos.ledger import Ledger
from tests.leaks.country import FRAME, TASK, event_of, postnr_of, profile

CODES = ("0101", "0461", "0561", "0657", "0751", "0851")
PATIENCE = 60.0  # seconds that an answer, or what follows from it, may take
EVENTS = 33
"""How many the services say of one journey, on their topics and to its kommune."""
AGAIN = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)


class NotSo(Exception):  # noqa: N818 - what a journey can come to
    """A request was refused, or nothing came of it. `refused`: for certain nothing was done."""

    def __init__(self, words: str, *, refused: bool = False) -> None:
        super().__init__(words)
        self.refused = refused


@dataclass
class Seen:
    """What the load saw: each request as (when it was first sent, how long until its answer, how often again)."""

    requests: list[tuple[float, float, int]] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    begun: int = 0
    ended: int = 0


class Load:
    """`urls`: of each service, its replicas'. `today` is the day of the services' calendar."""

    def __init__(self, urls: Mapping[str, Sequence[str]], kafka: str, key: str, ledger: Ledger, today: str) -> None:
        self._urls, self._turn = urls, {name: count() for name in urls}
        self._kafka, self._key, self._ledger, self._today = kafka, key, ledger, today
        self._tokens: dict[tuple[str, str | None], str] = {}
        self._companies, self._codes = _companies(), cycle(CODES)
        self._postnr = {code: postnr_of(code) for code in CODES}
        self._awaited: dict[tuple[str, str], asyncio.Future[dict[str, Any]]] = {}
        self._journeys: set[asyncio.Task[None]] = set()
        self.seen = Seen()

    async def __aenter__(self) -> Self:
        self._http = httpx.AsyncClient(timeout=20, limits=httpx.Limits(keepalive_expiry=2))
        self._producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all", enable_idempotence=True)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka, auto_offset_reset="latest")
        await asyncio.gather(self._producer.start(), self._consumer.start())
        self._consumer.assign([TopicPartition(REFERRALS.of(code), 0) for code in CODES])
        await self._consumer.seek_to_end()
        self._hearing = asyncio.create_task(self._hear())
        for code in CODES:
            contact = {"role": "youth-unit", "name": "Ungeenheden", "valid_from": "2026-01-01", "phone": "+4520123456"}
            path = f"/kommuner/{code}/contacts/{uuid4()}"
            await self._ask("municipality-gateway", "PUT", path, contact)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for task in (self._hearing, *self._journeys):
            task.cancel()
        await asyncio.gather(self._http.aclose(), self._producer.stop(), self._consumer.stop())

    async def run(self, events_a_second: float, stop: asyncio.Event) -> None:
        """Begin journeys at that pace until told to stop; returns when all have come to their end."""
        begun = time.monotonic()
        for n in count():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), max(0.001, begun + n * EVENTS / events_a_second - time.monotonic()))
            if stop.is_set():
                break
            journey = asyncio.create_task(self._journey(n))
            self._journeys.add(journey)
            journey.add_done_callback(self._journeys.discard)
        await asyncio.gather(*self._journeys)

    async def _journey(self, number: int) -> None:
        self.seen.begun += 1
        try:
            await self._whole_way(number, next(self._codes), next(self._companies))
            self.seen.ended += 1
        except Exception as error:
            self.seen.errors.append(f"journey {number}: {error!r}")

    async def _whole_way(self, number: int, code: str, company: str) -> None:
        email = f"leder{number}@firma.example"
        leader = {"name": f"Leder {number}", "email": email, "phone": f"2012{number % 10_000:04}", "kommune": code}
        leader |= {
            "company_name": f"Firma {number}",
            "cvr": company,
            "postnr": self._postnr[code],
            "sector": "transport",
        }
        leader_id = await self._sign_up(leader)

        mine = {"leader_id": leader_id}
        await self._decide("call", mine, "intake", f"/leaders/{leader_id}/calls", {"outcome": "reached"})
        place = FRAME | mine | {"tasks": [{"task_id": TASK}], "max_kommuner": 1}
        place_id = (await self._decide("draft", mine, "intake", "/places", place))["place_id"]
        sent = self._news("referral.sent", place_id)
        agreed = {"agreed_at": self._today}
        await self._decide("open", {"place_id": place_id}, "intake", f"/places/{place_id}/open", agreed)
        referral_id = (await self._came(sent, "referral.sent"))["referral_id"]

        about = {"referral_id": referral_id}
        await self._reply("accepted", code, about | {"company_known": False}, about)
        proposed = self._news("match.proposed", referral_id)
        young = {"candidate_id": str(uuid4()), "profile": profile(self._today), "start": self._today}
        await self._reply("candidate-proposed", code, about | young, about)
        match_id = (await self._came(proposed, "match.proposed"))["match_id"]

        over = self._news("match.agreed", match_id)
        path, one = f"/matches/{match_id}", {"match_id": match_id}
        yes = {"answer": "yes"}
        await self._decide("yes", one | {"party": "leader"}, "matching", f"{path}/approvals", yes, "leader", leader_id)
        await self._reply("young-person-answered", code, one | yes, one | {"party": "young-person"})
        gate = (await self._ask("matching", "GET", path))["gate"]
        await self._decide("gate", one, "matching", f"{path}/gate", {"answers": dict.fromkeys(gate, True)})
        await self._came(over, "match.agreed")

    async def _sign_up(self, leader: dict[str, str]) -> str:
        """The answer tells no id; a consultant finds it."""
        email = {"email": leader["email"]}
        number = await self._ledger.begin("sign-up", email)
        try:
            await self._ask("intake", "POST", "/leaders", leader, as_=None)
        except NotSo as no:
            await self._ledger.end(number, "failed" if no.refused else "unknown", {})
            raise
        found = await self._ask("intake", "POST", "/leaders/search", email)
        if len(found) != 1:
            raise NotSo(f"{len(found)} leaders have the address of one")
        leader_id: str = found[0]["person_id"]
        await self._ledger.end(number, "ok", {"leader_id": leader_id})
        return leader_id

    # -- over HTTP -----------------------------------------------------------------------------------------------------

    async def _decide(
        self, what: str, about: Mapping[str, str], service: str, path: str, body: Any, as_: str = "consultant",
        own: str | None = None,
    ) -> Any:  # fmt: skip
        """What is to happen exactly once."""
        number = await self._ledger.begin(what, about)
        try:
            answer = await self._ask(service, "POST", path, body, as_, own)
        except NotSo as no:
            await self._ledger.end(number, "failed" if no.refused else "unknown", {})
            raise
        await self._ledger.end(number, "ok", {})
        return answer

    async def _ask(
        self, service: str, method: str, path: str, body: Any = None, as_: str | None = "consultant",
        own: str | None = None,
    ) -> Any:  # fmt: skip
        """The same request under the same key, of one replica after the other, until one answers."""
        headers = {"Idempotency-Key": str(uuid4())} | (
            {"Authorization": f"Bearer {self._token(as_, own)}"} if as_ else {}
        )
        begun, times = time.time(), 0
        while True:
            replicas = self._urls[service]
            url = replicas[next(self._turn[service]) % len(replicas)]
            try:
                answer = await self._http.request(method, url + path, json=body, headers=headers)
                why = f"{answer.status_code}"
            except httpx.TransportError as error:
                if time.time() - begun > PATIENCE:
                    raise
                answer, why = None, type(error).__name__
            if answer is not None and (answer.status_code not in AGAIN or time.time() - begun > PATIENCE):
                break
            times += 1
            self.seen.again[f"{service}: {why}"] += 1
            await asyncio.sleep(0.05 * times)
        self.seen.requests.append((begun, time.time() - begun, times))
        if answer.is_error:
            raise NotSo(f"{method} {path}: {answer.status_code} {answer.text[:300]}", refused=answer.is_client_error)
        return answer.json() if answer.content else None

    def _token(self, role: str, own: str | None) -> str:
        if role == "leader":
            return mint(role, key=self._key, leader=own)
        if (role, own) not in self._tokens:
            self._tokens[role, own] = mint(role, key=self._key, minutes=24 * 60)
        return self._tokens[role, own]

    # -- over Kafka ----------------------------------------------------------------------------------------------------

    async def _reply(self, what: str, code: str, data: dict[str, Any], about: dict[str, str]) -> None:
        event = event_of(what, data)
        number = await self._ledger.begin(what, about | {"reply_id": event["id"]})
        headers = [("content-type", b"application/cloudevents+json")]
        await self._producer.send_and_wait(REPLIES.of(code), json.dumps(event).encode(), headers=headers)
        await self._ledger.end(number, "ok", {})

    def _news(self, what: str, id_: str) -> asyncio.Future[dict[str, Any]]:
        """What a kommune hears of that thing."""
        self._awaited[what, id_] = awaited = asyncio.get_running_loop().create_future()
        return awaited

    async def _came(self, news: asyncio.Future[dict[str, Any]], what: str) -> dict[str, Any]:
        try:
            return await asyncio.wait_for(news, PATIENCE)
        except TimeoutError:
            raise NotSo(f"{what} did not come within {PATIENCE:.0f} s") from None

    async def _hear(self) -> None:
        async for record in self._consumer:
            headers = dict(record.headers)
            what = headers.get("ce_type", b"").decode().removeprefix("dk.lederalliancen.").removesuffix(".v1")
            data = json.loads(record.value)
            for name in ("place_id", "referral_id", "match_id"):
                if awaited := self._awaited.pop((what, data.get(name, "")), None):
                    awaited.set_result(data)


def _companies() -> Iterator[str]:
    return (str(n) for n in range(25_000_000, 99_999_999) if cvr.is_valid(str(n)))
