"""Follow-up with a real PostgreSQL: events in through the spine, commands over HTTP, and what comes out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from followup.app import service
from shared import db
from shared.clock import Clock
from shared.events.base import Event
from shared.events.intake import LeaderSignedUp, PlaceOpened
from shared.events.municipality_gateway import CandidateHeard, CandidateWithdrawn, PlacementSupportAnswered
from shared.settings import OwnSettings
from shared.spine.engine import Spine
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from shared.web import access, edge
from tests.contracts.examples.intake import examples as of_intake
from tests.unit.followup.test_ages import proposed
from tests.unit.followup.world import (
    CANDIDATE,
    COMPANY,
    LEADER,
    MATCH,
    MONDAY,
    PLACE,
    START,
    agreed,
    an_id,
    at,
    praktik,
)

KEY = "a key of thirty-two bytes for tests"


class Hands(Clock):
    """Moved by hand."""

    def __init__(self) -> None:
        self.time = at(MONDAY)

    def now(self) -> datetime:
        return self.time


class World:
    def __init__(self, pool: Any) -> None:
        self.pool, self.clock = pool, Hands()
        self.spine = Spine(pool, service.book(OwnSettings()), self.clock)
        self.offset = 0
        app = FastAPI()
        edge.install(app)
        app.include_router(service.router)
        app.state.verifier = access.LocalKey(KEY)
        app.state.runtime = SimpleNamespace(pool=pool, spine=self.spine, clock=self.clock)
        self.app = app

    async def hear(self, *events: tuple[Event, int]) -> None:
        """A batch as it comes from Kafka, and what it sets off."""
        await self.spine.consume([self._record(event, version) for event, version in events])
        await self.settle()

    async def on(self, day: date) -> None:
        self.clock.time = at(day)
        await self.settle()

    async def settle(self) -> None:
        while await self.spine.fire():
            pass

    async def ask(self, method: str, path: str, body: Any = None, role: str = "consultant", **claims: Any) -> Any:
        token = access.mint(role, key=KEY, **claims)
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://followup") as client:
            answer = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        await self.settle()
        is_json = "json" in answer.headers["content-type"]
        return SimpleNamespace(status=answer.status_code, json=answer.json() if is_json else None, raw=answer.content)

    async def post(self, path: str, body: Any, **who: Any) -> Any:
        answer = await self.ask("POST", path, body, **who)
        assert answer.status in (200, 201), answer.json
        return answer.json

    async def get(self, path: str, **who: Any) -> Any:
        answer = await self.ask("GET", path, **who)
        assert answer.status == 200, answer.json
        return answer.json

    async def said(self) -> list[tuple[str, dict[str, Any]]]:
        rows = await self.pool.fetch("SELECT headers->>'ce_type' AS type, value FROM outbox ORDER BY id")
        return [
            (r["type"].removeprefix("dk.lederalliancen.").removesuffix(".v1"), orjson.loads(r["value"])) for r in rows
        ]

    def _record(self, event: Event, version: int) -> Record:
        self.offset += 1
        out = Outgoing(event.TOPIC.name, event, Work.new_id(), self.clock.now(), None, None)
        headers = [(name, text.encode()) for name, text in headers_of(out, version, "test").items()]
        value = event.model_dump_json(exclude_none=True).encode()
        return Record(out.topic, 0, self.offset, event.message_key.encode(), value, headers)


def place_opened() -> PlaceOpened:
    example = next(event for event in of_intake() if isinstance(event, PlaceOpened))
    return example.changed(place_id=PLACE, leader_id=LEADER, company_id=COMPANY, contact_id=an_id(41))


async def clicked_thrice(world: World, path: str, body: Any, **who: Any) -> list[str]:
    """The ids that were made of it."""
    answers = await asyncio.gather(*(world.ask("POST", path, body, **who) for _ in range(3)))
    assert [answer.status for answer in answers] == [201] * 3
    return [next(iter(answer.json.values())) for answer in answers]


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    await service.migrate(database)
    pool = await db.connect_pool(database, "followup", size=4)
    yield World(pool)
    await pool.close()


async def test_a_praktik_turns_into_paid_hours_and_into_a_job(world: World) -> None:
    await world.hear((agreed(**praktik()), 1))
    await world.on(START)
    path = f"/placements/{MATCH}"
    await world.post(f"{path}/start", {"on": "2026-11-09"})
    answers = {"kind": "first-day", "answered": True, "answers": ["courage"]}
    assert (await world.post(f"{path}/checkins", answers))["next_checkin"] == "2026-11-16"
    paid = {
        "form": "SMAAJOB",
        "hours": 15,
        "times_of_day": ["day"],
        "tasks": ["social_sundhed-02"],
        "from": "2026-12-07",
    }
    assert not (await world.post(f"{path}/stages", paid))["approval_needed"]
    await world.on(date(2026, 12, 7))
    await world.post(f"{path}/end", {"reason": "goal-reached", "on": "2026-12-07", "gains": ["courage"]})
    job = {"outcome": "O-ORDINARY", "hours": 30, "on": "2026-12-07"}
    assert (await world.post(f"{path}/outcomes", job))["when"] == "0"

    said = [(what, data) for what, data in await world.said() if what != "placement.checkin-due"]
    assert [what for what, _ in said] == [
        "placement.planned",
        "placement.started",
        "placement.checked-in",
        "placement.stage-planned",
        "placement.stage-changed",
        "placement.ended",
        "placement.outcome-recorded",
    ]
    assert said[4][1]["stage"]["from"] == "2026-12-07"
    shown = await world.get(path, role="kommune", kommune="0410")
    assert [stage["form"] for stage in shown["stages"]] == ["VIRKSOMHEDSPRAKTIK", "SMAAJOB"]
    assert shown["outcomes"][0]["outcome"] == "O-ORDINARY"


async def test_check_ins_are_said_on_their_days_across_a_restart(world: World) -> None:
    await world.hear((agreed(), 1))
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    world.spine = Spine(world.pool, service.book(OwnSettings()), world.clock)
    await world.on(date(2026, 11, 16))
    due = [(data["kind"], data["on"]) for what, data in await world.said() if what == "placement.checkin-due"]
    assert due == [("first-day", "2026-11-09"), ("first-week", "2026-11-16")]


async def test_a_withdrawal_and_an_agreement_that_cross_end_cancelled_in_either_order(world: World) -> None:
    withdrawn = CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved")
    await world.hear((agreed(), 1))
    await world.hear((withdrawn, 2))
    await world.hear((agreed(match_id=an_id(60)), 1))
    cancelled = [data["placement_id"] for what, data in await world.said() if what == "placement.cancelled"]
    assert cancelled == [MATCH, an_id(60)]


async def test_a_leaders_call_for_help_is_on_top_of_the_agenda_until_somebody_helps(world: World) -> None:
    await world.hear((agreed(), 1))
    company = {"about": "company", "about_id": COMPANY, "code": "C-ADMIN-FRIKORT"}
    first = await world.post("/challenges", company)
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PHONE"}
    second = await world.post("/challenges", trouble, role="leader", leader=LEADER)
    assert second["phone_promise"]["da"] == "I kan altid ringe."
    on_top = [c["challenge_id"] for c in (await world.get("/agenda"))["challenges"]]
    assert on_top == [second["challenge_id"], first["challenge_id"]]

    help_ = {"challenge_id": second["challenge_id"], "code": "I-TASK-CHANGE", "by": "leader", "minutes": 20}
    tried = await world.post("/interventions", help_)
    on_top = [c["challenge_id"] for c in (await world.get("/agenda"))["challenges"]]
    assert on_top == [first["challenge_id"], second["challenge_id"]]

    await world.post(f"/interventions/{tried['intervention_id']}/result", {"result": "solved"})
    assert [c["challenge_id"] for c in (await world.get("/agenda"))["challenges"]] == [first["challenge_id"]]
    shown = await world.get(f"/placements/{MATCH}", role="leader", leader=LEADER)
    assert (shown["challenges"][0]["closed"], shown["interventions"][0]["result"]) == (True, "solved")


async def test_the_agenda_shows_what_is_due_what_comes_and_what_stands_still(world: World) -> None:
    await world.hear((agreed(**praktik()), 1))
    assert (await world.get("/agenda?days=7"))["coming"][0]["kind"] == "first-day"
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    await world.on(date(2026, 12, 7))
    agenda = await world.get("/agenda")
    assert [p["placement_id"] for p in agenda["approval_expired"]] == [MATCH]
    refused = await world.ask("POST", f"/placements/{MATCH}/resume")
    assert (refused.status, refused.json["rule"]) == (422, "R-PAY-1")
    await world.on(date(2026, 12, 14))
    agenda = await world.get("/agenda")
    [line] = agenda["approval_expired"]
    assert (line["kind"], [c["kind"] for c in line["due"]]) == ("after-change", ["after-change"])
    assert (agenda["due"], agenda["coming"]) == ([], [])


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    world: World, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    await world.hear((agreed(), 1))
    await hide_from_kommuner("followup.aggregate")
    path, at_place = f"/placements/{MATCH}", f"/placements?place_id={PLACE}"
    assert (await world.ask("GET", path, role="kommune", kommune="0410")).status == 404
    assert await world.get(at_place, role="kommune", kommune="0410") == []
    assert (await world.get(path))["placement_id"] == MATCH


async def test_leaders_and_kommuner_see_their_own_and_nobody_elses(world: World) -> None:
    await world.hear((agreed(), 1))
    path, at_place = f"/placements/{MATCH}", f"/placements?place_id={PLACE}"
    for who in ({"role": "leader", "leader": LEADER}, {"role": "kommune", "kommune": "0410"}):
        assert (await world.get(path, **who))["placement_id"] == MATCH
        assert [p["placement_id"] for p in await world.get(at_place, **who)] == [MATCH]
    for who in ({"role": "leader", "leader": an_id(99)}, {"role": "kommune", "kommune": "0607"}):
        assert (await world.ask("GET", path, **who)).status == 404
        assert await world.get(at_place, **who) == []
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PHONE"}
    assert (await world.ask("POST", "/challenges", trouble, role="leader", leader=an_id(99))).status == 404
    assert (await world.ask("POST", f"{path}/start", {"on": "2026-11-09"}, role="leader", leader=LEADER)).status == 403


async def test_the_placements_of_a_place_come_in_order_of_their_agreements(world: World) -> None:
    first, second = an_id(61), an_id(60)
    await world.hear((agreed(match_id=first), 1))
    await world.on(START)
    await world.hear((agreed(match_id=second), 1))
    placements = await world.get(f"/placements?place_id={PLACE}")
    assert [p["placement_id"] for p in placements] == [first, second]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/placements/{an_id(99)}/start", {"on": "2026-11-09"}, 404),
        ("/challenges", {"about": "company", "about_id": an_id(99), "code": "C-PACE"}, 404),
        ("/challenges", {"about": "placement", "about_id": MATCH, "code": "C-DIAGNOSIS"}, 422),
        (f"/placements/{MATCH}/cancel", {"reason": "bad-weather"}, 422),
        (f"/placements/{MATCH}/end", {"reason": "company", "on": "2026-11-09"}, 409),
    ],
)
async def test_what_cannot_be_is_a_problem_and_changes_nothing(
    world: World, path: str, body: dict[str, Any], status: int
) -> None:
    await world.hear((agreed(), 1))
    before = await world.said()
    assert (await world.ask("POST", path, body)).status == status
    assert await world.said() == before


async def begun(world: World, **changes: Any) -> str:
    await world.hear((agreed(**changes), 1))
    await world.on(START)
    await world.post(f"/placements/{MATCH}/start", {"on": "2026-11-09"})
    return f"/placements/{MATCH}"


async def test_the_agenda_has_one_line_for_a_placement_with_all_that_is_due_and_whom_to_ring(world: World) -> None:
    path = await begun(world)
    await world.hear((CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved"), 2))
    await world.on(date(2026, 12, 8))
    [line] = (await world.get("/agenda?days=60"))["due"]
    assert [c["kind"] for c in line["due"]] == [
        "first-day",
        "after-change",
        "first-week",
        "weekly",
        "weekly",
        "weekly",
    ]
    assert (line["kind"], line["on"]) == ("first-day", "2026-11-09")
    assert [a["code"] for a in line["attention"]] == ["candidate-withdrawn"]
    ring = {"leader_id": LEADER, "contact_id": LEADER, "place_id": PLACE, "kommune": "0410"}
    assert {name: line[name] for name in ring} == ring
    await world.post(f"{path}/checkins", {"kind": "weekly", "answered": True})
    agenda = await world.get("/agenda?days=60")
    assert (agenda["due"], [line["kind"] for line in agenda["coming"]], agenda["more"]) == ([], ["monthly"], False)


async def test_what_happened_around_a_time_out_is_due_and_other_time_outs_come_on_their_day(world: World) -> None:
    path = await begun(world)
    await world.post(f"{path}/pause", {"until": "2027-02-01"})
    agenda = await world.get("/agenda?days=7")
    assert (agenda["due"], agenda["coming"]) == ([], [])
    await world.hear((CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved"), 2))
    await world.post(f"{path}/checkins", {"kind": "after-change", "answered": True})
    assert (await world.get("/agenda?days=7"))["due"] == []
    assert [line["on"] for line in (await world.get("/agenda?days=60"))["coming"]] == []
    await world.on(date(2027, 1, 29))
    assert [line["on"] for line in (await world.get("/agenda?days=7"))["coming"]] == ["2027-02-01"]
    await world.hear((CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="moved"), 3))
    await world.on(date(2027, 1, 30))
    await world.post(f"{path}/resume", None)
    await world.post(f"{path}/pause", {"until": "2027-03-01"})
    assert [a["code"] for line in (await world.get("/agenda?days=7"))["due"] for a in line["attention"]] == [
        "candidate-withdrawn"
    ]


async def test_a_challenge_about_a_place_or_a_company_says_whom_to_ring(world: World) -> None:
    await world.hear((place_opened(), 1))
    for about, about_id in (("place", PLACE), ("company", COMPANY)):
        await world.post("/challenges", {"about": about, "about_id": about_id, "code": "C-ADMIN"})
    lines = (await world.get("/agenda"))["challenges"]
    assert [(c["about"], c["leader_id"], c["contact_id"], c["company_id"], c["awaits"]) for c in lines] == [
        ("place", LEADER, an_id(41), COMPANY, "help"),
        ("company", LEADER, an_id(41), COMPANY, "help"),
    ]
    for line in lines:
        await world.post(f"/challenges/{line['challenge_id']}/close", None)
    assert (await world.get("/agenda"))["challenges"] == []


async def test_more_than_find_room_says_so(world: World) -> None:
    for n in range(3):
        await world.hear((agreed(match_id=an_id(100 + n), candidate_id=an_id(200 + n)), 1))
    agenda = await world.get("/agenda?limit=2")
    assert (len(agenda["coming"]), agenda["more"]) == (2, True)
    assert not (await world.get("/agenda?limit=3"))["more"]


async def test_a_days_list_is_ones_own_that_of_whom_one_stands_in_for_and_what_nobody_follows(world: World) -> None:
    for n in range(3):
        await world.hear((agreed(match_id=an_id(100 + n), candidate_id=an_id(200 + n)), 1))
    for n, to in ((0, "local-consultant"), (1, "anne")):
        await world.post("/handovers", {"placement_id": an_id(100 + n), "to": to})
    mine = "/agenda?whose=mine"
    assert [line["consultant"] for line in (await world.get(mine))["coming"]] == ["local-consultant", None]
    absence = {"from": "2026-11-02", "to": "2026-11-03", "substitute": "local-consultant"}
    await world.post("/consultants/anne/absences", absence)
    lines = (await world.get(mine))["coming"]
    assert [(line["consultant"], line["substitute"]) for line in lines] == [
        ("local-consultant", None),
        ("anne", "local-consultant"),
        (None, None),
    ]
    await world.on(date(2026, 11, 4))
    assert len((await world.get(mine))["coming"]) == 2
    handed = await world.post("/handovers", {"from": "anne", "to": "bo"})
    assert handed["placement_ids"] == [an_id(101)]
    followed = {c["consultant"]: c["placements"] for c in await world.get("/consultants")}
    assert followed == {"local-consultant": 1, "bo": 1, None: 1, "anne": 0}


async def test_a_double_click_plans_one_stage(world: World) -> None:
    path = await begun(world)
    stage = {"form": "SMAAJOB", "hours": 20, "times_of_day": ["day"], "tasks": ["social_sundhed-02"]}
    assert len({*await clicked_thrice(world, f"{path}/stages", stage | {"from": "2026-11-23"})}) == 1
    assert [name for name, _ in await world.said()].count("placement.stage-planned") == 1


async def test_the_warnings_of_a_stage_are_in_the_answer_and_a_wrong_one_is_corrected(world: World) -> None:
    path = await begun(world)
    stage = {"form": "SMAAJOB", "hours": 37, "times_of_day": ["day"], "tasks": ["social_sundhed-02"]}
    planned = await world.post(f"{path}/stages", stage | {"from": "2026-11-23"})
    assert [w["rule"] for w in planned["warnings"]] == ["R-HOURS-JUMP"]
    now = stage | {"from": "2026-11-23", "hours": 15}
    correction = {"what": "stage", "stage_id": planned["stage_id"], "now": now}
    await world.post(f"{path}/corrections", correction)
    await world.post(f"{path}/corrections", {"what": "stage", "stage_id": planned["stage_id"]})
    await world.post(f"{path}/outcomes", {"outcome": "O-ONGOING", "on": "2026-11-09"})
    await world.post(f"{path}/corrections", {"what": "outcome", "outcome": "O-ONGOING", "when": "living"})
    await world.on(date(2026, 11, 11))
    await world.post(f"{path}/corrections", {"what": "start", "on": "2026-11-10"})
    await world.post(f"{path}/end", {"reason": "company", "on": "2026-11-11"})
    await world.post(f"{path}/corrections", {"what": "end", "on": "2026-11-11", "reason": "education"})
    shown = await world.get(path)
    assert [(c["what"], c["by"]) for c in shown["corrections"]] == [
        (what, "local-consultant") for what in ("stage", "stage", "outcome", "start", "end")
    ]
    assert (shown["started_on"], shown["how"], shown["outcomes"]) == ("2026-11-10", "as-planned", [])
    said = [data["what"] for what, data in await world.said() if what == "placement.corrected"]
    assert said == ["stage", "outcome", "start", "end"]


async def test_nobody_of_15_to_17_works_at_night_at_a_later_stage(world: World) -> None:
    path = await begun(world)
    await world.hear((proposed("15-17"), 1))
    stage = {"form": "SMAAJOB", "hours": 15, "times_of_day": ["night"], "tasks": ["social_sundhed-02"]}
    refused = await world.ask("POST", f"{path}/stages", stage | {"from": "2026-11-23"})
    assert (refused.status, refused.json["rule"], refused.json["field"]) == (422, "R-U18-2", "times_of_day")


async def test_another_department_is_the_same_placement(world: World) -> None:
    path = await begun(world)
    await world.post(f"{path}/move", {"on": "2026-11-09", "contact_id": an_id(41), "buddy_id": an_id(42)})
    shown = await world.get(path)
    assert (shown["contact_id"], shown["buddy_id"]) == (an_id(41), an_id(42))
    assert [m["contact_id"] for m in shown["moves"]] == [LEADER]


async def test_a_certificate_opens_with_its_code_to_anybody_and_names_nobody(world: World) -> None:
    path = await begun(world)
    progress = {"goals": ["tools"], "progress": [{"code": "tools", "level": "independent"}]}
    await world.post(f"{path}/learning", progress, role="leader", leader=LEADER)
    issued = await world.post(f"{path}/certificates", {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://followup") as anybody:
        shown = await anybody.get(f"/certificates/{issued['code'].lower()}")
        paper = await anybody.get(f"/certificates/{issued['code']}/paper")
        again = await anybody.get(f"/certificates/{issued['code']}/paper")
        for wrong in ("BCDFG-BCDFG-BCDFG-BCDFG", "BCDFG"):
            assert (await anybody.get(f"/certificates/{wrong}")).status_code in (404, 422)
    certificate = shown.json()
    assert [(c["competence"]["da"], c["level"]["da"]) for c in certificate["competences"]] == [
        ("Værktøj", "Kan det selv")
    ]
    text = shown.text + str(paper.headers)
    for whose in (CANDIDATE, LEADER, COMPANY, PLACE, MATCH, "0410", issued["certificate_id"]):
        assert whose not in text
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert paper.content == again.content

    for who in ({"role": "consultant"}, {"role": "kommune", "kommune": "0410"}):
        assert [c["code"] for c in (await world.get(path, **who))["certificates"]] == [issued["code"]]
    assert (await world.get(path, role="leader", leader=LEADER))["certificates"] == []
    await world.post(f"{path}/end", {"reason": "entered-in-error", "on": "2026-11-09"})
    assert (await world.ask("GET", f"/certificates/{issued['code']}")).status == 404


async def test_the_young_persons_voice_is_shown_to_the_consultant_and_the_kommune_and_not_to_the_leader(
    world: World,
) -> None:
    path = await begun(world)
    voice = CandidateHeard(
        candidate_id=CANDIDATE, kommune="0410", placement_id=MATCH, wellbeing=2, learning=("cooperation",)
    )
    await world.hear((voice, 1))
    for who, seen in (
        ({"role": "consultant"}, 1),
        ({"role": "kommune", "kommune": "0410"}, 1),
        ({"role": "leader", "leader": LEADER}, 0),
    ):
        shown = await world.get(path, **who)
        found = shown["learning"]
        assert (len(found["voices"]), len(found["noted"]), len(shown["attention"])) == (seen, seen, seen)


async def test_support_that_the_kommune_grants_is_shown_and_the_challenge_waits_for_a_judgement(world: World) -> None:
    path = await begun(world)
    gap = {"about": "placement", "about_id": MATCH, "code": "C-SUPPORT-GAP", "help": "kommune"}
    raised = await world.post("/challenges", gap)
    assert (await world.get("/agenda"))["challenges"][0]["awaits"] == "kommune"
    answer = {"placement_id": MATCH, "place_id": PLACE, "challenge_id": raised["challenge_id"], "kommune": "0410"}
    granted = {"answer": "granted", "support": "mentor-hours", "minutes": 120, "to": date(2027, 2, 9)}
    await world.hear((PlacementSupportAnswered.model_validate(answer | granted), 1))
    assert (await world.get("/agenda"))["challenges"][0]["awaits"] == "judgement"
    shown = await world.get(path)
    assert [(s["support"], s["minutes"], s["to"], s["warnings"]) for s in shown["support"]] == [
        ("mentor-hours", 120, "2027-02-09", [])
    ]
    assert [(i["code"], i["by"]) for i in shown["interventions"]] == [("I-MENTOR-FUNDED", "kommune")]


async def test_a_double_click_is_one_challenge_and_one_intervention_and_later_the_same_is_another(world: World) -> None:
    await world.hear((agreed(), 1))
    trouble = {"about": "placement", "about_id": MATCH, "code": "C-PACE"}
    first, *others = await clicked_thrice(world, "/challenges", trouble, role="leader", leader=LEADER)
    assert others == [first] * 2
    tried = {"challenge_id": first, "code": "I-MENTOR", "by": "leader", "minutes": 20}
    assert len({*await clicked_thrice(world, "/interventions", tried)}) == 1
    assert [name for name, _ in await world.said()].count("challenge.raised") == 1
    assert [name for name, _ in await world.said()].count("intervention.tried") == 1
    another = await world.post("/challenges", {**trouble, "code": "C-ADMIN"}, role="leader", leader=LEADER)
    by_somebody_else = await world.post("/challenges", trouble)
    await world.pool.execute("UPDATE idempotency SET at = at - interval '11 seconds'")
    later = await world.post("/challenges", trouble, role="leader", leader=LEADER)
    ids = {first, *(one["challenge_id"] for one in (another, by_somebody_else, later))}
    assert len(ids) == 4


async def test_something_can_be_hard_at_a_company_that_has_only_just_joined(world: World) -> None:
    about = {"about": "company", "about_id": COMPANY, "code": "C-ADMIN"}
    assert (await world.ask("POST", "/challenges", about)).status == 404
    joined = LeaderSignedUp(
        leader_id=LEADER, company_id=COMPANY, first_of_company=True, workplace_id=an_id(7), kommune="0561"
    )
    await world.hear((joined, 1))
    await world.post("/challenges", about)
    (line,) = (await world.get("/agenda"))["challenges"]
    assert (line["about"], line["leader_id"], line["company_id"], line["contact_id"]) == (
        "company", LEADER, COMPANY, None,
    )  # fmt: skip


async def test_what_helped_is_counted_over_all_placements_as_far_as_it_was_judged(world: World) -> None:
    await world.hear((agreed(), 1), (agreed(match_id=an_id(61), candidate_id=an_id(62)), 1))
    for about, results in ((MATCH, ("solved", "too-early")), (an_id(61), ("not-solved", "partly", "solved"))):
        hard = {"about": "placement", "about_id": about, "code": "C-PACE"}
        raised = (await world.post("/challenges", hard))["challenge_id"]
        for n, result in enumerate(results):
            tried = {"challenge_id": raised, "code": "I-PACE", "by": "leader", "minutes": n}
            id_ = (await world.post("/interventions", tried))["intervention_id"]
            await world.post(f"/interventions/{id_}/result", {"result": result})
    counted = {"challenge": "C-PACE", "intervention": "I-PACE", "tried": 4, "solved": 2, "partly": 1}
    assert await world.get("/interventions?challenge=C-PACE") == [counted]
    assert await world.get("/interventions?challenge=C-ABSENCE") == []


async def test_a_leader_sees_all_their_own_without_naming_a_place_and_nobody_else_does(world: World) -> None:
    others = agreed(match_id=an_id(61), candidate_id=an_id(62), place_id=an_id(63), leader_id=an_id(64))
    await world.hear((agreed(), 1), (others, 1))
    for leader, own in ((LEADER, MATCH), (an_id(64), an_id(61))):
        found = await world.get("/placements", role="leader", leader=leader)
        assert [one["placement_id"] for one in found] == [own]
    assert await world.get("/placements", role="leader", leader=an_id(65)) == []
    for role, claims in (("consultant", {}), ("kommune", {"kommune": "0410"})):
        answer = await world.ask("GET", "/placements", role=role, **claims)
        assert (answer.status, answer.json["field"]) == (422, "query.place_id")
