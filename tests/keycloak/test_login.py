"""Logging in at a real Keycloak, in a real browser: what it says of somebody counts here, as long as it does."""

import asyncio
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Page, expect

from shared.web.pages.sessions import COOKIE, Sessions
from tests.browser.conftest import Living, Visit
from tests.browser.test_my_page import SIGN_UP
from tests.keycloak.server import Keycloak

RENEWED = 4  # seconds after which Keycloak is asked again
COOLDOWN = 11  # seconds after which its keys may be asked for again
pytestmark = pytest.mark.timeout(600)


async def to_keycloak(page: Page) -> None:
    await page.locator("main").get_by_role("button", name="Log ind").click()


async def log_in(page: Page, name: str) -> None:
    """At Keycloak's own page."""
    await page.locator("#username").fill(name)
    await page.locator("#password").fill(name)
    await page.locator("#kc-login").click()


async def at_figures(visit: Visit, name: str) -> Page:
    visitor = await visit("desk")
    visitor.expected = {403}
    await visitor.go("/log-ind?til=/tal")
    await to_keycloak(visitor.page)
    await log_in(visitor.page, name)
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Sådan går det")
    return visitor.page


async def known(page: Page, site: Living) -> tuple[list[str], list[str], str | None]:
    """What the sealed cookie says: roles of ours, kommuner, leader."""
    [sealed] = [cookie["value"] for cookie in await page.context.cookies() if cookie["name"] == COOKIE]
    found = Sessions.by(site.runtime.config).open("session", sealed, 3600)
    assert found
    ours = {"leader", "consultant", "kommune", "partner", "operator"}
    return [role for role in found["roles"] if role in ours], list(found["kommuner"]), found["leader_id"]


@pytest.mark.parametrize(
    ("name", "role", "kommuner"),
    [
        ("konsulent", "consultant", []),
        ("kommune", "kommune", ["0561", "0563"]),
        ("partner", "partner", []),
        ("drift", "operator", []),
    ],
)
async def test_who_logs_in_there_is_here_who_it_says(
    visit: Visit, site: Living, name: str, role: str, kommuner: list[str]
) -> None:
    page = await at_figures(visit, name)
    await expect(page.get_by_label("Vis tal for")).to_be_visible()
    assert await known(page, site) == ([role], kommuner, None)


@pytest.mark.parametrize("service", ["intake"], indirect=True)
async def test_a_leader_comes_to_the_own_page(visit: Visit, site: Living, keycloak: Keycloak) -> None:
    async with httpx.AsyncClient(base_url=site.base) as client:
        assert (await client.post("/leaders", json=SIGN_UP)).status_code == 202
    leader = await site.runtime.pool.fetchval("SELECT id FROM aggregate WHERE kind = 'leader'")
    keycloak.is_about("leder", leader_id=[leader])
    visitor = await visit("phone", scripts=False)  # which would fetch the parts of other services: none is here
    await visitor.go("/min-side")
    await to_keycloak(visitor.page)
    await log_in(visitor.page, "leder")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Min side")
    assert await known(visitor.page, site) == (["leader"], [], leader)


async def test_without_a_proof_of_who_asks_no_code_is_given(site: Living, keycloak: Keycloak) -> None:
    asked = {
        "client_id": "pages",
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": f"{site.base}/log-ind/svar",
    }
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{keycloak.issuer}/protocol/openid-connect/auth", params=asked)
        said = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (said["error"], "code_challenge_method" in said["error_description"][0]) == (["invalid_request"], True)
        begun = await client.post(f"{site.base}/log-ind", data={"til": "/"}, headers={"Origin": site.base})
        sent = parse_qs(urlsplit(begun.headers["location"]).query)
        assert (sent["code_challenge_method"], len(sent["code_challenge"][0])) == (["S256"], 43)


async def test_a_session_goes_on_with_a_new_key_and_without_the_old_one(
    visit: Visit, site: Living, keycloak: Keycloak
) -> None:
    page = await at_figures(visit, "partner")
    [old] = keycloak.keys()
    keycloak.adds_key()
    await asyncio.sleep(COOLDOWN)
    await page.reload()
    await expect(page.get_by_label("Vis tal for")).to_be_visible()
    keycloak.ask("DELETE", f"/components/{old['id']}")
    await asyncio.sleep(COOLDOWN)
    await page.reload()
    await expect(page.get_by_label("Vis tal for")).to_be_visible()
    other = await at_figures(visit, "konsulent")
    assert (await known(other, site))[0] == ["consultant"]


async def test_who_logs_out_here_is_asked_who_they_are_again_in_every_tab(visit: Visit, site: Living) -> None:
    page = await at_figures(visit, "partner")
    tab = await page.context.new_page()
    await tab.goto(f"{site.base}/tal?udsnit=")
    await expect(tab.get_by_label("Vis tal for")).to_be_visible()
    await page.get_by_role("button", name="Log ud").click()
    await expect(page).to_have_url(re.compile(f"^{re.escape(site.base)}/[?]state="))
    await tab.goto(f"{site.base}/tal/tal.csv")
    await to_keycloak(tab)
    await expect(tab.locator("#username")).to_be_visible()


async def test_a_role_that_was_taken_counts_no_longer(visit: Visit, site: Living, keycloak: Keycloak) -> None:
    page = await at_figures(visit, "drift")
    keycloak.takes("operator", "drift")
    await asyncio.sleep(RENEWED)
    await page.goto(f"{site.base}/tal?udsnit=region.1083")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Sådan går det")
    assert (await known(page, site))[0] == []


async def test_who_was_logged_out_over_there_is_so_here(visit: Visit, site: Living, keycloak: Keycloak) -> None:
    page = await at_figures(visit, "kommune")
    keycloak.ask("POST", f"/users/{keycloak.user('kommune')['id']}/logout")
    await asyncio.sleep(RENEWED)
    await page.goto(f"{site.base}/tal?udsnit=region.1083")
    await expect(page).to_have_url(re.compile("/realms/lederalliancen/"))


async def test_two_tabs_may_be_on_their_way_at_once(visit: Visit, site: Living) -> None:
    visitor = await visit("desk")
    first, second = visitor.page, await visitor.page.context.new_page()
    await first.goto(f"{site.base}/log-ind?til=/tal?tab=1")
    await second.goto(f"{site.base}/log-ind?til=/tal?tab=2")
    for tab in (first, second):
        await to_keycloak(tab)
    await log_in(first, "partner")
    await expect(first).to_have_url(f"{site.base}/tal?tab=1")
    # Keycloak's page in the other one may have noticed by itself.
    if await second.locator("#kc-login").is_visible():
        await log_in(second, "partner")
    await expect(second).to_have_url(f"{site.base}/tal?tab=2")
    await expect(second.get_by_label("Vis tal for")).to_be_visible()
