"""Matching on a real PostgreSQL: who is registered, what is suggested to whom, and for how long."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from matching.app import service
from shared.events.municipality_gateway import CandidateChanged
from shared.spine import retention
from tests.matching_served import NOWHERE, World, served
from tests.unit.matching.world import (
    CANDIDATES,
    ESBJERG,
    LEADER,
    NOW,
    OTHER_REFERRAL,
    PLACE,
    REFERRAL,
    SONDERBORG,
    VARDE,
    answer,
    changed,
    opened,
    profile,
    referral_cancelled,
    registered,
    sent,
    withdrawn,
)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with served(database) as made:
        yield made


async def test_who_is_registered_gets_the_five_open_places_that_fit_best(world: World) -> None:
    ids = [f"4000000{n}-0000-4000-8000-000000000001" for n in range(7)]
    for n, id_ in enumerate(ids):
        await world.hear(opened(id_, hours_to=20 + n), sent(id_, id_))
    await world.hear(registered())
    assert await world.suggested() == [(id_, CANDIDATES[0], n) for n, id_ in enumerate(ids[:5], 1)]
    shown = (await world.ask("GET", f"/candidates/{CANDIDATES[0]}/suggestions")).json()
    assert [(one["referral_id"], one["rank"]) for one in shown] == [(id_, n) for n, id_ in enumerate(ids[:5], 1)]
    assert await world.said() == []  # nothing is proposed by itself


async def test_a_place_is_suggested_to_the_five_registered_whom_it_fits_best(world: World) -> None:
    ids = [f"2000000{n}-0000-4000-8000-000000000001" for n in range(7)]
    for n, id_ in enumerate(ids):
        await world.hear(registered().changed(candidate_id=id_, profile=profile(hours=12 + 2 * n)))
    assert await world.suggested() == []
    await world.hear(opened(), sent())
    assert await world.suggested() == [(REFERRAL, id_, 1) for id_ in reversed(ids[2:])]
    shown = (await world.ask("GET", f"/places/{PLACE}/suggestions")).json()
    assert [(one["candidate_id"], one["rank"]) for one in shown] == [
        (id_, n) for n, id_ in enumerate(reversed(ids[2:]), 1)
    ]


async def test_what_is_known_in_one_batch_is_suggested_whatever_the_order(world: World) -> None:
    """Registered, withdrawn and registered again, beside the place that opens: it counts how it ends."""
    back, gone = registered(0), registered(1)
    await world.hear(gone, opened(), sent(), back, withdrawn(0), withdrawn(1), back)
    assert {candidate for _, candidate, _ in await world.suggested()} == {CANDIDATES[0]}


async def test_a_place_that_changes_is_suggested_to_those_whom_it_fits_now(world: World) -> None:
    await world.hear(opened(), sent(), registered(times_of_day=("day",)))
    assert await world.suggested() == []
    (nearly,) = (await world.ask("GET", f"/places/{PLACE}/suggestions")).json()
    assert (nearly["fits"], nearly["rank"]) == (False, None)
    assert nearly["missing"] == [
        {
            "component": "times",
            "code": "R-FIT-TIMES",
            "da": "Det ville passe, hvis der var opgaver på disse tidspunkter: dag (kl. 8-16).",
            "en": "It would fit if there were tasks at these times of day: day (08-16).",
        }
    ]
    await world.hear(changed(times_of_day=("day", "night")))
    assert await world.suggested() == [(REFERRAL, CANDIDATES[0], 1)]
    (fits,) = (await world.ask("GET", f"/places/{PLACE}/suggestions")).json()
    assert (fits["fits"], fits["rank"], fits["missing"]) == (True, 1, [])
    assert sum(reason["points"] for reason in fits["reasons"]) == fits["score"]


async def test_neither_who_is_proposed_nor_who_has_a_place_is_suggested(world: World) -> None:
    await world.hear(opened(seats=2), sent(), registered(0), registered(1))
    suggestions = f"/places/{PLACE}/suggestions"

    async def shown() -> set[str]:
        return {one["candidate_id"] for one in (await world.ask("GET", suggestions)).json()}

    assert await shown() == {CANDIDATES[0], CANDIDATES[1]}
    match = await world.propose(0)
    assert await shown() == {CANDIDATES[1]}
    await world.ask("POST", f"/matches/{match}/approvals", {"answer": "no"})
    assert await shown() == {CANDIDATES[0], CANDIDATES[1]}
    match = await world.propose(0, reply_id="again")
    answers = dict.fromkeys((await world.match(match)).gate, True)
    await world.ask("POST", f"/matches/{match}/gate", {"answers": answers})
    await world.ask("POST", f"/matches/{match}/approvals", {"answer": "yes"})
    await world.hear(answer(match, "young-person", "yes"))
    assert await shown() == {CANDIDATES[1]}
    assert (await world.ask("GET", f"/candidates/{CANDIDATES[0]}/suggestions")).json() == []


async def test_a_kommune_sees_its_own_young_people_and_places_that_it_is_asked_about(world: World) -> None:
    await world.hear(opened(), sent(), sent(OTHER_REFERRAL, kommune=VARDE))
    await world.hear(registered(0), registered(1, reach=200).changed(kommune=VARDE))
    place = f"/places/{PLACE}/suggestions"

    async def shown(path: str, **who: Any) -> set[str] | int:
        answer = await world.ask("GET", path, **who)
        return {one["candidate_id"] for one in answer.json()} if answer.status_code == 200 else answer.status_code

    esbjerg, varde, sonderborg = ({"role": "kommune", "kommune": code} for code in (ESBJERG, VARDE, SONDERBORG))
    assert await shown(place) == {CANDIDATES[0], CANDIDATES[1]}
    assert await shown(place, **esbjerg) == {CANDIDATES[0]}
    assert await shown(place, **varde) == {CANDIDATES[1]}
    assert await shown(place, **sonderborg) == 404
    own = f"/candidates/{CANDIDATES[0]}/suggestions"
    assert await shown(own, **esbjerg) == {CANDIDATES[0]}
    assert await shown(own, **varde) == 404
    assert await shown(f"/candidates/{NOWHERE}/suggestions") == 404
    assert await shown(f"/places/{NOWHERE}/suggestions") == 404
    assert await shown(place, role="leader", leader=LEADER) == 403
    await world.hear(referral_cancelled())
    assert await shown(place, **esbjerg) == set()
    assert await shown(own, **esbjerg) == set()


@pytest.mark.parametrize("table", ["matching.aggregate", "matching.pool"])
async def test_what_row_level_security_hides_no_suggestion_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]], table: str
) -> None:
    await world.hear(opened(), sent(), registered())
    await hide_from_kommuner(table)
    for path in (f"/places/{PLACE}/suggestions", f"/candidates/{CANDIDATES[0]}/suggestions"):
        answer = await world.ask("GET", path, role="kommune", kommune=ESBJERG)
        assert answer.status_code == 404 or answer.json() == []
        assert len((await world.ask("GET", path)).json()) == 1


async def test_a_profile_is_kept_for_thirty_days_and_suggested_as_long(world: World) -> None:
    await world.hear(opened(), sent(), registered(0), registered(1), registered(2))
    kept = "SELECT candidate_id::text FROM pool ORDER BY 1"
    await world.pool.execute("UPDATE pool SET at = now() - interval '31 days' WHERE candidate_id = $1", CANDIDATES[0])
    await world.pool.execute("UPDATE pool SET registered_on = '2026-10-24' WHERE candidate_id = $1", CANDIDATES[1])
    shown = (await world.ask("GET", f"/places/{PLACE}/suggestions")).json()
    assert {one["candidate_id"] for one in shown} == {CANDIDATES[0], CANDIDATES[2]}
    async with world.pool.acquire() as conn:
        await retention.prune(conn, service.prune)
    assert [row[0] for row in await world.pool.fetch(kept)] == CANDIDATES[1:3]


async def test_registered_again_the_profile_is_the_last_one_and_kept_from_then_on(world: World) -> None:
    await world.hear(registered(hours=5, strengths=("order",)))
    await world.pool.execute("UPDATE pool SET at = now() - interval '29 days', registered_on = '2026-11-01'")
    again = CandidateChanged(**registered(hours=12).model_dump(by_alias=True))
    await world.hear(again)
    row = await world.pool.fetchrow("SELECT *, at > now() - interval '1 day' AS fresh FROM pool")
    assert (row["hours"], row["strengths"], row["registered_on"]) == (12, ["gaming", "coordination"], NOW.date())
    assert row["fresh"]
