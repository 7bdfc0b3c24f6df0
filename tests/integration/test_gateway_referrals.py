"""The gateway on a real PostgreSQL: what was asked, by when, and who may see it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import orjson
import pytest

from municipality_gateway.app import service
from municipality_gateway.collect import collect
from municipality_gateway.state.matches import Match
from shared.events.matching import MatchProposed
from shared.events.topics import REPLIES
from shared.spine.aggregates import one
from shared.spine.redrive import redrive
from tests.gateway_served import IN, OUT, TUESDAY_AFTER, World, event, served, token
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    CONTACT,
    ESBJERG,
    FANOE,
    LEADER,
    MATCH,
    MONDAY,
    PLACE,
    PROPOSAL,
    TERMS,
    opened,
    reply_record,
)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


async def test_silence_takes_the_place_to_the_next_kommune(world: World) -> None:
    world.clock.now_ = TUESDAY_AFTER
    await world.settle()
    assert await world.state() == "failed"
    assert await world.said("municipality-gateway.v1") == [
        "referral.sent",
        "referral.reminded",
        "referral.expired",
        "referral.sent",
    ]
    assert await world.said(f"k.{FANOE}.referrals.v1") == ["referral.sent"]


async def test_nobody_is_late_while_kafka_is_away_or_its_replies_are_unread(world: World) -> None:
    world.clock.now_ = TUESDAY_AFTER
    world.consumer.failure = "KafkaConnectionError"
    await world.settle()
    assert await world.state() == "requested"
    world.consumer.failure, world.consumer.ends = None, {IN: 1}
    await world.settle()
    assert await world.state() == "requested"
    await world.reply(reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, offset=0))
    assert await world.state() == "accepted"
    assert "referral.expired" not in await world.said(OUT)


async def test_nobody_is_late_while_a_reply_over_http_is_on_its_way(world: World) -> None:
    body = event("accepted", {"referral_id": world.referral})
    await world.http("POST", f"/kommuner/{ESBJERG}/replies", token("consultant"), json=body)
    world.clock.now_ = TUESDAY_AFTER
    await world.settle()
    assert await world.state() == "requested"
    await world.reply(*await world.relay())
    assert await world.state() == "accepted"


async def test_an_answer_and_its_deadline_at_the_same_moment_leave_one_of_the_two(world: World) -> None:
    """Both under the referral's lock: accepted and not expired, or expired and told so."""
    world.clock.now_ = TUESDAY_AFTER
    record = reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, offset=0)
    await asyncio.gather(world.spine.fire(), world.spine.consume([record]))
    await world.settle()
    said = await world.said(OUT)
    expired = "referral.expired" in said
    assert (await world.state(), "reply.refused" in said, "reply.taken" in said) == (
        ("failed", True, False) if expired else ("accepted", False, True)
    )


@pytest.mark.parametrize("who", [ESBJERG, FANOE])
async def test_where_two_kommuner_may_answer_a_yes_of_either_may_lie_unread(world: World, who: str) -> None:
    proposal = {"referral_id": world.referral, **PROPOSAL, "kommune": FANOE}
    await world.reply(reply_record(ESBJERG, "candidate-proposed", proposal, id="forslag", offset=0))
    possible = MatchProposed(
        match_id=MATCH, place_id=PLACE, referral_id=world.referral, leader_id=LEADER, candidate_id=CANDIDATE,
        kommune=FANOE, place_kommune=ESBJERG, reply_id="forslag", terms=TERMS, gate=(),
        approvals_needed=("leader", "young-person"), answer_by=date(2026, 11, 30),
    )  # fmt: skip
    await world.hear(possible)
    unread = int(who == ESBJERG)  # the offset at which its yes lies
    world.consumer.ends = {IN: 1, REPLIES.of(who): unread + 1}
    world.clock.now_ = TUESDAY_AFTER
    await world.settle()
    yes = {"match_id": MATCH, "answer": "yes"}
    await world.reply(reply_record(who, "young-person-answered", yes, offset=unread))
    match = await one(world.pool, Match, MATCH)
    assert match
    assert [given.answer for given in match.answers] == ["yes"]


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    mine, card = token("kommune", kommune=ESBJERG), {"mentor": "ring", "confirmed_on": "2026-11-01"}
    await world.http("PUT", f"/kommuner/{ESBJERG}/card", token("consultant"), json=card)
    body = event("seen", {"referral_id": world.referral})
    given = await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    paths = (
        f"/kommuner/{ESBJERG}",
        "/kommuner",
        "/referrals",
        f"/referrals/{world.referral}",
        given.headers["location"],
    )
    before = [await world.http("GET", path, mine) for path in paths]
    assert [a.status_code for a in before] == [200] * 5
    for table in ("aggregate", "reply"):
        await hide_from_kommuner(f"municipality_gateway.{table}")
    whole, known, listed, one_, reply = [await world.http("GET", path, mine) for path in paths]
    assert (whole.json()["card"].get("confirmed_on"), known.json()[0]["card_version"], listed.json()) == (None, 0, [])
    assert (one_.status_code, reply.status_code) == (404, 404)


async def test_a_kommune_sees_its_own_and_a_leader_sees_who_will_call(world: World) -> None:
    person = {"name": "Kontakt Person", "phone": "76161616", "role": "entrance", "valid_from": "2026-01-01"}
    found = await world.http("GET", f"/referrals/{world.referral}", token("consultant"))
    contact = found.json()["contact_id"]
    put = await world.http("PUT", f"/kommuner/{ESBJERG}/contacts/{contact}", token("consultant"), json=person)
    assert put.status_code == 200
    stranger, leader = token("kommune", kommune=FANOE), token("leader", leader=LEADER)
    for path in (f"/referrals/{world.referral}", f"/kommuner/{ESBJERG}", f"/kommuner/{ESBJERG}/replies/x"):
        assert (await world.http("GET", path, stranger)).status_code == 404
    assert (await world.http("GET", "/referrals", stranger)).json() == []
    assert [k["kommune"] for k in (await world.http("GET", "/kommuner", stranger)).json()] == [FANOE]
    assert (await world.http("GET", f"/referrals/{world.referral}", token("leader", leader=CONTACT))).status_code == 404
    seen = (await world.http("GET", f"/referrals/{world.referral}", leader)).json()
    assert seen["contact"] == {"name": "Kontakt Person", "phone": "+4576161616"}
    assert await world.pool.fetchval("SELECT count(*) FROM access_log WHERE reader LIKE '%leader%'") == 1


async def test_the_list_says_when_nobody_is_left_to_ask(world: World) -> None:
    for _ in range(2):
        world.clock.now_ += timedelta(days=14)
        await world.settle()
    listed = (await world.http("GET", f"/referrals?place_id={PLACE}", token("consultant"))).json()
    assert {(row["kommune"], row["state"], row["nobody_left"]) for row in listed} == {
        (ESBJERG, "failed", True),
        (FANOE, "failed", True),
    }
    assert listed[0]["sent_on"] > date(2026, 11, 23).isoformat()


async def test_an_error_of_ours_is_told_kept_open_and_holds_no_deadline_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = service.handlers.routes
    seen = next(kind for kind in handlers if kind.__name__ == "Seen")
    broken = type(handlers[seen])(lambda work, message: 1 / 0, handlers[seen].keys)
    monkeypatch.setitem(handlers, seen, broken)
    mine, body = token("kommune", kommune=ESBJERG), event("seen", {"referral_id": world.referral})
    await world.http("POST", f"/kommuner/{ESBJERG}/replies", mine, json=body)
    await world.reply(*await world.relay())
    answer = await world.http("GET", f"/kommuner/{ESBJERG}/replies/{body['id']}", mine)
    assert (answer.json()["state"], answer.json()["rule"]) == ("refused", "internal")
    assert await world.pool.fetchval("SELECT status FROM dead_letter") == "open"


async def test_what_was_said_in_time_counts_also_when_an_error_of_ours_is_mended_days_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = service.handlers.routes
    held = next(kind for kind in handlers if kind.__name__ == "Held")
    with monkeypatch.context() as broken:
        broken.setitem(handlers, held, type(handlers[held])(lambda work, message: 1 / 0, handlers[held].keys))
        data = {"referral_id": world.referral, "reason": "wait-candidate", "until": "2026-11-24"}
        await world.reply(reply_record(ESBJERG, "held", data, at=MONDAY))
    world.consumer.failure = "KafkaConnectionError"  # nobody is late meanwhile
    world.clock.now_ = MONDAY + timedelta(days=3)
    letter = await world.pool.fetchval("SELECT id FROM dead_letter")
    assert await redrive(world.spine, letter, by="operator") == "applied"
    assert await world.state() == "on-hold"


async def test_a_consultant_takes_back_and_asks_whom_she_will(world: World) -> None:
    consultant = token("consultant")
    ask = await world.http("POST", f"/places/{PLACE}/ask", consultant, json={"kommune": "0851"})
    assert (ask.status_code, ask.json()["kommune"]) == (200, "0851")
    back = await world.http(
        "POST", f"/referrals/{world.referral}/recall", consultant, json={"reason": "match-elsewhere"}
    )
    assert back.json()["state"] == "cancelled"
    await world.settle()
    listed = (await world.http("GET", f"/referrals?place_id={PLACE}", consultant)).json()
    assert {(row["kommune"], row["state"]) for row in listed} == {(ESBJERG, "cancelled"), ("0851", "requested")}
    twice = await world.http("POST", f"/places/{PLACE}/ask", consultant, json={"kommune": "0851"})
    assert (twice.status_code, twice.json()) == (200, ask.json()), "a second click"
    unknown = await world.http("POST", f"/places/{uuid4()}/ask", consultant, json={"kommune": "0851"})
    assert unknown.status_code == 404


async def waiting(world: World) -> dict[tuple[str, str], float]:
    """What Prometheus is told of the desk, of every kommune, without the zeros."""
    [family] = await collect(world)  # type: ignore[arg-type]
    assert len(family.samples) == 98 * 5
    return {(s.labels["kommune"], s.labels["what"]): s.value for s in family.samples if s.value}


async def test_the_desk_says_whom_to_ring_about_what_and_each_reading_is_logged(world: World) -> None:
    consultant = token("consultant")
    (line,) = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert (line["kind"], line["due"], line["kommune"]) == ("no-contact", "2026-11-23", ESBJERG)
    assert (line["referral_id"], line["place_id"], line["leader_id"]) == (world.referral, PLACE, LEADER)
    assert "contact" not in line
    assert await waiting(world) == {(ESBJERG, "no-contact"): 1}
    world.clock.now_ = datetime(2026, 11, 24, 8, tzinfo=UTC)
    await world.settle()
    (line,) = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert (line["due"], line["since"]) == ("2026-11-24", "2026-11-23")
    person = {"name": "Kontakt Person", "phone": "76161616", "role": "youth-unit", "valid_from": "2026-01-01"}
    contact = str(uuid4())
    await world.http("PUT", f"/kommuner/{ESBJERG}/contacts/{contact}", consultant, json=person)
    await world.settle()
    assert (await world.http("GET", "/desk", consultant)).json()["lines"] == []
    world.clock.now_ = datetime(2026, 11, 27, 8, tzinfo=UTC)
    await world.settle()
    (line,) = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert (line["kind"], line["due"]) == ("silent", "2026-11-30")
    assert await waiting(world) == {(ESBJERG, "silent"): 1}
    assert line["da"] == "Esbjerg Kommune har ikke svaret endnu. Ring til kontaktpersonen."
    for month in (6, 7):  # one kommune after the other is silent
        world.clock.now_ = datetime(2027, month, 1, 8, tzinfo=UTC)
        await world.settle()
    desk = (await world.http("GET", "/desk?limit=1", consultant)).json()
    assert (len(desk["lines"]), desk["more"]) == (1, 1)
    lines = (await world.http("GET", "/desk", consultant)).json()["lines"]
    assert {line["kind"] for line in lines} == {"nobody-left", "stale-contact"}
    (stale,) = [line for line in lines if line["kind"] == "stale-contact"]
    assert stale["contact"] == {"name": "Kontakt Person", "phone": "+4576161616"}
    assert await world.pool.fetchval("SELECT count(*) FROM access_log WHERE route = 'GET /desk'") >= 1


async def test_the_list_of_referrals_holds_all_that_was_sent_and_leads_to_its_next_page(world: World) -> None:
    for n in range(1, 5):
        await world.hear(opened(place_id=f"10000000-0000-4000-8000-00000000100{n}"))
    mine = token("kommune", kommune=ESBJERG)
    seen: list[str] = []
    path: str | None = "/referrals?limit=2&state=requested"
    pages = 0
    while path:
        answer = await world.http("GET", path, mine)
        seen += [row["referral_id"] for row in answer.json()]
        path = answer.links.get("next", {}).get("url")
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (3, 5, 5)
    whole = (await world.http("GET", f"/referrals?place_id={PLACE}", mine)).json()[0]
    row = await world.pool.fetchval("SELECT value FROM outbox WHERE topic = $1 ORDER BY id LIMIT 1", OUT)
    sent = orjson.loads(row)
    assert sent["place_url"] == f"http://intake.test/referrals/{world.referral}/place"
    assert {name: whole.get(name) for name in sent} == sent


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("state=accepted", 200, 0),
        (f"kommune={FANOE}", 200, 0),
        (f"kommune={ESBJERG}", 200, 1),
        ("state=waiting", 422, None),
        ("stat=requested", 422, None),
        ("after=x", 422, None),
    ],
)
async def test_a_filter_works_or_is_refused(world: World, query: str, status: int, found: int | None) -> None:
    answer = await world.http("GET", f"/referrals?{query}", token("kommune", kommune=ESBJERG))
    assert answer.status_code == status
    assert found is None or len(answer.json()) == found
