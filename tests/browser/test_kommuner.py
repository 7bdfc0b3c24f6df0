"""Consultants and kommuner at the gateway's pages after login: referrals, the directory, the way of a place."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import EVERYBODY, Visit
from tests.browser.test_answer import UNA, Asked, address, asked, gateway
from tests.browser.visitor import Visitor
from tests.unit.municipality_gateway.world import ESBJERG

__all__ = ["address", "asked", "gateway"]


async def log_in(visitor: Visitor, path: str, button: str, kommune: str = "") -> Page:
    page = visitor.page
    await visitor.go(path)
    if kommune:
        await page.get_by_label("Kommune", exact=True).select_option(kommune)
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("button", name="Log ud")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_consultant_rings_answers_for_a_kommune_and_asks_another(
    visit: Visit, asked: Asked, width: str, scripts: bool
) -> None:
    visitor = await visit(width, scripts=scripts)
    page = await log_in(visitor, "/henvendelser", "Konsulent")
    await visitor.look("referrals")
    await page.get_by_role("link", name="Se, hvad der venter på en konsulent").click()
    await visitor.look("desk-of-kommuner")
    await visitor.go(f"/henvendelser/{asked.referral}")
    await visitor.look("referral")
    await page.get_by_role("link", name="Ja, vi leder efter en ung").click()
    await page.get_by_role("button", name="Ja, vi leder").click()
    await expect(page.get_by_role("status")).to_contain_text("Tak, vi har dit svar.")
    await page.get_by_role("link", name="Se alle, der er spurgt om pladsen").click()
    await visitor.look("place-asked")
    await page.get_by_role("link", name="Spørg en kommune til").click()
    await page.get_by_label("Kommune", exact=True).select_option("0573")
    await visitor.look("ask-another")
    await page.get_by_role("button", name="Spørg kommunen").click()
    await expect(page.get_by_text("Varde Kommune", exact=True)).to_be_visible()
    await visitor.go(f"/henvendelser/{asked.referral}")
    await page.get_by_role("link", name="Træk henvendelsen tilbage").click()
    await page.get_by_label("De skulle ikke have været spurgt").check()
    await visitor.look("recall")
    await page.get_by_role("button", name="Træk tilbage").click()
    await expect(page.get_by_role("heading", name="Stop med at lede")).to_be_visible()
    await visitor.look("referral-asked-back")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_the_directory_is_filled_in_during_a_call(visit: Visit, asked: Asked, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    page = await log_in(visitor, "/kommuner", "Konsulent")
    await visitor.look("kommuner")
    await page.get_by_role("link", name="Varde", exact=True).click()
    await visitor.look("kommune-empty")
    await page.get_by_role("link", name="Skriv en kontaktperson op").click()
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await visitor.look("kommune-contact-wrong")
    await page.get_by_label("Navn", exact=True).fill("Anne-Birgitte Østergård-Kristoffersen")
    await page.get_by_label("Virksomhedskonsulent").check()
    await page.get_by_label("Telefon").fill("20 12 34 58")
    await page.get_by_label("E-mail").fill("anne-birgitte.oestergaard-kristoffersen@varde.example")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("status")).to_have_text("Gemt.")
    await page.get_by_role("link", name="Udfyld, mens I taler").click()
    await visitor.look("kommune-card")
    await page.get_by_label("Hvor virksomheder henvender sig").fill("Ring til Erhvervsteamet mellem 9 og 12.")
    await page.get_by_role("button", name="Gem").click()
    await page.get_by_role("link", name="Ret ordene").click()
    await visitor.look("kommune-terms")
    await page.get_by_label("Ungeindsats").fill("Ungeporten")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Ungeporten")).to_be_visible()
    await visitor.look("kommune")
    await visitor.go(f"/kommuner/{ESBJERG}/kontakt/{UNA}/fratraadt")
    await visitor.look("kommune-retire")
    await page.get_by_role("button", name="Slet kontaktpersonen").click()
    await expect(page.get_by_text("Una Ungevejleder")).to_have_count(0)


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_where_would_this_go_and_why(visit: Visit, asked: Asked, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    page = await log_in(visitor, "/rute", "Konsulent")
    await visitor.look("route-empty")
    await page.get_by_label("Postnummer").fill("8305")
    await page.get_by_role("button", name="Vis").click()
    await expect(page.get_by_text("Odder Kommune nås med færge på 1 time.")).to_be_visible()
    await visitor.look("route")
    await page.get_by_label("Postnummer").fill("12")
    await page.get_by_role("button", name="Vis").click()
    await visitor.look("route-wrong")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_kommune_after_login(visit: Visit, asked: Asked, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    page = await log_in(visitor, "/henvendelser", "Log ind som kommune", ESBJERG)
    await visitor.look("referrals-of-kommune")
    await page.get_by_role("link", name="Skærmbaseret overvågning").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("En plads til en ung i Esbjerg")
    await visitor.look("referral-of-kommune")
    await page.get_by_role("link", name="Kommunen", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Esbjerg Kommune")
    await visitor.look("kommune-own")
