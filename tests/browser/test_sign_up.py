"""A leader reads what it is and signs up, on a phone and at a desk, with scripts and without, by keyboard alone."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import EVERYBODY, Visit

FIELDS = {
    "Dit navn": "Åse Kjærgård",
    "Telefon": "20 12 34 56",
    "E-mail": "aase@vagtcentral.example",
    "Arbejdsplads": "Vagtcentralen",
    "CVR-nummer": "13 58 56 28",
    "Postnummer": "6700",
}


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_from_the_front_page_to_the_thanks(visit: Visit, width: str, scripts: bool) -> None:
    leader = await visit(width, scripts=scripts)
    page = leader.page
    await leader.go("/")
    await leader.look("front")
    await page.get_by_role("link", name="Meld dig til").first.click()
    await leader.look("sign-up")
    for label, typed in FIELDS.items():
        await page.get_by_label(label, exact=True).fill(typed)
    await page.get_by_role("button", name="Meld mig til").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Tak for din tilmelding")
    await leader.look("thanks")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_every_wrong_field_is_explained_beside_it_and_nothing_typed_is_lost(
    visit: Visit, width: str, scripts: bool
) -> None:
    leader = await visit(width, scripts=scripts)
    page = leader.page
    await leader.go("/tilmeld")
    wrong = FIELDS | {"Telefon": "2012", "E-mail": "aase@vagtcentral", "CVR-nummer": "13585629", "Postnummer": ""}
    for label, typed in wrong.items():
        await page.get_by_label(label, exact=True).fill(typed)
    await page.get_by_role("button", name="Meld mig til").click()
    summary = page.get_by_role("alert")
    await expect(summary).to_be_focused()
    await expect(summary.get_by_role("link")).to_have_count(4)
    for label, typed in wrong.items():
        await expect(page.get_by_label(label, exact=True)).to_have_value(typed)
    await expect(page.get_by_label("Telefon", exact=True)).to_have_accessible_description(
        "Så vi kan ringe til dig. Fejl: Det er ikke et telefonnummer, man kan ringe til. Skriv ét med 8 cifre, fx"
        " 20 12 34 56, eller med + og landekode, fx +46 8 123 456 78."
    )
    await expect(page.get_by_label("Postnummer", exact=True)).to_have_accessible_description(
        "Der, hvor den unge skal møde. Fejl: Skal udfyldes."
    )
    await leader.look("sign-up-wrong")
    await summary.get_by_role("link").first.click()
    await expect(page.get_by_label("Telefon", exact=True)).to_be_focused()
    for label, typed in FIELDS.items():
        await page.get_by_label(label, exact=True).fill(typed)
    await page.get_by_role("button", name="Meld mig til").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Tak for din tilmelding")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_the_kommune_is_asked_for_where_the_postal_code_lies_in_several(
    visit: Visit, width: str, scripts: bool
) -> None:
    """As it is typed, or by the first answer where there are no scripts."""
    leader = await visit(width, scripts=scripts)
    page = leader.page
    await leader.go("/tilmeld")
    question = page.get_by_role("group", name="Hvilken kommune ligger arbejdspladsen i?")
    for label, typed in (FIELDS | {"E-mail": f"{width}@sabro.example", "Postnummer": "7442"}).items():
        await page.get_by_label(label, exact=True).fill(typed)
    if scripts:
        await expect(question.get_by_role("radio")).to_have_count(3)
        await page.get_by_label("Postnummer", exact=True).fill("8471")
        await expect(question.get_by_role("radio")).to_have_count(4)
    else:
        await page.get_by_label("Postnummer", exact=True).fill("8471")
    await page.get_by_role("button", name="Meld mig til").click()
    await expect(page.get_by_role("alert")).to_contain_text("Postnummeret ligger i flere kommuner.")
    await expect(page.get_by_label("Postnummer", exact=True)).to_have_value("8471")
    await leader.look("sign-up-kommune")
    await question.get_by_label("Det ved jeg ikke").check()
    await page.get_by_role("button", name="Meld mig til").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Tak for din tilmelding")
    await leader.be("consultant")
    await leader.go("/i-dag")
    await page.get_by_role("link", name="Til samtalen").first.click()
    await expect(page.get_by_text("Kommunen er gættet ud fra postnummeret: Aarhus Kommune (50 %).")).to_be_visible()
    await leader.look("leader-kommune-guessed")
    await page.get_by_role("link", name="Ret kommunen").click()
    await page.get_by_label("Kommune (kan udelades)").select_option(label="Favrskov Kommune")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("8471 · Favrskov Kommune")).to_be_visible()
    await expect(page.get_by_text("gættet")).to_have_count(0)


async def test_by_keyboard_alone(visit: Visit) -> None:
    leader = await visit("desk")
    page = leader.page
    await leader.go("/tilmeld")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Gå til sidens indhold")).to_be_focused()
    await page.keyboard.press("Enter")
    for label, typed in FIELDS.items():
        await leader.tab_to(label)
        await page.keyboard.type(typed)
    await leader.tab_to("Meld mig til")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Tak for din tilmelding")


async def test_in_english_one_click_away_and_from_there_on(visit: Visit) -> None:
    leader = await visit("desk")
    await leader.go("/")
    await leader.page.get_by_role("link", name="English").click()
    await leader.look("front-english")
    await leader.page.get_by_role("link", name="Sign up").first.click()
    await expect(leader.page.get_by_role("heading", level=1)).to_have_text("Sign up")
    await leader.look("sign-up-english")


async def test_a_page_that_is_not_there_says_where_to_go(visit: Visit) -> None:
    leader = await visit("phone")
    leader.expected = {404}
    await leader.go("/findes-ikke")
    await leader.look("not-found")
    await leader.page.get_by_role("link", name="Til forsiden").click()
    await expect(leader.page).to_have_url(f"{leader.base}/")
