"""A leader sees what has happened and what comes next, and pauses, opens and closes a place."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from shared.web.access import mint
from tests.browser.conftest import EVERYBODY, KEY, Visit
from tests.browser.visitor import Visitor

SIGN_UP = {
    "name": "Åse Kjærgård", "email": "aase@vagtcentral.example", "phone": "20123456", "postnr": "6700",
    "company_name": "Vagtcentralen for Syd- og Sønderjylland samt Øerne A/S", "cvr": "13585628",
}  # fmt: skip
FOUND = {
    "tasks": [{"task_id": "viden_data-07"}], "hours_from": 15, "hours_to": 32, "times_of_day": ["night"],
    "forms": ["SMAAJOB"], "purpose": "trial-for-hiring", "seats": 2,
}  # fmt: skip


async def asked(base: str, method: str, path: str, json: Any = None) -> Any:
    """As a consultant, through the API."""
    headers = {"Authorization": f"Bearer {mint('consultant', key=KEY)}"}
    async with httpx.AsyncClient(base_url=base, headers=headers) as consultant:
        answer = await consultant.request(method, path, json=json)
        assert answer.is_success, answer.text
        return answer.json()


async def with_a_place(base: str, on: str) -> str:
    """A leader who has said yes to one; returns the leader's id."""
    await asked(base, "POST", "/leaders", SIGN_UP)
    [call] = await asked(base, "GET", "/calls")
    leader: str = call["leader_id"]
    await asked(base, "POST", f"/leaders/{leader}/calls", {"outcome": "reached"})
    place = await asked(base, "POST", "/places", {"leader_id": leader, **FOUND})
    await asked(base, "POST", f"/places/{place['place_id']}/open", {"agreed_at": on})
    return leader


async def log_in(visitor: Visitor, leader: str) -> Page:
    page = visitor.page
    await visitor.go("/min-side")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hvem vil du være?")
    await visitor.look("login")
    await page.get_by_label("Leder", exact=True).select_option(leader)
    await page.get_by_role("button", name="Log ind som leder").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Min side")
    return page


@pytest.fixture
async def leader(intake: str, today: str) -> str:
    return await with_a_place(intake, today)


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_place_is_paused_opened_again_and_closed(visit: Visit, leader: str, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    page = await log_in(visitor, leader)
    await expect(page.get_by_text("Du har sagt ja, og vi finder den rigtige kommune.")).to_be_visible()
    await visitor.look("my-page")
    await page.get_by_role("link", name="Alt om pladsen").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Plads hos Vagtcentralen")
    await visitor.look("my-place")
    await page.get_by_role("link", name="Min side").click()
    await page.get_by_role("link", name="Tilføj en kollega").click()
    await page.get_by_label("Navn").fill("Ib Bjerregaard")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Ib Bjerregaard")).to_be_visible()
    await page.get_by_role("link", name="Sæt på pause").click()
    await page.get_by_role("button", name="Sæt på pause").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_role("alert")).to_contain_text("Hvorfor? Vælg en af mulighederne.")
    await visitor.look("pause-wrong")
    await page.get_by_label("Vi har for travlt lige nu").check()
    await page.get_by_role("button", name="Sæt på pause").click()
    await expect(page.get_by_text("Pladsen er på pause.", exact=True)).to_be_visible()
    await visitor.look("my-page-paused")
    await page.get_by_role("link", name="Åbn igen").click()
    await visitor.look("open-again")
    await page.get_by_role("button", name="Ja, åbn igen").click()
    await expect(page.get_by_text("Pladsen er åben igen.", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Luk pladsen").click()
    await page.get_by_label("Vi har ikke tid").check()
    await visitor.look("close")
    await page.get_by_role("button", name="Luk pladsen").click()
    await expect(page.get_by_text("Pladsen er lukket.", exact=True)).to_be_visible()
    await visitor.look("my-page-closed")
    await page.get_by_role("button", name="Log ud").click()
    await visitor.go("/min-side")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hvem vil du være?")


async def test_a_double_click_acts_once_and_who_goes_back_and_says_otherwise_is_told(visit: Visit, leader: str) -> None:
    visitor = await visit("desk")
    page = await log_in(visitor, leader)
    await page.get_by_role("link", name="Sæt på pause").click()
    await page.get_by_label("Vi har for travlt lige nu").check()
    await page.get_by_role("button", name="Sæt på pause").dblclick()
    await expect(page.get_by_text("Pladsen er på pause.", exact=True)).to_have_count(1)
    await page.go_back()
    await page.get_by_label("Det er uden for sæsonen").check()
    await page.get_by_role("button", name="Sæt på pause").click()
    await expect(page.get_by_role("alert")).to_contain_text("så længe pladsen er på pause")
    await visitor.look("pause-too-late")


async def test_another_ones_place_is_nowhere(visit: Visit, leader: str, intake: str) -> None:
    places = await asked(intake, "GET", f"/leaders/{leader}/status")
    await asked(intake, "POST", "/leaders", SIGN_UP | {"email": "en.anden@butik.example", "phone": "20123457"})
    [other] = [call["leader_id"] for call in await asked(intake, "GET", "/calls") if call["leader_id"] != leader]
    visitor = await visit("phone")
    visitor.expected = {404}
    page = await log_in(visitor, other)
    await visitor.look("my-page-new")
    place = places["places"][0]["place_id"]
    for path in (
        f"/pladser/{place}",
        f"/pladser/{place}/pause",
        f"/ledere/{leader}/kollega",
        f"/ledere/{leader}/laert",
    ):
        await visitor.go(path)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Siden findes ikke")


async def test_a_session_that_ended_while_one_thought_loses_nothing(visit: Visit, leader: str) -> None:
    visitor = await visit("phone")
    visitor.expected = {401}
    page = await log_in(visitor, leader)
    await page.get_by_role("link", name="Sæt på pause").click()
    await page.get_by_label("Vi har for travlt lige nu").check()
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Sæt på pause").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Log ind")
    await visitor.look("log-in-again")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Log ind i et nyt vindue").click()
    tab = await opened.value
    await tab.get_by_label("Leder", exact=True).select_option(leader)
    await tab.get_by_role("button", name="Log ind som leder").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Min side")
    await page.get_by_role("button", name="Send igen").click()
    await expect(page.get_by_text("Pladsen er på pause.", exact=True)).to_be_visible()
