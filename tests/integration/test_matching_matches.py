"""Matching on a real PostgreSQL: from a proposal to the agreement, races, and who sees which."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import structlog

from matching.commands import AnswerGate, LeaderAnswers
from matching.queries.matches import matches_of
from matching.queries.pool import Person
from matching.rows import Pool, save_pool
from matching.state.places import Place
from shared.events.intake import PlaceFilled, PlaceReopened
from shared.spine.aggregates import one
from shared.spine.decision import Refused
from shared.spine.engine import Spine
from tests.matching_served import NOWHERE, World, served
from tests.unit.matching.world import (
    CANDIDATES,
    ESBJERG,
    LEADER,
    NOW,
    OTHER_PLACE,
    OTHER_REFERRAL,
    PLACE,
    PLACEMENT,
    REFERRAL,
    VARDE,
    about_place,
    answer,
    changed,
    ended,
    opened,
    profile,
    proposed,
    sent,
)
from tests.waiting import until


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


async def test_from_proposal_to_agreement_over_http(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()

    cleared = await world.ask("POST", f"/matches/{match}/gate", {"answers": {"met-each-other": True}})
    assert cleared.status_code == 200
    assert "met-each-other" not in cleared.json()["gate_missing"]
    rest = dict.fromkeys(cleared.json()["gate_missing"], True)
    await world.ask("POST", f"/matches/{match}/gate", {"answers": rest})

    yes = await world.ask("POST", f"/matches/{match}/approvals", {"answer": "yes"}, role="leader", leader=LEADER)
    assert (yes.json()["missing"], yes.json()["held_until"]) == (["young-person"], "2026-12-07")
    await world.hear(answer(match, "young-person", "yes"))

    shown = (await world.ask("GET", f"/matches/{match}", role="leader", leader=LEADER)).json()
    assert (shown["state"], shown["missing"], shown["gate_missing"]) == ("agreed", [], [])
    assert shown["next"] == "Det er aftalt. Tillykke! Første dag: 14. december 2026. I kan altid ringe."
    assert await world.said() == ["match.proposed", "match.approved", "match.approved", "match.agreed"]


async def test_what_comes_in_the_wrong_order_ends_the_same(world: World) -> None:
    place, referral, proposal = (world.record(event) for event in (opened(), sent(), proposed()))
    for record in (proposal, referral, place, proposal, referral):
        await world.spine.consume([record])
    assert await world.said() == ["match.proposed"]
    (match,) = await matches_of(world.pool, PLACE)
    found = await one(world.pool, Place, PLACE)
    assert found
    assert set(found.spots) == {match.id}
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 0


async def test_a_reopened_place_is_parked_until_its_placement_has_ended(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()
    answers = dict.fromkeys((await world.match(match)).gate, True)
    await world.spine.execute(AnswerGate(match_id=match, answers=answers), by="consultant")
    await world.hear(answer(match, "young-person", "yes"))
    await world.spine.execute(LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None), by="leader")
    await world.settle()
    reopened = PlaceReopened(**about_place("open"), agreed_at=NOW.date(), placement_id=PLACEMENT)
    await world.hear(PlaceFilled(**about_place("filled")), reopened)
    assert await world.pool.fetchval("SELECT waits_kind || ' ' || waits_id FROM parked") == f"place {PLACE}"
    await world.hear(ended(match))
    assert await world.pool.fetchval("SELECT count(*) FROM parked") == 0
    await world.propose(1)
    assert (await world.said())[-2:] == ["match.agreed", "match.proposed"]


async def test_of_two_who_say_yes_at_once_to_the_last_seat_one_gets_it(world: World) -> None:
    await world.hear(opened(), sent())
    matches = [await world.propose(n) for n in range(4)]
    yes = [LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None) for match in matches]
    answers = await asyncio.gather(*(world.spine.execute(asked, by="leader") for asked in yes), return_exceptions=True)
    assert [no.rule for no in answers if isinstance(no, Refused)] == ["no-seat"] * 3
    assert (await world.said()).count("match.approved") == 1


async def test_page_and_route_agree_that_no_yes_can_be_said_while_the_seat_is_held(world: World) -> None:
    await world.hear(opened(), sent())
    first, second = await world.propose(0), await world.propose(1)
    own: dict[str, Any] = {"role": "leader", "leader": LEADER}
    await world.ask("POST", f"/matches/{first}/approvals", {"answer": "yes"}, **own)
    await world.settle()
    shown = (await world.ask("GET", f"/matches/{second}", **own)).json()
    assert (shown["waits_for"], [one["by"] for one in shown["owes"]]) == ("seat", ["young-person"])
    for waits_for, found in (("leader", []), ("seat", [second])):
        listed = await world.ask("GET", f"/matches?waits_for={waits_for}", **own)
        assert [one["match_id"] for one in listed.json()] == found
    yes = await world.ask("POST", f"/matches/{second}/approvals", {"answer": "yes"}, **own)
    assert (yes.status_code, yes.json()["rule"]) == (409, "no-seat")
    await world.ask("POST", f"/matches/{first}/approvals", {"answer": "no"}, **own)
    await world.settle()
    assert (await world.ask("GET", f"/matches/{second}", **own)).json()["waits_for"] == "leader"
    assert (await world.said())[-4:] == ["match.approved", "match.seat-held", "match.declined", "match.seat-free"]


async def test_everybody_sees_their_own_matches_only(world: World) -> None:
    await world.hear(opened(), sent())
    own, other = await world.propose(0), await world.propose(1, kommune=VARDE)
    listed = f"/matches?place_id={PLACE}"

    async def ids(**who: Any) -> set[str]:
        return {match["match_id"] for match in (await world.ask("GET", listed, **who)).json()}

    assert await ids() == await ids(role="leader", leader=LEADER) == {own, other}
    assert await ids(role="kommune", kommune=ESBJERG) == {own}
    assert (await world.ask("GET", f"/matches/{other}", role="kommune", kommune=ESBJERG)).status_code == 404
    assert (await world.ask("GET", listed, role="leader", leader=NOWHERE)).status_code == 404
    assert (await world.ask("GET", f"/matches/{own}", role="leader", leader=NOWHERE)).status_code == 404
    approvals = f"/matches/{own}/approvals"
    assert (await world.ask("POST", approvals, {"answer": "yes"}, role="leader", leader=NOWHERE)).status_code == 404
    assert (await world.ask("POST", approvals, {"answer": "yes"}, role="kommune", kommune=ESBJERG)).status_code == 403
    gate = f"/matches/{own}/gate"
    assert (await world.ask("POST", gate, {"answers": {}}, role="leader", leader=LEADER)).status_code == 403
    assert await world.said() == ["match.proposed", "match.proposed"]


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    await world.hear(opened(), sent())
    match, kommune = await world.propose(0), {"role": "kommune", "kommune": ESBJERG}
    await hide_from_kommuner("matching.aggregate")
    assert (await world.ask("GET", f"/matches/{match}", **kommune)).status_code == 404
    assert (await world.ask("GET", f"/matches?place_id={PLACE}", **kommune)).json() == []
    assert (await world.ask("GET", f"/matches/{match}")).status_code == 200


async def test_a_place_that_is_nowhere_and_one_without_its_own_matches_look_alike_to_a_kommune(world: World) -> None:
    await world.hear(opened())
    for place in (PLACE, NOWHERE):
        answer = await world.ask("GET", f"/matches?place_id={place}", role="kommune", kommune=VARDE)
        assert (answer.status_code, answer.json()) == (200, [])


async def test_what_is_another_ones_answers_as_what_is_nowhere(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose(0)
    strangers = [{"role": "kommune", "kommune": VARDE}, {"role": "leader", "leader": NOWHERE}]
    for who in strangers:
        with structlog.testing.capture_logs() as lines:
            answers = [await world.ask("GET", f"/matches/{id_}", **who) for id_ in (match, NOWHERE)]
        assert [line["sub"] for line in lines if line["event"] == "not_own"] == ["-".join(["local", *who.values()])] * 2
        foreign, unknown = ({**a.json(), "instance": "", "correlation_id": ""} for a in answers)
        assert foreign == unknown
        assert [a.status_code for a in answers] == [404, 404]


async def test_whoever_waits_for_what_finds_it_on_a_list(world: World) -> None:
    await world.hear(opened(seats=2), sent())
    leaders, gates = await world.propose(0), await world.propose(1)
    await world.ask("POST", f"/matches/{gates}/approvals", {"answer": "yes"})
    await world.hear(answer(gates, "young-person", "yes"))

    async def listed(query: str, **who: Any) -> list[str]:
        return [match["match_id"] for match in (await world.ask("GET", f"/matches{query}", **who)).json()]

    assert await listed("?waits_for=leader") == [leaders]
    assert await listed("?waits_for=consultant") == [gates]
    assert sorted(await listed("")) == sorted(await listed("?state=proposed")) == sorted([leaders, gates])
    assert sorted(await listed("", role="leader", leader=LEADER)) == sorted([leaders, gates])
    assert await listed("", role="leader", leader=NOWHERE) == []
    assert await listed("", role="kommune", kommune=VARDE) == []
    shown = (await world.ask("GET", f"/matches/{gates}")).json()
    assert shown["owes"] == [{"by": "consultant", "until": "2026-12-07"}]
    assert shown["leader_id"] == LEADER
    await world.ask("POST", f"/matches/{leaders}/cancel")
    assert await listed(f"?place_id={PLACE}&state=cancelled") == [leaders]
    assert await listed("?waits_for=leader") == []


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("?state=requested", "query.state", "unknown-code"),
        ("?waits_for=everybody", "query.waits_for", "unknown-code"),
        ("?status=proposed", "query", "unknown-field"),
        ("?state=cancelled", "query.place_id", "missing-field"),
    ],
)
async def test_a_filter_that_does_not_work_is_refused(world: World, query: str, field: str, rule: str) -> None:
    refused = await world.ask("GET", f"/matches{query}")
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, field, rule)


async def test_a_warning_is_in_the_answer_with_its_words(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose(form="VIRKSOMHEDSPRAKTIK", next_step="SMAAJOB")
    yes = (await world.ask("POST", f"/matches/{match}/approvals", {"answer": "yes"})).json()
    (warned,) = yes["warned"]
    assert (warned["rule"], yes["warnings"]) == ("R-PRAKTIK-3", ["R-PRAKTIK-3"])
    assert warned["da"].startswith("Praktikken har ingen slutdato.")


async def test_of_a_registration_and_a_place_at_the_same_moment_one_sees_the_other(world: World) -> None:
    await world.hear(opened())
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with world.pool.acquire() as conn:
        registering = conn.transaction()
        await registering.start()
        await save_pool(conn, [Pool(NOW, "cause", Person(ESBJERG, CANDIDATES[0]), profile())])
        opening = asyncio.create_task(world.spine.consume([world.record(sent())]))
        await until(lambda: world.pool.fetchval(waiting))
        await registering.commit()
    await opening
    assert await world.suggested() == [(REFERRAL, CANDIDATES[0], 1)]


async def test_what_cannot_be_used_is_refused_with_field_and_rule(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()
    gate, approvals = f"/matches/{match}/gate", f"/matches/{match}/approvals"
    cases: list[tuple[str, Any, int, str, str]] = [
        (gate, {"answers": {"is-it-nice": True}}, 422, "answers.?", "unknown-code"),
        (gate, {"answers": {"next-step-planned": True}}, 422, "answers.next-step-planned", "unknown-code"),
        (gate, {"answers": {}}, 422, "answers", "too-few"),
        (approvals, {"answer": "none"}, 422, "answer", "unknown-code"),
        (approvals, {"answer": "no", "reason": "dull"}, 422, "reason", "unknown-code"),
    ]
    for path, body, status, field, rule in cases:
        problem = await world.ask("POST", path, body)
        said = problem.json()
        assert (problem.status_code, said["field"], said["rule"]) == (status, field, rule), body
    await world.ask("POST", approvals, {"answer": "no", "reason": "tasks"})
    late = await world.ask("POST", approvals, {"answer": "yes"})
    assert (late.status_code, late.json()["rule"]) == (409, "state")
    for path in (f"/matches/{PLACE}", f"/matches?place_id={PLACEMENT}"):
        assert (await world.ask("GET", path)).status_code == 404


async def test_what_waits_is_listed_page_by_page_whoever_it_waits_for(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("matching.queries.matches.AT_ONCE", 2)
    await world.hear(opened(seats=9), sent())
    found = [await world.propose(n) for n in range(4)]
    await world.ask("POST", f"/matches/{found[1]}/approvals", {"answer": "yes"})
    for only, wanted in (
        ("", set(found)),
        ("&waits_for=leader", set(found) - {found[1]}),
        ("&waits_for=kommune", set()),
    ):
        seen, path = list[str](), f"/matches?limit=1{only}"
        while path:
            answer = await world.ask("GET", path)
            assert answer.status_code == 200, answer.text
            seen += [one["match_id"] for one in answer.json()]
            path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
        assert (len(seen), set(seen)) == (len(wanted), wanted)


async def test_why_it_fits_is_told_to_consultant_and_kommune_and_strengths_to_the_leader_too(world: World) -> None:
    await world.hear(opened(), sent())
    match = await world.propose()
    for role, claims, told in (
        ("consultant", {}, 7),
        ("kommune", {"kommune": ESBJERG}, 7),
        ("leader", {"leader": LEADER}, 0),
    ):
        view = (await world.ask("GET", f"/matches/{match}", role=role, **claims)).json()
        assert (len(view["reasons"]), view["strengths"]) == (told, ["gaming", "coordination"])


@pytest.mark.parametrize("what", ["seat", "person"])
async def test_of_agreements_in_transactions_at_the_same_moment_one_is_made(world: World, what: str) -> None:
    """For the last seat, or about one person at two places: two replicas, each with one of the last yeses."""
    await world.hear(opened(), opened(OTHER_PLACE), sent(), sent(OTHER_REFERRAL, OTHER_PLACE))
    first = await world.propose()
    if what == "seat":
        there, second = PLACE, await world.propose(1)
    else:
        there = OTHER_PLACE
        await world.hear(proposed(place_id=there, referral_id=OTHER_REFERRAL))
        (second,) = [match.id for match in await matches_of(world.pool, there)]
    for match, place in ((first, PLACE), (second, there)):
        answers = dict.fromkeys((await world.match(match)).gate, True)
        await world.spine.execute(AnswerGate(match_id=match, answers=answers), by="consultant")
        await world.hear(answer(match, "young-person", "yes", place_id=place))
    if what == "seat":  # the leader's yes holds it: only a second seat that goes lets two yeses meet
        await world.hear(changed(seats=2))
    for match, place in ((first, PLACE), (second, there)):
        yes = LeaderAnswers(match_id=match, place_id=place, answer="yes", reason=None)
        await world.spine.execute(yes, by="leader")
    if what == "seat":
        await world.spine.consume([world.record(changed(seats=1))])
    # Timers are read before they are locked: each replica has read all, and the other's are fired by then.
    replicas = [Spine(world.pool, world.spine.book, world.clock) for _ in range(2)]
    await asyncio.gather(*(replica.fire(limit) for replica, limit in zip(replicas, (1, 200), strict=True)))
    await world.settle()
    states = sorted([(await world.match(match)).state for match in (first, second)])
    assert states == ["agreed", "cancelled"]
    assert (await world.said()).count("match.agreed") == 1
