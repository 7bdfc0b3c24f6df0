"""A consultant's day: from a line to the call, through the call to a place that is open, and through its life."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Route, expect

from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.leaders import Company, Leader
from intake.state.places import Frame, Past, Place
from intake.state.referrals import Referral
from shared.catalogue import calendar
from shared.runtime import Runtime
from shared.service import services
from shared.spine.work import Aggregate
from shared.web.pages.page import Page as SitePage
from tests.browser.conftest import EVERYBODY, Living, Visit, living
from tests.browser.test_my_page import SIGN_UP, asked
from tests.browser.visitor import Visitor


@pytest.fixture
async def here(topics: str, database: str) -> AsyncIterator[Living]:
    async with living(services()["intake"], topics, database) as it:
        yield it


@pytest.fixture
def address(here: Living) -> str:
    return here.base


async def know(runtime: Runtime, *states: Aggregate) -> None:
    """As if it had been heard."""
    await runtime.pool.executemany(
        "INSERT INTO aggregate (kind, id, state) VALUES ($1, $2, $3::jsonb)"
        " ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state",
        [(state.KIND, state.id, state.model_dump_json()) for state in states],
    )


NAMES = ("Åse Kjærgård", "Mohammed El-Hassan", "Bo Ø", "Christoffer-Alexander von Rosenkilde Møller", "Ulla Dahl")
COMPANIES = (
    "Vagtcentralen", "Sønderjyllands Maskin- og Landbrugsudstyr ApS", "Café 2", "Brugsen i Nørre Åby",
    "Entreprenørfirmaet Hansen, Jensen & Nielsens Eftf. af 1897 A/S",
)  # fmt: skip


async def a_busy_day(runtime: Runtime, today: date) -> None:
    """Something of each kind of work, and of calls more than there is room for."""
    then, soon, months = today - timedelta(days=4), today + timedelta(days=1), today - timedelta(days=40)
    states: list[Aggregate] = []
    people: list[tuple[Any, dict[str, str]]] = []
    for n in range(12):
        leader, company, place = uuid4(), str(uuid4()), str(uuid4())
        called = COMPANIES[n % len(COMPANIES)]
        of_place: dict[str, Any] = {"place_id": place, "leader_id": str(leader), "kommune": "0561"}
        states += [
            Company(id=company, cvr="13585628", name=called, people=frozenset({str(leader)})),
            Leader(
                id=str(leader), company_id=company, workplace_id=str(uuid4()), company_name=called, postnr="6700",
                kommune="0561", signed_up_on=then - timedelta(days=n), attempts=n % 2,
                outcome="reached" if n < 5 else None,
                next_call_on=today - timedelta(days=n % 3) if n > 4 else None,
                mail_refused_on=then if n in (4, 7) else None,
            ),
        ]  # fmt: skip
        people.append(
            (leader, {"name": NAMES[n % len(NAMES)], "phone": f"+45201234{n:02}", "email": f"l{n}@x.example"})
        )
        if n < 5:
            states.append(
                Place(
                    id=place,
                    leader_id=str(leader),
                    company_id=company,
                    workplace_id="w",
                    kommune="0561",
                    postnr="6700",
                    state="open",
                    history=(Past(on=months, what="opened"),),
                    found=Frame(seats=2),
                )
            )
        referral = Asked(
            state="requested", leader_id=str(leader), company_id=company, since=then - timedelta(days=8),
            by=today + timedelta(days=9), contact_id=str(uuid4()), turned_at=datetime.now(UTC),
        )  # fmt: skip
        if n in (0, 1):
            states.append(Referral(id=str(uuid4()), place_id=place, kommune="0561", guided=n == 0, asked=referral))
        if n == 2:
            states.append(
                Match(
                    id=str(uuid4()),
                    referral_id="r",
                    missing=frozenset({"leader"}),
                    answer_by=soon,
                    proposed_on=then,
                    **of_place,
                )
            )
        if n == 3:
            around = {**of_place, "company_id": company, "referral_id": "r"}
            at_work = Placement(id=str(uuid4()), since=then, next_checkin=today, **around)
            hard = Challenge(
                id=str(uuid4()), code="C-PACE", about="placement", about_id=at_work.id, placement_id=at_work.id,
                place_id=place, raised_on=then, referral_id="r", kommune="0561",
            )  # fmt: skip
            states += [at_work, hard]
    await know(runtime, *states)
    async with runtime.pool.acquire() as conn, conn.transaction():
        await runtime.vault.seal(conn, people)


async def day_of(visit: Visit, width: str, scripts: bool = True) -> Visitor:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("consultant")
    await visitor.go("/i-dag")
    return visitor


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_all_that_is_due_is_on_one_screen_and_each_kind_alone_is_whole(
    visit: Visit, here: Living, width: str, scripts: bool
) -> None:
    today = calendar.today(datetime.now(UTC))
    visitor = await day_of(visit, width, scripts)
    page = visitor.page
    await expect(page.get_by_text("Der er ikke mere i dag.")).to_be_visible()
    await visitor.look("day-empty")
    await a_busy_day(here.runtime, today)
    await visitor.go("/i-dag")
    headings = page.get_by_role("heading", level=2)
    await expect(headings.first).to_have_text("Nogen har bedt om hjælp (1)")
    await expect(page.get_by_role("link", name="20 12 34 03").first).to_have_attribute("href", "tel:+45-20-12-34-03")
    await visitor.look("day")
    await page.get_by_role("link", name="Vis alle 8").click()
    await expect(headings).to_have_text(["Ring til lederen (8)"])
    await visitor.look("day-calls")
    await visitor.go("/i-dag?arbejde=ring&side=7")
    await expect(headings).to_have_text(["Ring til lederen (8)"])
    await page.get_by_role("link", name="Til samtalen").first.click()
    await expect(page.get_by_role("heading", level=2).first).to_have_text("Hvad kom der ud af samtalen?")
    await visitor.look("leader-not-called")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_the_days_numbers_by_mail_are_asked_for_and_stopped(visit: Visit, width: str, scripts: bool) -> None:
    visitor = await day_of(visit, width, scripts)
    page = visitor.page
    await page.get_by_role("link", name="Dagens tal på mail").click()
    await page.get_by_label("Din e-mail").fill("konsulent@")
    await page.get_by_role("button", name="Send mig tallene").click()
    await expect(page.get_by_role("alert")).to_contain_text("Det er ikke en e-mailadresse")
    await expect(page.get_by_label("Din e-mail")).to_have_value("konsulent@")
    await visitor.look("morning-wrong")
    await page.get_by_label("Din e-mail").fill("konsulent@alliancen.example")
    await page.get_by_role("button", name="Send mig tallene").click()
    await expect(page.get_by_text("Du får den.")).to_be_visible()
    await visitor.look("morning")
    await page.get_by_role("button", name="Stop mailen").click()
    await expect(page.get_by_label("Din e-mail")).to_have_value("")


@pytest.mark.parametrize("width", ["phone", "desk"])
async def test_on_the_whole_site_each_line_leads_on_and_shows_whom_to_ring_at_a_kommune(
    visit: Visit, here: Living, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SitePage, "has", lambda page, path: True)
    await a_busy_day(here.runtime, calendar.today(datetime.now(UTC)))
    visitor = await visit(width)
    page = visitor.page

    async def part(route: Route) -> None:
        said = '<p><strong>Lone Ravn</strong><br><a class="la-tel" href="tel:+45-76-16-16-16">76 16 16 16</a></p>'
        await route.fulfill(body=said, content_type="text/html")

    await page.route(re.compile(r"/henvendelser/.*/kontakt$"), part)
    await visitor.be("consultant")
    await visitor.go("/i-dag?arbejde=kommuner")
    await expect(page.get_by_role("link", name="76 16 16 16")).to_have_count(1)
    await visitor.look("day-kommuner")
    await visitor.go("/i-dag")
    for words, path in (
        ("Hjælp her", "forloeb"), ("Til forslaget", "match"), ("Skriv, hvordan det går", "forloeb"),
        ("Skriv en ind", "kommuner"), ("Til pladsen", "pladser"), ("Til samtalen", "ledere"),
    ):  # fmt: skip
        link = page.get_by_role("link", name=words).first
        await expect(link).to_have_attribute("href", re.compile(rf"^/{path}/[\w-]+$"))
    await visitor.look("day-whole")


async def test_the_day_in_english_and_by_keyboard(visit: Visit, here: Living) -> None:
    await a_busy_day(here.runtime, calendar.today(datetime.now(UTC)))
    visitor = await day_of(visit, "desk")
    await visitor.go("/i-dag?sprog=en")
    await visitor.look("day-english")
    await visitor.tab_to("20 12 34 08")
    await visitor.page.keyboard.press("Tab")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Rosenkilde")
    await visitor.look("leader-english")


async def joined(base: str) -> str:
    await asked(base, "POST", "/leaders", SIGN_UP)
    [call] = await asked(base, "GET", "/calls")
    leader: str = call["leader_id"]
    return leader


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_who_rings_is_found_by_whatever_is_known(visit: Visit, address: str, width: str, scripts: bool) -> None:
    await joined(address)
    visitor = await visit(width, scripts=scripts)
    page = visitor.page
    await visitor.be("consultant")
    await visitor.go("/ledere")
    await visitor.look("search")
    for known in ("kjærgård", "vagtcentral", "20 12 34 56", "13585628", "aase@vagtcentral.example"):
        await page.get_by_label("Hvad ved du?").fill(known)
        await page.get_by_role("button", name="Søg").click()
        await expect(page.get_by_role("link", name="Åse Kjærgård")).to_be_visible()
        await expect(page.get_by_label("Hvad ved du?")).to_have_value(known)
        assert "?" not in page.url
    await visitor.look("search-found")
    await page.get_by_label("Hvad ved du?").fill("Ukendt Firma")
    await page.get_by_role("button", name="Søg").click()
    await expect(page.get_by_role("heading", name="Ingen fundet")).to_be_visible()
    await visitor.look("search-nobody")
    await page.get_by_label("Hvad ved du?").fill("aase@vagtcentral")
    await page.get_by_role("button", name="Søg").click()
    await expect(page.get_by_role("alert")).to_contain_text("Det er ikke en e-mailadresse")
    await visitor.look("search-wrong")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_call_from_the_first_ring_to_a_place_that_is_open(
    visit: Visit, address: str, width: str, scripts: bool
) -> None:
    leader = await joined(address)
    visitor = await visit(width, scripts=scripts)
    page = visitor.page
    await visitor.be("consultant")
    await visitor.go(f"/ledere/{leader}")
    await page.get_by_role("button", name="Gem opkaldet").click()
    await expect(page.get_by_role("alert")).to_contain_text("Vælg en af mulighederne")
    await visitor.look("call-wrong")
    await page.get_by_label("Talte med lederen").check()
    await page.get_by_role("button", name="Gem opkaldet").click()
    await expect(page.get_by_role("listitem").filter(has_text="Talte med lederen")).to_be_visible()
    await page.get_by_role("link", name="Tilføj en kollega").click()
    await page.get_by_label("Navn").fill("Ib Bjerregaard")
    await page.get_by_label("Telefon").fill("20123499")
    await page.get_by_label("Rolle").select_option("buddy")
    await visitor.look("colleague")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("link", name="Ret Ib Bjerregaard")).to_be_visible()
    await visitor.look("leader")
    await page.get_by_role("link", name="Ret oplysninger").click()
    await page.get_by_label("Postnummer").fill("6701x")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Postnummer:")
    await visitor.look("leader-correct")
    await page.get_by_label("Postnummer").fill("6700")
    await page.get_by_role("button", name="Gem").click()
    await page.get_by_role("link", name="Find en plads sammen").click()
    await visitor.look("place-new")
    await page.get_by_role("button", name="Begynd").click()
    await expect(page.get_by_role("heading", name="Find sammen med lederen")).to_be_visible()
    await visitor.look("place-draft")

    save = page.get_by_role("button", name="Gem", exact=True)
    missing = page.locator("#regler")
    await page.locator("summary", has_text="Viden").click()
    await page.get_by_label("Indtastning", exact=False).first.check()
    if scripts:
        await expect(missing).to_contain_text("Gemt kl.")
        await expect(page.locator("#valgte legend")).to_have_count(1)
        await page.get_by_label("IT-support").check()
        await page.get_by_label("Dataflytning").check()
        await page.get_by_label("Opgaven med egne ord").first.fill("x")
        await page.get_by_label("Opgaven med egne ord").first.press("Tab")
        await expect(page.locator("#valgte legend")).to_have_count(3)
        await page.get_by_label("IT-support").uncheck()
        await page.get_by_label("Dataflytning").uncheck()
        await expect(page.locator("#valgte legend")).to_have_count(1)
    await expect(page.get_by_label("Hvad vil lederen helst?")).to_have_value("")
    await page.get_by_label("Slags opgave").first.select_option("kontor-00")
    await page.get_by_label("Opgaven med egne ord").first.fill("Kalibrere måleudstyr, som ingeniørerne ikke når")
    await page.get_by_label("Timer om ugen til at begynde med").fill("7,5")
    await page.get_by_label("Timer om ugen på sigt").fill("40")
    await page.get_by_label("Dag (kl. 8-16)").check()
    if scripts:
        await expect(missing).to_contain_text("Ikke gemt endnu. Ret først:")
        await expect(missing).to_contain_text("Timer om ugen på sigt: Skal være fra 1 til 37.")
        await visitor.look("place-wrong-as-it-goes")
        await page.context.set_offline(True)
        await page.get_by_label("Aften (kl. 16-22)").check()
        await expect(missing).to_contain_text("Alt, du har skrevet, står her endnu.")
        await save.click()
        await expect(page.get_by_label("Timer om ugen på sigt")).to_have_value("40")
        await page.get_by_label("Timer om ugen på sigt").fill("15")
        await page.context.set_offline(False)
        await expect(missing).to_contain_text("Gemt kl.")
        await page.get_by_label("Aften (kl. 16-22)").uncheck()
    else:
        await save.click()
        await expect(page.get_by_role("alert")).to_contain_text("Skal være fra 1 til 37.")
        await expect(page.get_by_label("Opgaven med egne ord").first).to_have_value(
            "Kalibrere måleudstyr, som ingeniørerne ikke når"
        )
        await visitor.look("place-wrong")
    await page.get_by_label("Timer om ugen på sigt").fill("15")
    await page.get_by_label("Afprøvning med henblik på ansættelse").check()
    await page.get_by_label("Småjob (få løntimer)", exact=True).first.check()
    if not scripts:
        await save.click()
    await expect(missing).to_contain_text("Alt er på plads.")
    # What the browser said while the connection was away may come late.
    assert all("htmx:sendError" in said or "htmx:afterRequest" in said for said in visitor.wrong)
    visitor.wrong.clear()
    await page.reload()
    await expect(page.get_by_label("Timer om ugen til at begynde med")).to_have_value("7,5")
    await expect(page.locator("#valgte legend")).to_have_count(1)
    await expect(page.get_by_label("Opgaven med egne ord").first).to_have_value(
        "Kalibrere måleudstyr, som ingeniørerne ikke når"
    )
    await visitor.look("place-found")
    await page.get_by_role("link", name="Åbn pladsen").click()
    await visitor.look("place-open")
    await page.get_by_role("button", name="Åbn pladsen").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Åben")
    await visitor.look("place")
    await page.get_by_role("link", name="Ret pladsen").click()
    await page.get_by_label("Hvor mange unge?").fill("2")
    await visitor.look("place-change")
    await page.get_by_role("button", name="Gem, og giv besked").click()
    await page.get_by_role("link", name="Sæt på pause").click()
    await page.get_by_label("Vi har for travlt lige nu").check()
    await page.get_by_role("button", name="Sæt på pause").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("På pause")
    await visitor.look("place-paused")


async def test_what_was_entered_wrongly_is_put_right(visit: Visit, address: str) -> None:
    leader = await joined(address)
    await asked(address, "POST", "/leaders", SIGN_UP | {"email": "igen@vagtcentral.example", "name": "Aase K."})
    visitor = await visit("desk")
    page = visitor.page
    await visitor.be("consultant")
    await visitor.go(f"/ledere/{leader}")
    await page.get_by_label("Tog ikke telefonen").check()
    await page.get_by_role("button", name="Gem opkaldet").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("I dag")
    await visitor.go(f"/ledere/{leader}")
    await page.get_by_role("link", name="Ret det seneste opkald").click()
    await expect(page.get_by_label("Tog ikke telefonen")).to_be_checked()
    await page.get_by_label("Talte med lederen").check()
    await visitor.look("call-correct")
    await page.get_by_role("button", name="Ret opkaldet").click()
    await expect(page.get_by_role("listitem").filter(has_text="Talte med lederen")).to_be_visible()
    await page.get_by_role("link", name="Skriv, hvad lederen har lært").click()
    await visitor.look("learned")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Vælg en af mulighederne")
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Gem").click()
    await page.get_by_role("link", name="Tilmeldt to gange?").click()
    await visitor.look("joined-twice")
    await page.get_by_label("Aase K.").check()
    await page.get_by_role("button", name="Saml det hele der").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Aase K.")
    visitor.expected = {404}
    await visitor.go(f"/ledere/{leader}")
    await visitor.look("leader-merged")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_kick_off_is_entered_and_has_a_link_to_join_by(
    visit: Visit, address: str, today: str, width: str, scripts: bool
) -> None:
    visitor = await visit(width, scripts=scripts)
    page = visitor.page
    await visitor.be("consultant")
    await visitor.go("/i-dag/kickoffs")
    await visitor.look("kickoffs-none")
    await page.get_by_label("Navn", exact=True).fill("Vildbjerg")
    await page.get_by_label("Kommune").select_option("0657")
    await page.get_by_label("Dato").fill(today)
    await page.get_by_label("Kort navn til linket").fill("Vildbjerg 2026")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Kort navn til linket:")
    await visitor.look("kickoffs-wrong")
    await page.get_by_label("Kort navn til linket").fill("vildbjerg-2026")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("/tilmeld?kickoff=vildbjerg-2026")).to_be_visible()
    await visitor.look("kickoffs")
    await page.get_by_role("link", name="Ret Vildbjerg").click()
    await page.get_by_label("Navn", exact=True).fill("Vildbjerg Hallerne")
    await visitor.look("kickoff-correct")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("heading", name="Vildbjerg Hallerne")).to_be_visible()
