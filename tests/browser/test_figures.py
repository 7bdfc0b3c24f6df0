"""A partner reads how it goes, looks at one region alone, and takes a table home; anyone reads the open part."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from shared.service import services
from tests.browser.conftest import EVERYBODY, Living, Visit, living
from tests.browser.visitor import Visitor
from tests.journeys import Journey, records


@pytest.fixture
async def metrics(topics: str, database: str) -> AsyncIterator[Living]:
    async with living(services()["metrics"], topics, database) as it:
        yield it


@pytest.fixture
async def counted(metrics: Living) -> None:
    told = records([Journey(seed) for seed in range(90)])
    for topic in sorted({record.topic for record in told}):
        await metrics.runtime.spine.consume([record for record in told if record.topic == topic])


@pytest.fixture
def address(metrics: Living) -> str:
    return metrics.base


async def log_in(visitor: Visitor) -> Page:
    await visitor.go("/tal")
    await visitor.page.get_by_role("main").get_by_role("link", name="Log ind").click()
    await visitor.page.get_by_role("button", name="Partner").click()
    await expect(visitor.page.get_by_label("Vis tal for")).to_be_visible()
    return visitor.page


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_partner_sees_all_and_one_region_alone(visit: Visit, width: str, scripts: bool, tmp_path: Path) -> None:
    partner = await visit(width, scripts=scripts)
    await partner.go("/tal")
    await partner.look("figures-open")
    page = await log_in(partner)
    await partner.look("figures")
    await page.get_by_label("Vis tal for").select_option(label="Region Syddanmark")
    if not scripts:
        await page.get_by_role("button", name="Vis", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Region Syddanmark")
    await expect(page).to_have_url(f"{partner.base}/tal?udsnit=region.1083")
    await partner.look("figures-region")
    async with page.expect_download() as begun:
        await page.get_by_role("link", name=re.compile("regneark.*: Fra tilmelding")).click()
    loaded = await begun.value
    assert loaded.suggested_filename.startswith("lederalliancen-trin-1083-")
    await loaded.save_as(tmp_path / "it.csv")
    raw = (tmp_path / "it.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf;Trin;Antal;Andel (%)\r\nLedere;Har meldt sig til;")


async def test_before_anything_is_counted_each_place_says_so(visit: Visit) -> None:
    partner = await visit("phone")
    await partner.go("/tal/kort")
    await partner.look("figures-short-none")
    page = await log_in(partner)
    await expect(page.get_by_text("Ingen har meldt sig til endnu.").first).to_be_visible()
    await partner.look("figures-none")


@pytest.mark.usefixtures("counted")
async def test_the_figures_so_far_are_open_to_anyone(visit: Visit) -> None:
    anyone = await visit("desk")
    await anyone.go("/tal/kort")
    await expect(anyone.page.get_by_text("ledere har meldt sig til")).to_be_visible()
    await anyone.look("figures-short")


@pytest.mark.usefixtures("counted")
async def test_by_keyboard_and_in_english(visit: Visit) -> None:
    partner = await visit("desk")
    page = await log_in(partner)
    await partner.go("/tal?sprog=en")
    await partner.tab_to("Show figures for")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("status")).to_contain_text("Those who began in")
    await partner.look("figures-english")
