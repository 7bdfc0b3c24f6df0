"""A whole country on the living services: in each of the 98 kommuner a leader, a place and all that follows from it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from stdnum.dk import cvr

from deploy.demo.__main__ import START
from deploy.demo.api import Api, Refused
from deploy.demo.world import PORTS, World
from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE, postal_code
from tests.conftest import free_ports

# Many ask at once here, from one address and as few people: limits are shown elsewhere.
UNLIMITED = {"LA_REQUESTS_PER_ADDRESS": "100000000", "LA_REQUESTS_PER_PRINCIPAL": "100000000"}
TASK = "transport_lager-02"
FRAME = {"hours_from": 10, "hours_to": 20, "times_of_day": ["day"], "forms": ["SMAAJOB"], "purpose": "competences"}


@dataclass
class Things:
    """What belongs to one kommune: ids by the names that routes and bodies use, and words that only it may see."""

    code: str
    ids: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    @property
    def secrets(self) -> set[str]:
        """A kommune's code is none."""
        return {*self.ids.values()} - {self.code, self.ids.get("kommune")} | self.words


@asynccontextmanager
async def country(home: Path, **settings: str) -> AsyncIterator[World]:
    """The services without simulated kommuner: here we are all of them."""
    ports = free_ports(PORTS + 2)  # and Kafka's two
    world = World(home, START, ports, ports + PORTS, script=_nobody(home), settings=UNLIMITED | settings)
    await asyncio.to_thread(world.__enter__)
    try:
        async with world.api, httpx.AsyncClient() as http:
            await world.quiet(http)
            yield world
    finally:
        await asyncio.to_thread(world.__exit__)


def _nobody(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    script = home / "nobody.json"
    script.write_text(json.dumps({TEST_KOMMUNE: {"behaviour": "silent", "company_known": False, "young_people": []}}))
    return script


async def settled(world: World) -> None:
    async with httpx.AsyncClient() as http:
        await world.quiet(http)


async def things_of(world: World, codes: list[str]) -> dict[str, Things]:
    """By kommune, when all of it has come everywhere."""
    at_once = asyncio.Semaphore(6)

    async def one(code: str, number: int, company: str) -> Things:
        async with at_once:
            return await _things(world, code, number, company)

    companies = zip(codes, _cvrs(), strict=False)
    made = await asyncio.gather(*(one(code, n, company) for n, (code, company) in enumerate(companies)))
    await settled(world)
    return {things.code: things for things in made}


async def _things(world: World, code: str, number: int, company: str) -> Things:
    api, mine, day = world.api, Things(code), world.calendar.today.isoformat()
    own = ("kommune", code)
    mine.ids |= {"code": code, "kommune": code}
    contact = {"role": "youth-unit", "name": f"Kontakt Nummer {number}x", "phone": f"+45 2013 {number:04}"}
    mine.ids["contact_id"] = str(uuid4())
    path = f"/kommuner/{code}/contacts/{mine.ids['contact_id']}"
    await api.put("municipality-gateway", path, contact | {"valid_from": "2026-01-01"})

    leader = {"name": f"Leder Nummer {number}x", "email": f"leder{number}x@firma.example", "phone": f"2012{number:04}"}
    work = {"company_name": f"Firma Nummer {number}x", "cvr": company, "postnr": postnr_of(code)}
    work |= {"kommune": code, "sector": "transport"}
    await api.post("intake", "/leaders", leader | work, as_=None)
    [found] = await api.post("intake", "/leaders/search", {"email": leader["email"]})
    mine.ids |= {"leader_id": found["person_id"], "person_id": found["person_id"], "company_id": found["company_id"]}
    mine.words = {leader["name"], leader["email"], f"+452012{number:04}", work["company_name"], contact["name"]}
    mine.words.add(f"+452013{number:04}")
    await api.post("intake", f"/leaders/{mine.ids['leader_id']}/calls", {"outcome": "reached"})
    place = FRAME | {"leader_id": mine.ids["leader_id"], "tasks": [{"task_id": TASK}], "max_kommuner": 1}
    mine.ids["place_id"] = mine.ids["about_id"] = (await api.post("intake", "/places", place))["place_id"]
    await api.post("intake", f"/places/{mine.ids['place_id']}/open", {"agreed_at": day})

    [referral] = await _there(lambda: api.get("municipality-gateway", "/referrals", *own))
    mine.ids["referral_id"] = about = referral["referral_id"]
    mine.ids["candidate_id"] = str(uuid4())
    proposal = {"candidate_id": mine.ids["candidate_id"], "profile": profile(day), "start": day}
    await reply(api, code, "accepted", {"referral_id": about, "company_known": False})
    mine.ids["reply_id"] = await reply(api, code, "candidate-proposed", {"referral_id": about} | proposal)
    [match] = await _there(lambda: api.get("matching", "/matches", *own, place_id=mine.ids["place_id"]))
    mine.ids["match_id"] = match["match_id"]
    as_leader = {"as_": "leader", "own": mine.ids["leader_id"]}
    await api.post("matching", f"/matches/{match['match_id']}/approvals", {"answer": "yes"}, **as_leader)
    # Who asks over HTTP knows of the match before the gateway does.
    while not await taken(api, code, "young-person-answered", {"match_id": match["match_id"], "answer": "yes"}):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    gate = (await api.get("matching", f"/matches/{match['match_id']}"))["gate"]
    await api.post("matching", f"/matches/{match['match_id']}/gate", {"answers": dict.fromkeys(gate, True)})
    [placement] = await _there(lambda: api.get("followup", "/placements", *own, place_id=mine.ids["place_id"]))
    mine.ids |= {"placement_id": placement["placement_id"], "stage_id": placement["stage"]["stage_id"]}
    await api.post("followup", f"/placements/{placement['placement_id']}/start", {"on": day})
    hard = {"about": "placement", "about_id": placement["placement_id"], "code": "C-PUNCTUALITY", "help": "kommune"}
    mine.ids["challenge_id"] = (await api.post("followup", "/challenges", hard))["challenge_id"]
    tried = {"challenge_id": mine.ids["challenge_id"], "code": "I-MEETING-TIME", "by": "leader", "minutes": 10}
    mine.ids["intervention_id"] = (await api.post("followup", "/interventions", tried))["intervention_id"]
    return mine


async def at_one_place(world: World, first: Things) -> dict[str, Things]:
    """Several kommuner are asked at once about another place of that leader, and each proposes somebody."""
    api, day = world.api, world.calendar.today.isoformat()
    place = FRAME | {"leader_id": first.ids["leader_id"], "tasks": [{"task_id": TASK}], "seats": 3}
    made = await api.post("intake", "/places", place | {"max_kommuner": 3, "at_once": "several"})
    place_id = made["place_id"]
    await api.post("intake", f"/places/{place_id}/open", {"agreed_at": day})
    await settled(world)
    there = {}
    for referral in await api.get("municipality-gateway", "/referrals", place_id=place_id):
        code, about = referral["kommune"], {"referral_id": referral["referral_id"]}
        candidate = {"candidate_id": str(uuid4())}
        proposal = about | candidate | {"profile": profile(day), "start": day}
        reply_id = await reply(api, code, "candidate-proposed", proposal)
        there[code] = Things(code, {"code": code, "place_id": place_id, "reply_id": reply_id} | about | candidate)
    await settled(world)
    for match in await api.get("matching", "/matches", place_id=place_id):
        there[match["kommune"]].ids["match_id"] = match["match_id"]
    return there


async def reply(api: Api, code: str, what: str, data: dict[str, Any]) -> str:
    """Over HTTP, by the kommune; the id of the reply. Raises Refused where it is not even taken in."""
    event = event_of(what, data)
    await api.post("municipality-gateway", f"/kommuner/{code}/replies", event, "kommune", code)
    return str(event["id"])


async def taken(api: Api, code: str, what: str, data: dict[str, Any]) -> bool:
    """The same, and whether it was taken."""
    path = f"/kommuner/{code}/replies/{await reply(api, code, what, data)}"

    async def answered() -> Any:
        found = await api.get("municipality-gateway", path, "kommune", code)
        return found if found["state"] != "pending" else None

    return bool((await _there(answered))["state"] == "taken")


def profile(day: str) -> dict[str, Any]:
    about = {"age_band": "18-24", "hours": 10, "times_of_day": ["day"], "reach": 60, "forms": ["SMAAJOB"]}
    return about | {"from": day}


def event_of(what: str, data: dict[str, Any]) -> dict[str, Any]:
    """A structured CloudEvent."""
    type_, time = f"dk.lederalliancen.reply.{what}.v1", START.isoformat()
    return {"specversion": "1.0", "id": str(uuid4()), "source": "/system", "type": type_, "time": time, "data": data}


async def _there(ask: Callable[[], Awaitable[Any]]) -> Any:
    """What comes in a moment."""
    async with asyncio.timeout(120):
        while True:
            try:
                if found := await ask():
                    return found
            except Refused as no:
                if no.status != httpx.codes.NOT_FOUND:
                    raise
            await asyncio.sleep(0.1)


def postnr_of(code: str) -> str:
    """One with addresses, of which the kommune has the largest part."""
    known = filter(None, map(postal_code, map("{:04}".format, range(1000, 10_000))))
    return next(found.code for found in known if found.is_address and next(iter(found.shares)) == code)


def _cvrs() -> Iterator[str]:
    return (str(n) for n in range(25_000_000, 99_999_999) if cvr.is_valid(str(n)))


ALL = list(KOMMUNER)
