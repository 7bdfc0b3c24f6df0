"""Nobody sees what is another's, and nothing lies where it must not: a few kommuner; all of them with `make pairs`."""

import asyncio
import base64
import gzip
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest

from tests.leaks import canary
from tests.leaks.canary import Place
from tests.leaks.country import country, things_of
from tests.leaks.pairs import ON_KAFKA, Asking, Found, replies
from tests.leaks.routes import ROLES, Route, routes, shows, told

pytestmark = pytest.mark.timeout(300)
# Two neighbours, an island with a joint entrance and the one that it is with, the capital.
FEW = ["0561", "0563", "0607", "0410", "0101"]


@dataclass
class Looked:
    found: Found
    places: dict[str, Place]


@pytest.fixture(scope="module")
def looked(home: Path) -> Looked:
    async def look() -> Looked:
        async with country(home / "leaks") as world:
            things = await things_of(world, FEW)
            found = await Asking(world, things).everything()
            return Looked(found, {place.name: place for place in await canary.scan(world, things)})

    return asyncio.run(look())


def test_what_is_anothers_answers_as_what_is_nowhere_and_nothing_changes(looked: Looked) -> None:
    assert looked.found.leaks == []


def test_a_reply_of_every_kind_about_each_other_is_refused(looked: Looked) -> None:
    about = len(FEW) - 1 + len(["nowhere"])
    assert looked.found.asked["kommune", ON_KAFKA] == len(list(replies())) * len(FEW) * about


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route.service} {route.name}")
def test_every_route_that_is_somebodys_was_asked(looked: Looked, route: Route) -> None:
    for role in ROLES:
        assert looked.found.asked[role, route.name] >= len(FEW)


def test_four_digits_inside_a_random_id_are_no_kommune() -> None:
    sent = {"code": "0550", "event_id": "35c75fd8-54cd-48c8-9dbe-9140550a7770"}
    elsewhere = {"code": "0999", "event_id": "0b0e7b6a-6f4e-4ef5-8d0c-0999aa70b0a1"}
    one, other = (told(httpx.Response(202, json={"id": s["event_id"], "at": s["code"]}), s) for s in (sent, elsewhere))
    assert one == other
    assert shows(f'{{"id":"{sent["event_id"]}"}}', {"0550"}) == set()
    assert shows('{"place_kommune":"0550","topic":"k.0621.referrals.v1"}', {"0550", "0621"}) == {"0550", "0621"}


def test_a_canary_is_found_where_it_was_hidden_and_nowhere_else(looked: Looked) -> None:
    assert len(looked.places) == 13
    for place in looked.places.values():
        assert place.hits == [], place.name
        assert place.control, f"{place.name}: what was hidden there was not found"


@pytest.mark.parametrize("text", ["Skjoldine Testbarn", "en@firma.example", "+4520123456"])
def test_a_text_is_found_in_every_way_of_writing_it(text: str) -> None:
    search = canary.Search([text])
    escaped = "".join(f"\\u{ord(char):04x}" for char in text)
    ways = [text.encode(), text.upper().encode(), text.encode("utf-16"), text.encode().hex().encode(), escaped.encode()]
    ways += [text.encode("utf-16-be"), sha256(text.encode()).hexdigest().encode(), gzip.compress(text.encode() * 9)]
    ways += [quote(text).encode(), quote_plus(text, safe="@+").encode(), json.dumps(text).encode()]
    ways += [base64.b64encode(b"x" * n + text.encode() + b"yz") for n in range(3)]
    for way in ways:
        assert search.all("", [("here", b"before " + way + b" after")]).hits == [f"here: {text}"], way
