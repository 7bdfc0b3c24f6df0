"""Intake writes to leaders, on a real SMTP server: each once, nothing that is pointless by now, and nobody young."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.post import Post, post_office, text_of
from intake.app import service
from intake.commands.mornings import WriteThisMorning
from shared.events.followup import PlacementCheckinDue, PlacementEnded, PlacementPlanned
from shared.events.matching import MatchAgreed, MatchProposed
from shared.events.municipality_gateway import ReferralLeaderGuided, ReferralSent
from shared.kafka import Topics
from shared.people.guard import find_cpr
from shared.runtime import Runtime
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from tests.intake_served import SIGN_UP, away, served, signed_up, token
from tests.waiting import until

PLACE = {
    "tasks": [{"task_id": "viden_data-07"}, {"task_id": "viden_data-00", "words": "Hjælpe Frederikke på lageret"}],
    "hours_from": 10, "hours_to": 30, "times_of_day": ["night"], "forms": ["SMAAJOB"], "purpose": "trial-for-hiring",
    "seats": 1, "guidance": "page",
}  # fmt: skip
MAIL = {
    "mail_from": "Lederalliancen <svar@lederalliancen.example>",
    "public_url": "https://lederalliancen.example",
    "alliance_phone": "70203040",
}


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with post_office(Post()) as running:
        yield running


@pytest.fixture
async def intake(database: str, post: Post, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SimpleNamespace]:
    monkeypatch.setattr(Runtime, "awaits_erasures", False)  # as if Kafka had been there at the start
    monkeypatch.setattr(Topics, "_there", away)
    await service.migrate(database)
    async with served(database, smtp_url=post.url, **MAIL) as running:
        yield running


async def delivered(intake: SimpleNamespace) -> None:
    async def over() -> bool:
        return not await intake.pool.fetchval("SELECT count(*) FROM mail WHERE state = 'waiting'")

    await until(over)


class Others:
    """What the other services say of one place."""

    def __init__(self, intake: SimpleNamespace, **ids: str) -> None:
        self.intake, self.ids, self.versions = intake, ids, dict[tuple[str, str], int]()
        self.offset = 0

    async def say(self, what: type[Any], /, **more: Any) -> None:
        facts = {name: value for name, value in self.ids.items() if name in what.model_fields} | more
        event = what(**facts)
        stream = event.TOPIC.name, event.subject
        self.versions[stream] = version = self.versions.get(stream, 0) + 1
        self.offset += 1
        out = Outgoing(event.TOPIC.name, event, Work.new_id(), datetime.now(UTC), None, None)
        headers = [(k, v.encode()) for k, v in headers_of(out, version, event.TOPIC.producer).items()]
        value = event.model_dump_json(exclude_none=True).encode()
        await self.intake.runtime.spine.consume([Record(event.TOPIC.name, 0, self.offset, None, value, headers)])
        await delivered(self.intake)


async def test_a_leader_hears_of_all_that_happens_and_of_nobody_young(intake: SimpleNamespace, post: Post) -> None:
    leader_id, consultant = await signed_up(intake), token("consultant")
    await delivered(intake)
    client = intake.client
    for outcome in ("no-answer", "reached"):
        called = await client.post(f"/leaders/{leader_id}/calls", json={"outcome": outcome}, headers=consultant)
        assert called.status_code == 200
        await delivered(intake)
    drafted = await client.post("/places", json={"leader_id": leader_id, **PLACE}, headers=consultant)
    place_id = drafted.json()["place_id"]
    today = datetime.now(UTC).date()
    opened = await client.post(f"/places/{place_id}/open", json={"agreed_at": str(today)}, headers=consultant)
    assert opened.status_code == 200, opened.text
    names = ("company_id", "referral_id", "match_id", "placement_id", "candidate_id", "contact_id")
    ids = {name: str(uuid4()) for name in names}
    codes = {"kommune": "0561", "place_kommune": "0561", "state": "requested", "business_status": "sent"}
    others = Others(intake, leader_id=leader_id, place_id=place_id, **ids, **codes)
    await others.say(
        ReferralSent,
        round=1,
        seats=1,
        place_version=2,
        contact_role="entrance",
        why="own",
        minutes=0,
        answer_by=date(2026, 12, 4),
    )
    await others.say(ReferralLeaderGuided, card_version=0, channel="page")
    terms = {"form": "SMAAJOB", "hours": 12, "times_of_day": (), "tasks": (), "start": date(2026, 12, 14)}
    await others.say(
        MatchProposed,
        reply_id="svar-1",
        terms=terms,
        approvals_needed=("leader", "young-person"),
        gate=(),
        answer_by=date(2026, 12, 7),
    )
    await others.say(MatchAgreed, terms=terms, approvals=(), gate=(), seats_left=0)
    stage = {"stage_id": str(uuid4()), "form": "SMAAJOB", "hours": 12, "times_of_day": (), "tasks": ()}
    await others.say(PlacementPlanned, stage={**stage, "from": date(2026, 12, 14)})
    await others.say(PlacementCheckinDue, kind="first-week", on=date(2026, 12, 21))
    await others.say(PlacementEnded, how="as-planned", reason="goal-reached", on=date(2027, 2, 1), form="SMAAJOB")
    subjects = [str(mail["Subject"]) for mail in post.came]
    assert subjects == [
        "Velkommen til Lederalliancen",
        "Vi har prøvet at ringe til dig",
        "Det sker der nu: Esbjerg Kommune finder den rette",
        "Der er en ung til jeres plads: sig ja eller nej",
        "Første dag er den 14. december 2026",
        "Hvordan går det hos jer?",
        "Pladsen er ledig igen: vil du tage imod en ung til?",
    ]
    assert {mail["To"] for mail in post.came} == {SIGN_UP["email"]}
    secret = {*ids.values(), leader_id, place_id, "Frederikke", "svar-1", "goal-reached", "Vagtcentralen"}
    for mail in post.came:
        said = [f"{name}: {value}" for name, value in mail.items() if name != "Message-ID"]
        whole = "\n".join([*said, text_of(mail), text_of(mail, "html")])
        assert not [word for word in secret if word in whole]
        assert find_cpr(re.sub(r"/min-side/[\w-]{43}", "", whole)) is None
        assert "Ring til os på 70 20 30 40" in whole
        assert not re.search(r"[{}]|None", whole)
    for mail in post.came:
        assert re.search(r"https://lederalliancen\.example/min-side/[\w-]{43}\s", text_of(mail)), mail["Subject"]
    targets = [row["target"] for row in await intake.pool.fetch("SELECT target FROM link ORDER BY until")]
    placement = f"/forloeb/{ids['placement_id']}"
    assert targets == [
        *("/min-side",) * 3, f"/match/{ids['match_id']}", placement, placement, f"/pladser/{place_id}/aabn",
    ]  # fmt: skip
    assert "Vi prøver igen den" in text_of(post.came[1])


async def test_whoever_signs_an_address_up_ten_times_fills_no_mailbox(intake: SimpleNamespace, post: Post) -> None:
    for _ in range(5):
        await intake.client.post("/leaders", json=SIGN_UP)
        await delivered(intake)
    assert len(post.came) == 1
    states = [row["state"] for row in await intake.pool.fetch("SELECT state FROM mail ORDER BY id")]
    assert states == ["sent"] + ["void"] * 4


async def test_a_consultant_reads_each_morning_what_waits_as_numbers(intake: SimpleNamespace, post: Post) -> None:
    await signed_up(intake)
    await delivered(intake)
    consultant, mine = token("consultant"), {"email": "mig@lederalliancen.example"}
    assert (await intake.client.put("/day/mail", json=mine, headers=consultant)).json() == {"on": True}
    [row] = await intake.pool.fetch("SELECT id FROM timer WHERE name = 'morning'")
    morning = WriteThisMorning(person_id=row["id"])
    await intake.runtime.spine.execute(morning, by="test")
    await delivered(intake)
    mail = post.came[-1]
    assert mail["To"] == mine["email"]
    assert "Ledere at ringe til: 1" in text_of(mail)
    assert "https://lederalliancen.example/i-dag" in text_of(mail)
    assert "Kommuner" not in text_of(mail)
    assert SIGN_UP["name"] not in text_of(mail)
    assert (await intake.client.delete("/day/mail", headers=consultant)).json() == {"on": False}
    await intake.runtime.spine.execute(morning, by="test")
    await delivered(intake)
    assert post.came[-1] is mail
    assert (await intake.client.get("/day/mail", headers=consultant)).json() == {"on": False}


async def test_a_leaders_address_that_takes_none_is_noted_with_the_leader(intake: SimpleNamespace, post: Post) -> None:
    post.answers[SIGN_UP["email"]] = "550 5.1.1 no such mailbox"
    leader_id = await signed_up(intake)
    await delivered(intake)
    noted = await intake.pool.fetchval("SELECT state->>'mail_refused_on' FROM aggregate WHERE id = $1", leader_id)
    assert noted is not None


async def test_health_and_metrics_say_what_waits_and_why(intake: SimpleNamespace, post: Post) -> None:
    assert (await intake.client.get("/health/ready")).json()["mail"] == "goes out"
    await signed_up(intake)
    await delivered(intake)
    shown = (await intake.client.get("/metrics")).text
    assert 'lederalliancen_mails_waiting{service="intake"} 0.0' in shown
    assert 'lederalliancen_mails_age_seconds{service="intake"} 0.0' in shown
    assert 'lederalliancen_mails_total{outcome="sent",service="intake"}' in shown


async def test_without_a_server_nothing_is_sent_nothing_is_kept_and_it_is_said(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Runtime, "awaits_erasures", False)
    monkeypatch.setattr(Topics, "_there", away)
    await service.migrate(database)
    async with served(database) as intake:
        await signed_up(intake)
        assert await intake.pool.fetchval("SELECT count(*) FROM mail") == 0
        assert (await intake.client.get("/health/ready")).json()["mail"].startswith("off: LA_SMTP_URL is not set")
        assert 'lederalliancen_mails_waiting{service="intake"} 0.0' in (await intake.client.get("/metrics")).text
    assert capsys.readouterr().out.count("mail_off") == 1
