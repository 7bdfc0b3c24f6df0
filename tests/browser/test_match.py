"""A young person is proposed: a leader says yes or no, and a consultant clears the gate."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from playwright.async_api import expect

from matching.state.matches import match_of
from shared.catalogue.calendar import add_working_days, in_words
from shared.events.base import Task
from shared.events.municipality_gateway import CandidateProposed
from shared.service import services
from shared.web.pages.page import Page
from tests.browser.conftest import EVERYBODY, Visit, living
from tests.browser.telling import Telling
from tests.unit.matching.world import LEADER, PLACE, answer, changed, opened, profile, proposed, registered, sent


class There(NamedTuple):
    base: str
    telling: Telling
    today: date
    match: str


OF_PLACE: dict[str, Any] = {"tasks": (Task(task_id="viden_data-07"), Task(task_id="viden_data-00")), "hours_to": 32}


@pytest.fixture
async def there(topics: str, database: str, today: str) -> AsyncIterator[There]:
    """Somebody is proposed for a place in Esbjerg, for a praktik that the kommune must approve."""
    async with living(services()["matching"], topics, database) as it:
        telling, day = Telling(it.runtime), date.fromisoformat(today)
        liked: dict[str, Any] = {"strengths": ("systematic", "detail", "viden_data-01"), "interests": ("gaming",)}
        proposal = of_today(
            day, form="VIRKSOMHEDSPRAKTIK", next_step="SMAAJOB", hours=15, until=day + timedelta(days=70), **liked
        )
        await telling.tell(opened(**OF_PLACE, seats=2), sent(), proposal)
        yield There(it.base, telling, day, match_of(proposal))


@pytest.fixture
def address(there: There) -> str:
    return there.base


def of_today(day: date, candidate: int = 0, **other: Any) -> CandidateProposed:
    of_profile: dict[str, Any] = {name: other.pop(name) for name in ("strengths", "interests") if name in other}
    of_profile["from"] = day
    start = day + timedelta(days=21)
    return proposed(candidate, profile=profile(**of_profile), said_on=day, start=start, **other)


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_leader_says_yes(visit: Visit, there: There, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("leader", leader_id=LEADER)
    page = visitor.page
    await visitor.go("/match/mine")
    await visitor.look("match-mine")
    await page.get_by_role("link", name="En ung er foreslået til din plads").click()
    await expect(page.get_by_text("At arbejde systematisk, at se detaljerne")).to_be_visible()
    await expect(page.get_by_text("Gaming")).to_be_visible()
    await expect(page.get_by_text("Kommunen skal godkende det, fordi det er praktik uden løn.")).to_be_visible()
    await visitor.look("match-leader")
    await page.get_by_role("button", name="Ja, jeg vil gerne").click()
    await expect(page.get_by_text("Du har sagt ja. Kommunen spørger den unge")).to_be_visible()
    await expect(page.get_by_text("Har I mødt hinanden?")).to_be_visible()
    await visitor.look("match-leader-yes")
    await visitor.go(f"/match/plads/{PLACE}")
    await expect(page.get_by_text("Venter på den unge")).to_be_visible()
    await visitor.look("match-place-leader")
    await visitor.go("/match/mine")
    await expect(page.get_by_text("Der er ingen lige nu.")).to_be_visible()
    await visitor.look("match-mine-none")


async def test_an_old_no_in_another_tab_asks_before_it_undoes_a_yes(visit: Visit, there: There) -> None:
    visitor = await visit("phone")
    await visitor.be("leader", leader_id=LEADER)
    page, other = visitor.page, await visitor.page.context.new_page()
    await other.goto(f"{there.base}/match/{there.match}/nej")
    await visitor.go(f"/match/{there.match}")
    await page.get_by_role("button", name="Ja, jeg vil gerne").click()
    await expect(page.get_by_text("Du har sagt ja. Kommunen spørger den unge")).to_be_visible()
    await other.get_by_label("Timetallet passer ikke").check()
    await other.get_by_role("button", name="Sig nej").click()
    await expect(other.get_by_role("alert")).to_contain_text(
        re.compile("Der er sket noget imens.*Vil du tage dit ja tilbage?", re.DOTALL)
    )
    await page.reload()
    await expect(page.get_by_text("Du har sagt ja. Kommunen spørger den unge")).to_be_visible()
    visitor.page = other
    await expect(other.get_by_role("heading", level=1)).to_have_text("Tag dit ja tilbage")
    await expect(other.get_by_label("Timetallet passer ikke")).to_be_checked()
    await visitor.look("match-take-back")
    await other.get_by_role("button", name="Tag ja'et tilbage").click()
    await expect(other.get_by_text("Det blev ikke til noget denne gang.")).to_be_visible()


async def test_a_leader_says_no_and_why(visit: Visit, there: There) -> None:
    visitor = await visit("phone")
    await visitor.be("leader", leader_id=LEADER)
    page = visitor.page
    await visitor.go(f"/match/{there.match}")
    await visitor.tab_to("Nej")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nej tak denne gang")
    await visitor.look("match-no")
    await page.get_by_label("Timetallet passer ikke").check()
    await page.get_by_role("button", name="Sig nej").click()
    await expect(page.get_by_text("Det blev ikke til noget denne gang.")).to_be_visible()
    await expect(page.get_by_text("Gaming")).to_have_count(0)
    await visitor.look("match-leader-no")


@pytest.mark.parametrize(("width", "scripts"), EVERYBODY)
async def test_a_consultant_clears_the_gate(visit: Visit, there: There, width: str, scripts: bool) -> None:
    visitor = await visit(width, scripts=scripts)
    await visitor.be("consultant")
    page = visitor.page
    await visitor.go("/match")
    await visitor.look("matches")
    await page.get_by_role("link", name="Forslag fra Esbjerg Kommune").click()
    await expect(page.get_by_role("heading", name="Hvem mangler at sige ja?")).to_be_visible()
    less = page.get_by_role("heading", name="Det passer mindre godt").locator("xpath=following-sibling::ul[1]")
    await expect(less).to_contain_text("Det begynder som praktik uden løn")
    await visitor.look("match-consultant")
    await page.get_by_role("link", name="Lederen siger ja").click()
    await visitor.look("match-yes-for-leader")
    await page.get_by_role("button", name="Ja, lederen vil gerne").click()
    await expect(page.get_by_text("Lederen: har sagt ja")).to_be_visible()
    await page.get_by_role("link", name="Gå listen igennem").click()
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("alert")).to_contain_text("Det er på plads")
    await visitor.look("match-gate-wrong")
    await page.get_by_label("Har leder og ung mødt hinanden?").check()
    await page.get_by_label("Er opgaverne klare?").check()
    await visitor.look("match-gate")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Har leder og ung mødt hinanden? Ja")).to_be_visible()
    await page.get_by_role("link", name="Gå listen igennem").click()
    await page.get_by_label("Er opgaverne klare?").uncheck()
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_text("Er opgaverne klare? Nej")).to_be_visible()
    for party in ("young-person", "kommune"):
        await there.telling.tell(answer(there.match, party, "yes"))
    await visitor.go("/match?waits_for=consultant")
    await page.get_by_role("link", name="Forslag fra Esbjerg Kommune").click()
    await page.get_by_role("link", name="Gå listen igennem").click()
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.get_by_role("button", name="Gem").click()
    await expect(page.locator(".badge")).not_to_have_text("Mangler tjeklisten")
    await there.telling.settle()
    await page.reload()
    await expect(page.get_by_text("Aftalt", exact=True)).to_be_visible()
    await visitor.look("match-agreed")


async def test_while_the_seat_is_held_no_yes_is_offered_and_a_no_is(visit: Visit, there: There) -> None:
    other = of_today(there.today, 1)
    await there.telling.tell(changed(**OF_PLACE, seats=1), other)
    visitor = await visit("phone")
    await visitor.be("leader", leader_id=LEADER)
    page, waits = visitor.page, f"/match/{match_of(other)}"
    await visitor.go(f"/match/{there.match}")
    await page.get_by_role("button", name="Ja, jeg vil gerne").click()
    await there.telling.settle()
    await visitor.go(f"/match/plads/{PLACE}")
    await expect(page.get_by_text("Venter på pladsen")).to_be_visible()
    for address in (waits, f"{waits}/ja"):
        await visitor.go(address)
        await expect(page.get_by_text("Du skal ikke svare på dette forslag nu.")).to_be_visible()
        await expect(page.get_by_role("button", name="Ja, jeg vil gerne")).to_have_count(0)
    await visitor.go(waits)
    await visitor.look("match-leader-seat-held")
    await page.get_by_role("link", name="Nej tak til dette forslag").click()
    await page.get_by_role("button", name="Sig nej").click()
    await expect(page.get_by_text("Det blev ikke til noget denne gang.")).to_be_visible()


async def test_lists_have_an_end_and_a_next_page_and_an_error_is_cancelled(visit: Visit, there: There) -> None:
    visitor = await visit("desk")
    await visitor.be("consultant")
    page = visitor.page
    more = [
        of_today(there.today).changed(candidate_id=f"20000000-0000-4000-8000-0000000001{n:02}", reply_id=f"more-{n}")
        for n in range(30)
    ]
    await there.telling.tell(*more, *(registered(n, **{"from": there.today}) for n in (2, 3)))
    await there.telling.tell(registered(1, hours=8, **{"from": there.today}))
    await visitor.go("/match")
    await expect(page.locator(".la-rows > li")).to_have_count(25)
    await page.get_by_role("link", name="Vis de næste").click()
    await expect(page.locator(".la-rows > li")).to_have_count(6)
    await visitor.look("matches-next")
    await page.get_by_role("link", name="Tjeklisten", exact=True).click()
    await visitor.look("matches-none")
    await visitor.go(f"/match/forslag/{PLACE}")
    await visitor.look("suggestions")
    await visitor.go(f"/match/{there.match}/annuller")
    await visitor.look("match-cancel")
    await page.get_by_role("button", name="Ja, aflys forslaget").click()
    await expect(page.get_by_text("Oprettet ved en fejl")).to_be_visible()
    await visitor.look("match-cancelled")
    await visitor.go(f"/match/plads/{PLACE}")
    await visitor.look("match-place")


@pytest.mark.parametrize("width", ["phone", "desk"])
async def test_on_the_whole_site_a_line_says_whom_it_is_about(
    visit: Visit, there: There, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Page, "has", lambda page, path: True)
    visitor = await visit(width)
    await visitor.put_in(f"/pladser/{PLACE}/hvem", "<p><strong>Vagtcentralen</strong>, Esbjerg · Mette Holm</p>")
    await visitor.be("consultant")
    await visitor.go("/match")
    await expect(visitor.page.get_by_role("listitem").filter(has_text="Mette Holm")).to_contain_text("Forslag fra")
    await visitor.look("matches-whom")


async def test_what_the_leader_is_told_says_when_and_no_more(visit: Visit, there: There) -> None:
    visitor = await visit("desk")
    await visitor.be("leader", leader_id=LEADER)
    await visitor.go(f"/match/{there.match}?sprog=en")
    await visitor.look("match-leader-english")
    await visitor.go(f"/match/{there.match}?sprog=da")
    told = await visitor.page.locator("main").inner_text()
    until = in_words(add_working_days(there.today, 10))
    assert f"Vi holder pladsen til den unge til og med den {until}." in told
    assert not [word for word in ("18-24", "support", "systematic", "VIRKSOMHEDSPRAKTIK", "af 100") if word in told]
    visitor.expected = {403, 404}
    await visitor.go(f"/match/{there.match}/tjekliste")
    await expect(visitor.page.get_by_role("heading", level=1)).not_to_have_text("Tjekliste før start")
    await visitor.be("leader", leader_id=PLACE)
    await visitor.go(f"/match/{there.match}")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Siden findes ikke")
