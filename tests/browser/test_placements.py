"""How it goes: a check-in with something hard, what is tried and whether it helped, and a stage that is planned."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import NamedTuple

import httpx
import pytest
from playwright.async_api import expect

from shared.catalogue.calendar import in_words
from shared.events.intake import PlaceOpened
from shared.service import services
from shared.web.access import mint
from shared.web.pages.page import Page
from tests.browser.conftest import EVERYBODY, KEY, Visit, living
from tests.browser.telling import Telling
from tests.browser.test_my_page import asked
from tests.contracts.examples.intake import examples as of_intake
from tests.unit.followup.world import COMPANY, LEADER, MATCH, PLACE, agreed, an_id, praktik

OTHER = an_id(71)


class There(NamedTuple):
    base: str
    telling: Telling
    today: date


@pytest.fixture
async def there(topics: str, database: str, today: str) -> AsyncIterator[There]:
    """A praktik of four weeks is agreed from today on; at another place something has helped before."""
    async with living(services()["followup"], topics, database) as it:
        telling, day = Telling(it.runtime), date.fromisoformat(today)
        begins = praktik(until=day + timedelta(days=27), start=day)
        other = agreed(
            match_id=OTHER, place_id=an_id(72), leader_id=an_id(73), candidate_id=an_id(74), referral_id=an_id(75),
            **praktik(until=day + timedelta(days=27), start=day),
        )  # fmt: skip
        await telling.tell(agreed(**begins), other)
        hard = {"about": "placement", "about_id": OTHER, "code": "C-PACE"}
        challenge = await asked(it.base, "POST", "/challenges", hard)
        tried = {"challenge_id": challenge["challenge_id"], "code": "I-PACE", "by": "leader", "minutes": 20}
        intervention = await asked(it.base, "POST", "/interventions", tried)
        await asked(it.base, "POST", f"/interventions/{intervention['intervention_id']}/result", {"result": "solved"})
        yield There(it.base, telling, day)


def place_of() -> PlaceOpened:
    """As in the examples of the contract, with this leader's ids."""
    example = next(event for event in of_intake() if isinstance(event, PlaceOpened))
    return example.changed(place_id=PLACE, leader_id=LEADER, company_id=COMPANY, contact_id=LEADER)


@pytest.fixture
def address(there: There) -> str:
    return there.base


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_something_hard_is_told_something_is_tried_and_it_helps(
    visit: Visit, there: There, width: str, scripts: bool
) -> None:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("consultant")
    page = visitor.page
    await visitor.go(f"/forloeb/{MATCH}")
    await visitor.look("placement-planned")
    await page.get_by_role("link", name="Det er begyndt").click()
    await visitor.look("placement-begins")
    await page.get_by_role("button", name="Det er begyndt").click()
    await page.get_by_role("link", name="Notér opfølgning").click()
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Fik du fat i nogen?")
    await visitor.look("check-in-wrong")
    await page.get_by_label("Ja", exact=True).check()
    await page.get_by_label("Mod", exact=True).check()
    await page.get_by_text("Vælg, hvad der er svært").click()
    await page.get_by_label("Tempo og mængde").check()
    await visitor.look("check-in")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Skal der gøres noget ved det?")).to_be_visible()
    await visitor.look("placement-hard")
    await page.get_by_role("link", name="Tempo og mængde").click()
    await expect(page.get_by_label("Hvad er svært?")).to_have_value("C-PACE")
    await visitor.look("challenge-raised")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Ingen har prøvet noget endnu.")).to_be_visible()
    await expect(page.get_by_text("Ikke mængde og hastighed på samme tid (1 af 1 gange)")).to_be_visible()
    await page.get_by_role("link", name="Det prøver vi").click()
    await page.get_by_label("Hvad bliver prøvet?").select_option(index=1)
    await page.get_by_label("Lederen eller en kollega").check()
    await page.get_by_label("Minutter i alt").fill("15")
    await visitor.look("intervention")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tempo og mængde")
    await visitor.look("challenge")
    await page.get_by_role("link", name="Hjalp det?").click()
    await page.get_by_label("Løst", exact=True).check()
    await visitor.look("intervention-result")
    await page.get_by_role("button", name="Gem").click()
    await there.telling.settle()
    await page.reload()
    await expect(page.get_by_role("heading", name="Det er svært lige nu")).to_have_count(0)
    await page.get_by_text("Alt, der er sket").click()
    await expect(page.get_by_text("Var svært: Tempo og mængde")).to_be_visible()
    await visitor.look("placement")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_stage_is_planned_and_drawn(visit: Visit, there: There, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("consultant")
    page = visitor.page
    await asked(there.base, "POST", f"/placements/{MATCH}/start", {"on": there.today.isoformat()})
    await visitor.go(f"/forloeb/{MATCH}")
    await page.get_by_role("link", name="Planlæg næste periode").click()
    await page.get_by_label("Form", exact=True).select_option("SMAAJOB")
    await page.get_by_label("Timer om ugen").fill("37")
    await page.get_by_role("button", name="Planlæg perioden").click()
    await expect(page.get_by_role("alert")).to_contain_text("Fra og med: Skal udfyldes.")
    await visitor.look("stage-wrong")
    paid_from = there.today + timedelta(days=28)
    await page.get_by_label("Fra og med").fill(paid_from.isoformat())
    await visitor.look("stage")
    await page.get_by_role("button", name="Planlæg perioden").click()
    await expect(page.get_by_text("Der er et stort spring til 37 timer")).to_be_visible()
    await expect(page.get_by_role("rowheader", name=in_words(paid_from))).to_be_visible()
    assert await page.locator("svg rect.la-paid.la-planned").count() == 1
    assert await page.locator("svg rect.la-unpaid").count() == 1
    await visitor.look("stage-planned")
    await page.get_by_role("link", name="Fjern").click()
    await visitor.look("stage-removed")
    await page.get_by_role("button", name="Ja, fjern perioden").click()
    await expect(page.locator("svg rect.la-paid")).to_have_count(0)


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_leader_asks_for_help(visit: Visit, there: There, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("leader", leader_id=LEADER)
    page = visitor.page
    await asked(there.base, "POST", f"/placements/{MATCH}/start", {"on": there.today.isoformat()})
    await visitor.go("/forloeb/mine")
    await expect(page).to_have_url(re.compile(f"/forloeb/{MATCH}$"))
    await expect(page.get_by_role("main").get_by_role("link", name="20 12 34 56")).to_have_attribute(
        "href", "tel:+45-20-12-34-56"
    )
    await page.get_by_role("link", name="Jeg har brug for hjælp").click()
    await page.get_by_role("button", name="Bed om hjælp").click()
    await expect(page.get_by_role("alert")).to_contain_text("Vælg en af mulighederne.")
    await expect(page.locator(".la-lead")).to_contain_text("Haster det, så ring til os på 20 12 34 56.")
    await visitor.look("help-wrong")
    await page.get_by_label("Den unge kommer for sent").check()
    await page.get_by_role("button", name="Bed om hjælp").click()
    await expect(page.get_by_text("Din konsulent ringer til dig om det.")).to_be_visible()
    await visitor.look("placement-leader")
    await page.get_by_role("link", name="Fortæl, hvordan det går").click()
    await visitor.look("check-in-leader")
    await visitor.go(f"/forloeb/plads/{PLACE}")
    await visitor.look("placements-at-place")
    visitor.expected = {403, 404}
    for path in (f"/forloeb/{OTHER}", f"/forloeb/{OTHER}/hjaelp", f"/forloeb/{MATCH}/slut", "/forloeb"):
        await visitor.go(path)
        assert "C-PACE" not in await page.content()
        await expect(page.locator("form[novalidate]")).to_have_count(0)


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY[:2])
async def test_the_day_and_who_has_whose_work(visit: Visit, there: There, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("consultant")
    page = visitor.page
    hard = {"about": "place", "about_id": PLACE, "code": "C-HEADCOUNT"}
    await there.telling.tell(place_of())
    await asked(there.base, "POST", "/challenges", hard)
    await visitor.go(f"/forloeb/plads/{PLACE}")
    await expect(page.get_by_role("link", name="Den unge tæller som headcount")).to_be_visible()
    await visitor.go(f"/forloeb/virksomhed/{COMPANY}")
    await page.get_by_role("link", name="Noget er svært").click()
    await visitor.look("hard-at-company")
    await page.get_by_label("Hvad er svært?").select_option("Lille virksomhed: ekstra personale koster")
    await page.get_by_role("button", name="Gem").click()
    await page.get_by_role("link", name="Det prøver vi").click()
    await visitor.go(f"/forloeb/virksomhed/{COMPANY}")
    await expect(page.get_by_role("link", name="Lille virksomhed: ekstra personale koster")).to_be_visible()
    await visitor.look("company")
    await visitor.go("/forloeb")
    await visitor.look("agenda")
    await page.get_by_role("link", name="Den unge tæller som headcount").click()
    await page.get_by_role("link", name="Ikke svært længere").click()
    await visitor.look("challenge-close")
    await page.get_by_role("button", name="Ja, luk den").click()
    await expect(page.get_by_text("Løst eller forbi")).to_be_visible()
    await asked(
        there.base, "POST", f"/placements/{MATCH}/checkins", {"kind": "first-day", "answered": False, "answers": []}
    )
    colleague = {"Authorization": f"Bearer {mint('consultant', name='Mette Kollega', key=KEY)}", "Accept": "text/html"}
    async with httpx.AsyncClient(base_url=there.base, headers=colleague) as mette:
        assert (await mette.get("/forloeb")).status_code == 200, (
            "she opens the follow-up, and can be chosen from then on"
        )
    await visitor.go("/forloeb/overdragelse")
    await visitor.look("consultants")
    await page.get_by_role("link", name="Jeg skal være væk").click()
    await page.get_by_label("Fra og med").fill(there.today.isoformat())
    await page.get_by_label("Til og med").fill((there.today + timedelta(days=5)).isoformat())
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Afløser")
    await visitor.look("absence-wrong")
    await page.get_by_label("Afløser").select_option("Mette Kollega")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("afløser Mette Kollega")).to_be_visible()
    await page.get_by_role("link", name="Giv mine forløb videre").click()
    await page.get_by_label("Til hvem?").select_option("Mette Kollega")
    await visitor.look("hand-over")
    await page.get_by_role("button", name="Giv alle videre").click()
    await expect(page.get_by_text("Mette Kollega: 1 forløb")).to_be_visible()
    await visitor.look("consultants-after")
    await visitor.go("/forloeb?whose=all&days=30&limit=1")
    await page.get_by_role("link", name="Vis flere").click()
    await expect(page.get_by_role("link", name="Vis flere")).to_have_count(0)
    await visitor.look("agenda-all")


@pytest.mark.parametrize("width", ["phone", "desk"])
async def test_on_the_whole_site_a_line_says_whom_it_is_about_and_help_whom_to_ring(
    visit: Visit, there: There, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Page, "has", lambda page, path: True)
    visitor = await visit(width)
    page = visitor.page
    await there.telling.tell(place_of())
    await asked(there.base, "POST", "/challenges", {"about": "place", "about_id": PLACE, "code": "C-HEADCOUNT"})
    await asked(there.base, "POST", "/challenges", {"about": "company", "about_id": COMPANY, "code": "C-PACE"})
    await visitor.put_in(f"/pladser/{PLACE}/hvem", "<p><strong>Bageriet</strong>, Vildbjerg · Mette Holm</p>")
    await visitor.put_in(f"/pladser/{an_id(72)}/hvem", "<p><strong>Bageriet</strong>, Herning · Ole Krog</p>")
    await visitor.put_in("/ledere/.*/hvem", "<p><strong>Bageriet</strong>, Ikast · Mette Holm</p>")
    await visitor.be("consultant")
    await visitor.go("/forloeb?whose=all&days=30")
    for line, whom in (("Tempo og mængde", "Ikast"), ("Den unge tæller som headcount", "Vildbjerg")):
        await expect(page.get_by_role("listitem").filter(has_text=line)).to_contain_text(whom)
    await page.keyboard.press("End")
    await expect(page.get_by_text("Ole Krog")).to_be_visible()
    await expect(page.get_by_text("Vildbjerg · Mette Holm")).to_have_count(2)
    await visitor.look("agenda-whom")
    await visitor.put_in("/henvendelser/plads/", "<h2>Jeres kontakt i kommunen</h2><p>Lone Ravn, 76 16 16 16</p>")
    await visitor.be("leader", leader_id=LEADER)
    await visitor.go(f"/forloeb/{MATCH}/hjaelp")
    await expect(page.get_by_text("Lone Ravn, 76 16 16 16")).to_be_visible()
    await visitor.look("help")


async def test_a_leader_with_nobody_there_reads_whom_to_ring(visit: Visit, there: There) -> None:
    visitor = await visit("phone")
    await visitor.be("leader", leader_id=an_id(99))
    await visitor.go("/forloeb/mine")
    await expect(visitor.page.get_by_text("Har du brug for hjælp, så ring til os på")).to_be_visible()
    await expect(visitor.page.get_by_role("main").get_by_role("link", name="20 12 34 56")).to_be_visible()
    await visitor.look("placements-mine-none")


async def test_every_act_has_its_page_and_the_end_has_its_certificate(visit: Visit, there: There) -> None:
    visitor = await visit("phone")
    await visitor.be("consultant")
    page, here = visitor.page, f"/forloeb/{MATCH}"
    for act in ("aflys", "fejl", "overdrag"):
        await visitor.go(f"{here}/{act}")
        await visitor.look(f"act-{act}")
    await asked(there.base, "POST", f"/placements/{MATCH}/start", {"on": there.today.isoformat()})
    for act in ("flyt", "tiltag", "ret-start", "udfald"):
        await visitor.go(f"{here}/{act}")
        await visitor.look(f"act-{act}")
    await visitor.go(f"{here}/laering")
    await page.get_by_label("Samarbejde").first.check()
    await page.get_by_label("At møde til tiden (kan udelades)").select_option("independent")
    await visitor.look("act-laering")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("At møde til tiden: kan det selv")).to_be_visible()
    await page.get_by_role("link", name="Time-out").click()
    await visitor.look("act-pause")
    await page.get_by_role("button", name="Sæt på pause").click()
    await page.get_by_role("link", name="I gang igen").click()
    await visitor.look("act-genoptag")
    await page.get_by_role("button", name="Ja, i gang igen").click()
    await page.get_by_role("link", name="Lav et bevis").click()
    await visitor.look("act-bevis")
    await page.get_by_role("button", name="Lav beviset").click()
    await page.get_by_role("link", name="Bevis fra den").click()
    await visitor.look("certificate")
    paper = await page.context.request.get(f"{page.url}/papir")
    assert (paper.headers["content-type"], (await paper.body())[:5]) == ("application/pdf", b"%PDF-")
    await visitor.go(f"{here}/slut")
    await page.get_by_label("Hvorfor?").select_option("education")
    await page.get_by_label("Mod", exact=True).check()
    await visitor.look("act-slut")
    await page.get_by_role("button", name="Afslut").click()
    await visitor.go(f"{here}/udfald")
    await page.get_by_label("Hvad blev det til?").select_option("O-SMAAJOB")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Timer om ugen: Skriv timer om ugen")
    await page.get_by_label("Timer om ugen").fill("7,5")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("7,5 timer om ugen")).to_be_visible()
    await page.get_by_role("link", name="Ret", exact=True).last.click()
    await expect(page.get_by_label("Timer om ugen")).to_have_value("7,5")
    await visitor.look("act-ret-udfald")
    await page.get_by_label("Timer om ugen").fill("10")
    await page.get_by_role("button", name="Ret").click()
    await expect(page.get_by_text("10 timer om ugen")).to_be_visible()
    await visitor.go(f"{here}/ret-slut")
    await visitor.look("act-ret-slut")
    await visitor.go(here)
    await visitor.look("placement-over")
