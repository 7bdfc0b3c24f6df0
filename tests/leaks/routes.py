"""Every route of every service that is somebody's only, what it is asked with, and what it tells."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from itertools import combinations
from typing import Any

import httpx

from deploy.demo.world import SERVICES
from shared.settings import Settings
from shared.web.access import access_of_routes
from tests.leaks.country import event_of

ROLES = {"kommune": "code", "leader": "leader_id"}
"""Who sees only their own, and the id to which their token is bound."""

SOMEBODY = {"name": "En Kollega", "role": "youth-unit", "valid_from": "2026-01-01"}
# Bodies that pass the edge, with `{...}` where they say whose thing it is.
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
    "POST /referrals/{referral_id}/forward": {"contact_id": "{contact_id}"},
    "POST /kommuner/{code}/contacts": SOMEBODY,
    "PUT /kommuner/{code}/contacts/{contact_id}": SOMEBODY,
    "POST /kommuner/{code}/contacts/{contact_id}/merge": {"into": "{contact_id}"},
    "PUT /kommuner/{code}/card": {"confirmed_on": "2026-11-23"},
    "PUT /kommuner/{code}/terms": {"terms": []},
    "POST /kommuner/{code}/replies": event_of("seen", {"referral_id": "{referral_id}"}) | {"id": "{event_id}"},
}
IDS = {"place_id", "kommune"}
"""Queries that say whose thing it is."""
NOBODYS = {"limit", "source", "state", "after", "waits_for", "period", "region", "kickoff", "udsnit", "tabel"}
"""Those that are nobody's."""
GIVEN = {
    "act": "nej",
    "answer": "ja",
    "list_name": "sectors",
    "consultant": "en-konsulent",
    "attempt": "1",
    "where": "plads",
    "kickoff_id": "vildbjerg",
}
"""Nobody's either, in a path."""
# Of one answer alone.
_ITS_OWN = {"content-length", "date", "x-correlation-id"}


@dataclass(frozen=True)
class Route:
    service: str
    method: str
    path: str
    roles: frozenset[str]
    queries: frozenset[str]
    page: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}" + (" (page)" if self.page else "")

    @property
    def shows_ones_own(self) -> bool:
        """What can be done with a thing has pages of its own, which come and go with its state."""
        return self.method == "GET" and not re.search("{(act|answer)}", self.path)

    @property
    def names(self) -> tuple[str, ...]:
        """The ids that say whose thing it is: in path, query and body."""
        text = self.path + json.dumps(BODIES.get(self.name, {}))
        found = dict.fromkeys([*re.findall(r"{(\w+)}", text), *sorted(self.queries)])
        return tuple(name for name in found if name not in {"event_id", *GIVEN})

    @property
    def mixes(self) -> list[frozenset[str]]:
        """Which of them are another's, while the rest is one's own."""
        sizes = range(1, len(self.names) + 1)
        return [frozenset(names) for size in sizes for names in combinations(self.names, size)]


@cache
def routes() -> tuple[Route, ...]:
    return tuple(_routes())


def _routes() -> Iterator[Route]:
    """Raises LookupError for what nobody here knows how to ask: asked for nothing, it would show nothing."""
    for service in SERVICES:
        [entry] = entry_points(group="lederalliancen.services", name=service)
        config = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key="k" * 40)
        app = entry.load().app(config)
        documented = app.openapi()["paths"]
        for name, roles in access_of_routes(app):
            if not roles:
                continue
            method, path = name.split(" ")
            if method == "GET,HEAD":
                yield Route(service, "GET", path, roles, frozenset(), page=True)
                continue
            if method.lower() not in documented.get(path, {}):
                continue  # a page's form is decided by the command of a route, which is asked itself
            operation = documented[path][method.lower()]
            queries = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
            if not roles.isdisjoint(ROLES):
                if unknown := queries - IDS - NOBODYS:
                    raise LookupError(f"{name}: is {unknown} somebody's or nobody's?")
                if "requestBody" in operation and name not in BODIES:
                    raise LookupError(f"{name}: with which body?")
            yield Route(service, method, path, roles, frozenset(queries & IDS))


def told(answer: httpx.Response, sent: dict[str, str]) -> tuple[int, str, str]:
    """Status, headers and body; without what is of this one answer, and with the names of the ids that were sent."""
    headers = str(sorted(item for item in answer.headers.items() if item[0] not in _ITS_OWN))
    body = re.sub(r'"correlation_id":"[^"]*"', "", answer.text)
    body = body.replace('"state":"refused"', '"state":"pending"')  # which of them is a matter of time
    body = re.sub(r'name="_(key|whose)" value="[^"]*"', "", body)  # of a form
    for id_ in sent.values():
        headers, body = _word(id_).sub("{}", headers), _word(id_).sub("{}", body)
    return answer.status_code, headers, body


def shows(text: str, secrets: Iterable[str]) -> set[str]:
    """Those that stand there."""
    return {secret for secret in secrets if secret in text and _word(secret).search(text)}


@cache
def _word(secret: str) -> re.Pattern[str]:
    """The four digits of a kommune are in many a random id; that is no leak."""
    return re.compile(rf"(?<![\w-]){re.escape(secret)}(?![\w-])")
