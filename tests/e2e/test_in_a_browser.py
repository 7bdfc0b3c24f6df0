"""The main job by those who do it, in browsers alone: a leader, a consultant, and kommuner that answer by mail.

S05 from the sign-up to how it goes; X7 as far as the next kommune's yes. Nobody but these three is there.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import asyncpg
import httpx
import pytest
from playwright.async_api import async_playwright, expect

from deploy.demo.world import POST, SITE, World
from shared.catalogue.calendar import add_working_days
from tests.browser.chromium import options
from tests.browser.visitor import PATIENCE, Visitor, visitor
from tests.leaks.country import country, settled
from tests.waiting import until

pytestmark = pytest.mark.timeout(300)
expect.set_options(timeout=PATIENCE)
LEADER, ESBJERG, MORSOE, THISTED = "aase@vagtcentral.example", "0561", "0773", "0787"


class Mail(NamedTuple):
    to: str
    subject: str
    text: str

    @property
    def link(self) -> str:
        [found] = re.findall(r"https?://\S+", self.text)
        return str(found)


class Here(NamedTuple):
    """Everybody, each at a browser of their own; and the post."""

    world: World
    leader: Visitor
    consultant: Visitor
    contact: Visitor

    async def mails(self, to: str) -> list[Mail]:
        async with httpx.AsyncClient() as post:
            came = (await post.get(f"{self.world.urls[POST]}/mails")).json()
        return [Mail(**mail) for mail in came if to in mail["to"]]

    async def mail(self, to: str, words: str) -> Mail:
        """The last one that says so, once it has come."""
        found = list[Mail]()

        async def came() -> bool:
            found[:] = [mail for mail in await self.mails(to) if words in mail.subject + mail.text]
            return bool(found)

        await until(came)
        return found[-1]

    async def all_is_posted(self) -> bool:
        conn = await asyncpg.connect(self.world.stack.database)
        try:
            waiting = "SELECT count(*) FROM {}.mail WHERE state = 'waiting'"
            return not sum([await conn.fetchval(waiting.format(of)) for of in ("intake", "municipality_gateway")])
        finally:
            await conn.close()

    async def days(self, n: int) -> None:
        """So many working days pass, at what is due in between as well."""
        calendar = self.world.calendar
        day = add_working_days(calendar.today, n)
        end = calendar.now + timedelta(days=(day - calendar.today).days)
        async with httpx.AsyncClient() as http:
            while (due := await self.world.quiet(http)) and due < end:
                await until(self.all_is_posted)  # in days that last a second, what a mail says is soon over
                calendar.move(due)
            await until(self.all_is_posted)
            calendar.move(end)
            await self.world.quiet(http)


@asynccontextmanager
async def everybody(home: Path) -> AsyncIterator[Here]:
    async with country(home) as world, async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options())
        site = world.urls[SITE]
        sat = [await visitor(browser, site, width) for width in ("phone", "desk", "phone")]
        yield Here(world, *sat)
        assert [one.wrong for one in sat] == [[], [], []]
        await browser.close()


async def test_the_main_job_in_browsers_alone(home: Path) -> None:
    async with everybody(home / "in-a-browser") as here:
        for kommune, who in ((ESBJERG, "Una Ungevejleder"), (MORSOE, "Maja Tavs"), (THISTED, "Ture Hurtig")):
            await a_contact(here, kommune, who)
        await settled(here.world)
        await a_leader_signs_up(here, "Vagtcentralen", "13585628", "6700", LEADER)
        await is_called_and_gets_a_place(here, "Vagtcentralen")
        await the_kommune_finds_somebody(here)
        await all_say_yes(here)
        await it_begins_and_is_followed_up(here)
        await a_silent_kommune(here)


async def a_contact(here: Here, kommune: str, name: str) -> None:
    visitor, page = here.consultant, here.consultant.page
    await visitor.be("consultant")
    await visitor.go(f"/kommuner/{kommune}")
    await page.get_by_role("link", name="Skriv en kontaktperson op").click()
    await page.get_by_label("Navn", exact=True).fill(name)
    await page.get_by_label("Ungeindsats").first.check()
    await page.get_by_label("Telefon").fill("20 12 34 58")
    await page.get_by_label("E-mail").fill(f"ung@k{kommune}.example")
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("status")).to_have_text("Gemt.")


async def a_leader_signs_up(here: Here, company: str, cvr: str, postnr: str, email: str) -> None:
    page = here.leader.page
    await here.leader.go("/")
    await page.get_by_role("link", name="Meld dig til").first.click()
    fields = {
        "Dit navn": "Åse Kjærgård", "Telefon": "20 12 34 56", "E-mail": email, "Arbejdsplads": company,
        "CVR-nummer": cvr, "Postnummer": postnr,
    }  # fmt: skip
    for label, typed in fields.items():
        await page.get_by_label(label, exact=True).fill(typed)
    await page.get_by_role("button", name="Meld mig til").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Tak for din tilmelding")
    assert "En konsulent ringer" in (await here.mail(email, "Velkommen")).text


async def comes_by(here: Here, mail: Mail, name: str) -> None:
    """The leader, without an account."""
    page = here.leader.page
    await page.goto(mail.link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Din side hos Lederalliancen")
    await here.leader.look(name)
    await page.get_by_role("button", name="Åbn min side").click()


async def is_called_and_gets_a_place(here: Here, company: str) -> None:
    visitor, page = here.consultant, here.consultant.page
    await visitor.go("/i-dag")
    await page.get_by_role("listitem").filter(has_text=company).get_by_role("link", name="Til samtalen").click()
    await page.get_by_label("Talte med lederen").check()
    await page.get_by_role("button", name="Gem opkaldet").click()
    await page.get_by_role("link", name="Find en plads sammen").click()
    await page.get_by_role("button", name="Begynd").click()
    await page.locator("summary", has_text="Viden").click()
    await page.get_by_label("Indtastning", exact=False).first.check()
    await page.get_by_label("Timer om ugen til at begynde med").fill("10")
    await page.get_by_label("Timer om ugen på sigt").fill("30")
    await page.get_by_label("Dag (kl. 8-16)").check()
    await page.get_by_label("Afprøvning med henblik på ansættelse").check()
    await page.get_by_label("Småjob (få løntimer)", exact=True).first.check()
    await expect(page.locator("#regler")).to_contain_text("Alt er på plads.")
    await page.get_by_role("link", name="Åbn pladsen").click()
    await page.get_by_role("button", name="Åbn pladsen").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Åben")


async def the_kommune_finds_somebody(here: Here) -> None:
    """From the mail alone, without an account."""
    page = here.contact.page
    asked = await here.mail(f"ung@k{ESBJERG}.example", "/svar/")
    await page.goto(asked.link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("En plads til en ung i Esbjerg")
    await page.get_by_role("link", name="Ja, vi leder efter en ung").click()
    await page.get_by_role("button", name="Ja, vi leder").click()
    await expect(page.get_by_text("Åse Kjærgård")).to_be_visible()  # intake's part: whom to call
    await here.contact.look("job-accepted")
    await page.get_by_role("link", name="Vi har ringet til lederen").click()
    await page.get_by_role("button", name="Send svaret").click()
    await page.get_by_role("link", name="Foreslå en ung").click()
    await page.get_by_label("18-24 år").check()
    for strength in ("At holde orden", "At arbejde ved skærm", "At bruge hænderne"):
        await page.get_by_role("group", name=re.compile("^Det er den unge god til")).get_by_label(strength).check()
    await page.get_by_role("group", name=re.compile("^Det skal pladsen")).get_by_label("En fast kontaktperson").check()
    await page.get_by_label("Småjob (få løntimer)").check()
    await page.get_by_label("Timer om ugen til at begynde med").fill("10")
    await page.get_by_label("Dag (kl. 8-16)").check()
    await page.get_by_label("Hvor langt kan den unge rejse hver vej?").select_option("45")
    start = add_working_days(here.world.calendar.today, 10)
    await page.get_by_label("Første dag").fill(start.isoformat())
    await page.get_by_role("button", name="Foreslå den unge").click()
    await here.mail(LEADER, "sig ja eller nej")


async def all_say_yes(here: Here) -> None:
    leader = here.leader.page
    await comes_by(here, await here.mail(LEADER, "Velkommen"), "job-link")
    await expect(leader.get_by_role("heading", level=1)).to_have_text("Min side")
    await expect(leader.get_by_role("link", name="En ung er foreslået til din plads")).to_be_visible()
    await leader.get_by_role("button", name="Log ud").click()
    await comes_by(here, await here.mail(LEADER, "sig ja eller nej"), "job-link-to-proposal")
    await expect(leader.get_by_role("button", name="Ja, jeg vil gerne")).to_be_visible()
    await here.leader.look("job-proposed")
    await leader.get_by_role("button", name="Ja, jeg vil gerne").click()
    await expect(leader.get_by_text("Du har sagt ja. Kommunen spørger den unge")).to_be_visible()

    contact = here.contact.page
    await contact.goto((await here.mail(f"ung@k{ESBJERG}.example", "mangler et ja")).link)
    await contact.get_by_role("link", name="Giv den unges svar videre").click()
    await contact.get_by_label("Ja", exact=True).check()
    await contact.get_by_role("button", name="Giv svaret videre").click()
    await settled(here.world)
    await contact.reload()
    await expect(contact.get_by_text("Alle har sagt ja.")).to_be_visible()

    visitor, page = here.consultant, here.consultant.page
    await visitor.go("/i-dag?arbejde=match")
    await page.get_by_role("link", name="Spørgsmål før start").click()
    await page.get_by_role("link", name="Gå listen igennem").click()
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.get_by_role("button", name="Gem").click()
    await settled(here.world)
    await page.reload()
    await expect(page.get_by_text("Aftalt", exact=True)).to_be_visible()
    await contact.goto((await here.mail(f"ung@k{ESBJERG}.example", "Det er aftalt")).link)
    await expect(contact.get_by_role("heading", name="Det er aftalt")).to_be_visible()
    await here.contact.look("job-contact-agreed")


async def it_begins_and_is_followed_up(here: Here) -> None:
    visitor, page = here.consultant, here.consultant.page
    await here.days(10)
    await visitor.go("/i-dag?arbejde=opfoelgning")
    await (
        page.get_by_role("listitem")
        .filter(has_text="Vagtcentralen")
        .get_by_role("link", name="Er det begyndt?")
        .click()
    )
    await page.get_by_role("link", name="Det er begyndt").click()
    await page.get_by_role("button", name="Det er begyndt").click()
    await page.get_by_role("link", name="Notér opfølgning").click()
    await page.get_by_label("Ja", exact=True).check()
    await page.get_by_label("Mod", exact=True).check()
    await page.get_by_role("button", name="Gem").click()
    await expect(page.get_by_role("heading", name="Timerne over tid")).to_be_visible()
    await settled(here.world)
    await here.leader.go("/min-side")
    await expect(here.leader.page.get_by_role("heading", name="De unge hos jer")).to_be_visible()
    await here.leader.look("job-begun")


async def a_silent_kommune(here: Here) -> None:
    """X7: reminded, and then the next one by reach is asked, and answers from its mail."""
    await a_leader_signs_up(here, "Mors Fisk", "25052501", "7900", "leder@morsfisk.example")
    await is_called_and_gets_a_place(here, "Mors Fisk")
    silent, quick = f"ung@k{MORSOE}.example", f"ung@k{THISTED}.example"
    await here.mail(silent, "/svar/")
    asked = datetime.now().astimezone()
    await here.days(4)
    visitor, page = here.consultant, here.consultant.page
    await visitor.go("/i-dag?arbejde=kommuner")
    await expect(page.get_by_text("Maja Tavs")).to_be_visible()  # the gateway's part: whom to ring there
    await visitor.look("job-silent")
    assert not await here.mails(quick), asked
    await here.days(7)
    link = (await here.mail(quick, "/svar/")).link
    await here.contact.page.goto(link)
    await here.contact.page.get_by_role("link", name="Ja, vi leder efter en ung").click()
    await here.contact.page.get_by_role("button", name="Ja, vi leder").click()
    await settled(here.world)
    await visitor.go("/ledere")
    await page.get_by_label("Hvad ved du?").fill("Mors Fisk")
    await page.get_by_role("button", name="Søg").click()
    await page.get_by_role("link", name="Åse Kjærgård").click()
    await page.get_by_role("link", name=re.compile("Vis pladsen|Se pladsen|Pladsen")).first.click()
    await expect(page.get_by_text("Thisted Kommune").first).to_be_visible()
    assert len(await here.mails(silent)) >= 2, "asked, and reminded"
