"""A kommune's contact answers by the link in her mail: accepts, has called, proposes, and passes on a yes."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import expect

from municipality_gateway.commands.kommuner import RegisterContact
from municipality_gateway.queries.links import mint
from municipality_gateway.state.places import Place
from shared.catalogue import calendar
from shared.events import matching
from shared.events.base import Event, Task, Terms
from shared.runtime import Runtime
from shared.service import services
from shared.spine.aggregates import one
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work
from tests.browser.conftest import EVERYBODY, Living, Visit, living
from tests.unit.municipality_gateway.world import COMPANY, ESBJERG, LEADER, PLACE, opened

UNA, DORA = (f"40000000-0000-4000-8000-00000000000{n}" for n in (1, 2))


@dataclass
class Asked:
    """A gateway that has asked Esbjerg about a place, and the link that its contact got by mail."""

    base: str
    runtime: Runtime
    referral: str = ""
    link: str = ""
    offset: int = 1_000_000
    versions: dict[str, int] = field(default_factory=dict)

    async def hear(self, event: Event) -> None:
        self.offset += 1
        stream = f"{event.TOPIC.name} {event.subject}"
        self.versions[stream] = self.versions.get(stream, 0) + 1
        out = Outgoing(event.TOPIC.name, event, Work.new_id(), datetime.now(UTC), None, None)
        named = headers_of(out, self.versions[stream], event.TOPIC.producer)
        headers = [(name, value.encode()) for name, value in named.items()]
        value = event.model_dump_json(exclude_none=True).encode()
        await self.runtime.spine.consume([Record(event.TOPIC.name, 0, self.offset, None, value, headers)])
        while await self.runtime.spine.fire():
            pass

    async def proposed(self, *needed: str) -> matching.MatchProposed:
        """Matching says that the last proposal is possible."""
        # Kafka is the same for all tests: replies of earlier ones are read, and refused, as well.
        said = "SELECT id FROM reply WHERE what = 'candidate-proposed' AND about = $1"
        row = await self.runtime.pool.fetchrow(said, self.referral)
        start = calendar.today(datetime.now(UTC)) + timedelta(days=14)
        terms = Terms(form="SMAAJOB", hours=12, times_of_day=("day",), tasks=("viden_data-07",), start=start)
        facts: dict[str, Any] = {
            "match_id": str(uuid4()), "place_id": PLACE, "referral_id": self.referral, "leader_id": LEADER,
            "candidate_id": str(uuid4()), "kommune": ESBJERG, "place_kommune": ESBJERG, "company_id": COMPANY,
            "reply_id": row["id"], "terms": terms, "approvals_needed": needed, "gate": (),
            "answer_by": start - timedelta(days=4),
        }  # fmt: skip
        fields = matching.MatchProposed.model_fields
        event = matching.MatchProposed(**{k: v for k, v in facts.items() if k in fields})
        await self.hear(event)
        return event


@pytest.fixture
async def gateway(topics: str, database: str) -> AsyncIterator[Living]:
    more: dict[str, Any] = {"public_url_intake": "http://intake.test"}
    async with living(services()["municipality-gateway"], topics, database, **more) as it:
        yield it


@pytest.fixture
async def asked(gateway: Living) -> Asked:
    made, spine = Asked(*gateway), gateway.runtime.spine
    for id_, role, name in ((UNA, "youth-unit", "Una Ungevejleder"), (DORA, "deputy", "Dora Lykkegård-Thorvaldsen")):
        person = {"name": name, "phone": "+4520123456", "email": f"{role}@esbjerg.example"}
        facts = {"kommune": ESBJERG, "role": role, "unit": None, "valid_from": date(2026, 1, 1), "valid_to": None}
        await spine.execute(RegisterContact(contact_id=id_, person=person, **facts), by="test")
    tasks = (Task(task_id="viden_data-07"), Task(task_id="transport_lager-01"), Task(task_id="social_sundhed-02"))
    place_facts = {
        "tasks": tasks, "times_of_day": ("day", "evening"), "forms": ("VIRKSOMHEDSPRAKTIK", "SMAAJOB", "ORDINAER"),
        "support": ("fixed-contact", "shown-by-doing", "step-by-step-hours"),
        "frame": ("noise", "team-work", "canteen"),
    }  # fmt: skip
    await made.hear(opened().model_copy(update=place_facts))
    place = await one(gateway.runtime.pool, Place, PLACE)
    assert place
    (made.referral,) = place.referrals
    async with gateway.runtime.pool.acquire() as conn:
        made.link = await mint(conn, made.referral, UNA, datetime.now(UTC))
    return made


@pytest.fixture
def address(gateway: Living) -> str:
    return gateway.base


def soon(days: int) -> str:
    return (calendar.today(datetime.now(UTC)) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_from_a_yes_to_the_young_persons_yes(visit: Visit, asked: Asked, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    page = visitor.page
    await visitor.go(f"/svar/{asked.link}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("En plads til en ung i Esbjerg")
    await visitor.look("answer-asked")
    await page.get_by_role("link", name="Ja, vi leder efter en ung").click()
    await visitor.look("answer-yes")
    await page.get_by_role("button", name="Ja, vi leder").click()
    await expect(page.get_by_role("status")).to_contain_text("Tak, vi har dit svar.")
    await visitor.look("answer-accepted")

    await page.get_by_role("link", name="Vi har ringet til lederen").click()
    await visitor.look("answer-called")
    await page.get_by_role("button", name="Send svaret").click()
    await expect(page.get_by_text("I har ringet til lederen", exact=True)).to_be_visible()

    await page.get_by_role("link", name="Foreslå en ung").click()
    await visitor.look("answer-propose")
    await page.get_by_role("button", name="Foreslå den unge").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await visitor.look("answer-propose-wrong")
    await page.get_by_label("18-24 år").check()
    for strength in ("At holde orden", "At arbejde ved skærm", "At bruge hænderne"):
        await page.get_by_role("group", name=re.compile("^Det er den unge god til")).get_by_label(strength).check()
    await page.get_by_role("group", name=re.compile("^Det skal pladsen")).get_by_label("En fast kontaktperson").check()
    await page.get_by_label("Småjob (få løntimer)").check()
    await page.get_by_label("Timer om ugen til at begynde med").fill("12")
    await page.get_by_label("Dag (kl. 8-16)").check()
    await page.get_by_label("Hvor langt kan den unge rejse hver vej?").select_option("45")
    await page.get_by_label("Første dag").fill(soon(-1))
    await page.get_by_role("button", name="Foreslå den unge").click()
    await expect(page.get_by_role("alert")).to_contain_text("Første dag: Datoen er for tidlig")
    await expect(page.get_by_label("At holde orden").first).to_be_checked()
    await page.get_by_label("Første dag").fill(soon(14))
    await page.get_by_role("button", name="Foreslå den unge").click()
    await expect(page.get_by_text("Vi ser på jeres forslag.")).to_be_visible()
    await visitor.look("answer-proposed")

    match = await asked.proposed("leader", "young-person", "kommune")
    await page.reload()
    await expect(page.get_by_role("heading", name="Der mangler et ja")).to_be_visible()
    await visitor.look("answer-yes-missing")
    await page.get_by_role("link", name="Giv den unges svar videre").click()
    await visitor.look("answer-young")
    await page.get_by_label("Ja", exact=True).check()
    await page.get_by_role("button", name="Giv svaret videre").click()
    await page.get_by_role("link", name="Giv kommunens ja").click()
    await visitor.look("answer-approve")
    await page.get_by_role("button", name="Ja, kommunen er med").click()
    await expect(page.get_by_text("Nu venter vi på lederen.")).to_be_visible()
    await visitor.look("answer-waiting")
    about = match.model_dump(include={*matching.MatchEvent.model_fields})
    await asked.hear(matching.MatchSeatHeld(**about))
    await page.reload()
    await expect(page.get_by_text("Lederen har sagt ja til en anden, som har pladsen så længe.")).to_be_visible()
    await asked.hear(matching.MatchDeclined(**about, party="leader", reason="hours"))
    await page.reload()
    told = page.get_by_text("Lederen sagde nej til forslag 1: timetallet passer ikke.")
    await expect(told).to_have_count(2)  # on top, and in the history
    await visitor.look("answer-leaders-no")


@pytest.mark.parametrize("width", ["phone", "desk"])
async def test_what_is_agreed_stands_on_top_with_whom_to_ring(visit: Visit, asked: Asked, width: str) -> None:
    visitor = await visit(width)
    reply = str(uuid4())
    insert = (
        "INSERT INTO reply (kommune, source, id, about, what, state)"
        " VALUES ($1, '/svar', $2, $3, 'candidate-proposed', 'taken')"
    )
    await asked.runtime.pool.execute(insert, ESBJERG, reply, asked.referral)
    match = await asked.proposed("leader", "young-person")
    more = {"approvals": (), "gate": (), "seats_left": 1, "contact_id": LEADER, "company_id": COMPANY}
    about = match.model_dump(include={*matching.MatchEvent.model_fields})
    await asked.hear(matching.MatchAgreed(**about, terms=match.terms, **more))
    await visitor.go(f"/svar/{asked.link}")
    await expect(visitor.page.get_by_role("heading", name="Det er aftalt")).to_be_visible()
    await expect(visitor.page.get_by_role("heading", name="Hvem I skal ringe til")).to_be_visible()
    await visitor.look("answer-agreed")


async def test_a_no_by_keyboard_alone_and_the_link_says_thank_you(visit: Visit, asked: Asked) -> None:
    visitor = await visit("desk")
    visitor.expected = {410, 422}
    page = visitor.page
    await visitor.go(f"/svar/{asked.link}/nej")
    await visitor.tab_to("Sig nej")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_focused()
    await visitor.look("answer-no-wrong")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Space")
    await visitor.tab_to("Sig nej")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tak, vi har dit svar")
    await visitor.look("answer-thanks")
    await visitor.go(f"/svar/{asked.link}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Henvendelsen er slut")
    await visitor.look("answer-over")


async def test_more_time_a_colleague_and_links_that_do_not_open(visit: Visit, asked: Asked) -> None:
    visitor = await visit("phone")
    visitor.expected = {404, 410, 422}
    page = visitor.page
    await visitor.go(f"/svar/{asked.link}")
    await page.get_by_role("link", name="Vi skal bruge mere tid").click()
    await page.get_by_label("Svar fra en ung").check()
    await page.get_by_label("Til og med hvornår?").fill(soon(90))
    await page.get_by_role("button", name="Send svaret").click()
    await visitor.look("answer-hold-too-long")
    await page.get_by_label("Til og med hvornår?").fill(soon(10))
    await page.get_by_role("button", name="Send svaret").click()
    await expect(page.get_by_text("I har bedt om tid til og med den")).to_be_visible()
    await page.get_by_role("link", name="Giv den videre til en kollega").click()
    await visitor.look("answer-forward")
    await page.get_by_label("Dora Lykkegård-Thorvaldsen").check()
    await page.get_by_role("button", name="Giv videre").click()
    await expect(page.get_by_text("Henvendelsen ligger nu hos Dora Lykkegård-Thorvaldsen")).to_be_visible()
    await visitor.look("answer-forwarded")
    await visitor.go(f"/svar/{asked.link}?sprog=en")
    await visitor.look("answer-english")
    await visitor.go(f"/svar/{asked.link}?sprog=da")
    await asked.runtime.pool.execute("UPDATE link SET until = now() - interval '1 day'")
    await page.reload()
    await visitor.look("answer-expired")
    await page.get_by_role("link", name="Få et nyt link").click()
    await page.get_by_role("button", name="Send mig et nyt link").click()
    await expect(page.get_by_text("Er linket vores, har vi sendt et nyt")).to_be_visible()
    await visitor.look("answer-new-link")
    await visitor.go(f"/svar/{'x' * 43}")
    await visitor.look("answer-unknown")
