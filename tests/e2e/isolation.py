"""Every reading route of the living services, asked with the token of every other kommune: does anything show?"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx

from deploy.demo.story import Play
from deploy.demo.world import SERVICES, World
from shared.catalogue.kommuner import KOMMUNER

OPEN = {"/health/live", "/health/ready", "/metrics"}


@dataclass
class Seen:
    """`leaks` name route and kommune; `own` are the routes on which the story's own kommune finds its things."""

    asked: int = 0
    leaks: list[str] = field(default_factory=list)
    own: set[str] = field(default_factory=set)


async def look(world: World, play: Play) -> Seen:
    """All 97 others against the young person's kommune, on every GET of every service."""
    match = play.said("match.agreed")[-1].data
    owner, candidate, seen, at_once = match["kommune"], match["candidate_id"], Seen(), asyncio.Semaphore(20)
    secrets = {play.referral_id, play.match_id, play.placement_id, candidate, play.leader_id}
    async with httpx.AsyncClient(timeout=30) as http:
        routes = [found async for found in _routes(world, http, play, owner)]

        async def ask(code: str, name: str, url: str) -> None:
            headers = {"Authorization": f"Bearer {world.api.token('kommune', code)}"}
            async with at_once:
                answer = await http.get(url, headers=headers)
            seen.asked += 1
            # What was asked for comes back in some errors; what was not asked for never may.
            shown = {secret for secret in secrets if secret in answer.text and secret not in url}
            if answer.status_code >= 500 or (code != owner and (shown or _tells(answer, url, play))):
                seen.leaks.append(f"{name} as {code}: {answer.status_code} {shown}")
            if code == owner and answer.status_code == 200:
                seen.own.add(name)

        await asyncio.gather(*(ask(code, *route) for route in routes for code in KOMMUNER))
    return seen


def _tells(answer: httpx.Response, url: str, play: Play) -> bool:
    """A 200 about one of the story's own things is a leak, whatever it holds. Lists may hold the asker's own."""
    path = url.partition("?")[0]
    about = any(id_ in path for id_ in (play.referral_id, play.match_id, play.placement_id, play.place_id))
    return about and answer.status_code == 200


async def _routes(world: World, http: httpx.AsyncClient, play: Play, owner: str) -> AsyncIterator[tuple[str, str]]:
    ids = {
        "code": owner,
        "referral_id": play.referral_id,
        "place_id": play.place_id,
        "match_id": play.match_id,
        "placement_id": play.placement_id,
        "leader_id": play.leader_id,
        "list_name": "sectors",
        "reply_id": play.said("candidate.proposed")[-1].data["reply_id"],
    }
    for service in SERVICES:
        paths = (await http.get(f"{world.urls[service]}/openapi.json")).json()["paths"]
        for path, methods in paths.items():
            if "get" not in methods or path in OPEN:
                continue
            queries = {p["name"] for p in methods["get"].get("parameters", ()) if p["in"] == "query"}
            query = (
                f"?place_id={play.place_id}" if "place_id" in queries else "?postnr=6700" if "postnr" in queries else ""
            )
            filled = re.sub(r"{(\w+)}", lambda found: ids[found[1]], path)
            yield f"{service} {path}", world.urls[service] + filled + query
