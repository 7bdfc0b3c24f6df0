"""A leader comes to her page by the button in her mail, or asks for a new link; beside an issuer as well."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import expect

from intake.queries.links import mint
from shared.mail.letters import Writing
from shared.mail.rows import Mail
from shared.service import services
from shared.spine.work import Work
from tests.browser.conftest import EVERYBODY, MASTER_KEY, Living, Visit, living
from tests.browser.test_my_page import with_a_place
from tests.conftest import free_ports
from tests.issuer import AUDIENCE, CLIENT, SECRET, issuer


@pytest.fixture
async def site(topics: str, database: str) -> AsyncIterator[Living]:
    async with living(services()["intake"], topics, database) as it:
        yield it


@pytest.fixture
def address(site: Living) -> str:
    return site.base


@pytest.fixture
async def link(site: Living, today: str) -> str:
    """As the mail to a leader holds it."""
    mail = Mail(Work.new_id(), "welcome", await with_a_place(site.base, today), {})
    async with site.runtime.pool.acquire() as conn:
        return "/min-side/" + await mint(Writing(conn, mail, datetime.now(UTC), site.base, {}))


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_from_the_mail_to_her_page_and_with_a_link_that_is_over_to_a_new_one(
    visit: Visit, link: str, width: str, scripts: bool
) -> None:
    visitor = await visit(width, scripts=scripts)
    page, heading = visitor.page, visitor.page.get_by_role("heading", level=1)
    visitor.expected = {404, 422}
    await visitor.go(link)
    await visitor.look("leader-link")
    await page.get_by_role("button", name="Åbn min side").click()
    await expect(heading).to_have_text("Min side")
    await page.get_by_role("link", name="Tilføj en kollega").click()
    await page.get_by_label("Navn").fill("Ib Bjerregaard")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Ib Bjerregaard")).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Log ud").click()
    await visitor.go("/min-side")
    await page.get_by_role("link", name="Få et link på mail").click()
    await visitor.look("leader-link-new")
    await visitor.go(link[:-1])
    await expect(heading).to_have_text("Linket virker ikke længere")
    await visitor.look("leader-link-wrong")
    await page.get_by_label("E-mail").fill("aase@vagtcentral")
    await page.get_by_role("button", name="Send mig et link").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("E-mail")).to_have_value("aase@vagtcentral")
    await visitor.look("leader-link-mistyped")
    await page.get_by_label("E-mail").fill("aase@vagtcentral.example")
    await page.keyboard.press("Enter")
    await expect(heading).to_have_text("Se efter i din mail")
    await visitor.look("leader-link-sent")


async def test_it_opens_by_keyboard_and_a_double_click_opens_it_once(visit: Visit, link: str) -> None:
    visitor = await visit("desk")
    await visitor.go(f"{link}?sprog=en")
    await visitor.look("leader-link-english")
    await visitor.tab_to("Open my page")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("My page")
    await visitor.go(link)
    await visitor.page.get_by_role("button", name="Open my page").dblclick()
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("My page")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_beside_an_issuer_a_leader_is_offered_a_link(
    visit: Visit, site: Living, topics: str, database: str, width: str, scripts: bool
) -> None:
    port = free_ports(1)
    with issuer() as identity:
        config: dict[str, Any] = {
            "token_key": None, "oidc_issuer": identity.url, "oidc_audience": AUDIENCE, "oidc_client": CLIENT,
            "oidc_client_secret": SECRET, "session_key": MASTER_KEY, "public_url": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        async with living(services()["intake"], topics, database, port=port, **config) as beside:
            visitor = await visit(width, scripts=scripts)
            page, visitor.base = visitor.page, beside.base
            await visitor.put_in("/tal/kort", "")
            await visitor.go("/")
            await page.get_by_role("link", name="Log ind").click()
            await visitor.look("log-in")
            await page.get_by_role("link", name="Få et link på mail").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Få et link til din side")
            await visitor.go("/i-dag")
            await page.locator("main").get_by_role("button", name="Log ind").click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text("I dag")
