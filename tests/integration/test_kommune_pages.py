"""Pages of the gateway after login: referrals, the directory, and where a place would go."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from municipality_gateway.pages import acts
from shared.web.pages.page import Page
from tests.gateway_served import token
from tests.integration.test_answer_pages import text
from tests.integration.test_links import UNA, Mailing, world
from tests.unit.municipality_gateway.world import ESBJERG, FANOE, LEADER, PLACE, opened

__all__ = ["world"]
CONSULTANT = token("consultant")
ITS_OWN, STRANGER = token("kommune", kommune=ESBJERG), token("kommune", kommune="0101")


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "PATIENCE", 1)


async def page(world: Mailing, path: str, who: str, **typed: Any) -> httpx.Response:
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "authorization": f"Bearer {who}"}
    async with httpx.AsyncClient(transport=world.transport, base_url="https://gateway", headers=headers) as client:
        if typed:
            return await client.post(path, data={"_key": str(uuid4()), **typed})
        return await client.get(path)


async def test_a_kommune_sees_its_own_referrals_and_answers_them(world: Mailing) -> None:
    shown = text(await page(world, "/henvendelser", ITS_OWN))
    assert "Skærmbaseret overvågning" in shown
    assert "Venter på svar · spurgt den 23. november 2026 · svar senest den 30. november 2026" in shown
    assert "Der er ingen henvendelser endnu." in text(await page(world, "/henvendelser", STRANGER))
    path = f"/henvendelser/{world.referral}"
    assert (await page(world, path, STRANGER)).status_code == 404
    assert (await page(world, f"{path}/ja", STRANGER, company_known="true")).status_code == 404
    assert (await page(world, f"{path}/ja", ITS_OWN, company_known="true")).status_code == 303
    await world.reply(*await world.relay())
    assert await world.state() == "accepted"
    assert "Ja, I leder" in text(await page(world, path, ITS_OWN))


async def test_referrals_are_filtered_and_go_on_page_by_page(world: Mailing) -> None:
    for _ in range(26):
        await world.hear(opened(place_id=str(uuid4())))
    first = await page(world, "/henvendelser?kommune=0561&tilstand=requested", CONSULTANT)
    assert first.text.count('la-choice"') == 25
    assert "kommune=0561&amp;after=" in first.text
    assert "Her er ingen." in text(await page(world, "/henvendelser?kommune=0101", CONSULTANT))
    assert (await page(world, "/henvendelser?after=x", CONSULTANT)).status_code == 422


async def test_a_line_says_whom_it_is_about_as_far_as_who_reads_it_may_know(
    world: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a kommune by sector, town, tasks and day; by name once it has said yes and the leader is told."""
    monkeypatch.setattr(Page, "has", lambda page, path: True)
    await world.hear(opened(place_id=str(uuid4())).changed(sector="trade"))
    of_consultant, of_kommune = f"/pladser/{PLACE}/hvem", f"/pladser/hos/{world.referral}/navn"
    asked = await page(world, "/henvendelser", ITS_OWN)
    assert "Handel · pladsen ligger i Esbjerg · Venter på svar" in text(asked)
    assert not {of_consultant, of_kommune} & {*re.findall('hx-get="(.*?)"', asked.text)}
    path = f"/henvendelser/{world.referral}"
    await page(world, f"{path}/ja", ITS_OWN, company_known="true")
    await world.reply(*await world.relay())
    told = await page(world, "/henvendelser", ITS_OWN)
    assert (of_kommune in told.text, of_consultant in told.text) == (True, False)
    await world.hear(opened(place_id=(slow := str(uuid4())), guidance="call"))
    desk = await page(world, "/henvendelser/at-goere", CONSULTANT)
    assert f"/pladser/{slow}/hvem" in desk.text
    for shown in ("/henvendelser", path):
        assert of_consultant in (await page(world, shown, CONSULTANT)).text, shown


async def test_a_consultant_answers_for_a_kommune_tells_the_leader_and_takes_back(world: Mailing) -> None:
    path = f"/henvendelser/{world.referral}"
    assert "Una Ungevejleder, ungeindsatsen 20 12 34 56" in text(await page(world, path, CONSULTANT))
    assert "20 12 34 56" in text(await page(world, f"{path}/kontakt", CONSULTANT))
    assert (await page(world, f"{path}/kontakt", ITS_OWN)).status_code == 403
    assert (await page(world, f"{path}/besked", CONSULTANT, _="")).status_code == 303
    assert (await page(world, f"{path}/ja", CONSULTANT, company_known="")).status_code == 303
    await world.reply(*await world.relay())
    wrong = await page(world, f"{path}/kald-tilbage", CONSULTANT, reason="")
    assert "Hvorfor? Vælg en af mulighederne." in text(wrong)
    assert (await page(world, f"{path}/kald-tilbage", CONSULTANT, reason="match-elsewhere")).status_code == 303
    await world.settle()
    assert "Bedt om at stoppe" in text(await page(world, path, CONSULTANT))
    reads = await world.pool.fetch("SELECT route FROM access_log WHERE person_id = $1", UNA)
    assert {"GET /henvendelser/{referral_id}", "GET /henvendelser/{referral_id}/kontakt"} <= {r["route"] for r in reads}


async def test_what_waits_for_a_consultant_is_one_click_from_being_done(world: Mailing) -> None:
    assert "Ingen kommune venter på os lige nu." in text(await page(world, "/henvendelser/at-goere", CONSULTANT))
    other = str(uuid4())
    await world.hear(opened(place_id=other, guidance="call", kommune=FANOE))  # where nobody is known
    await world.hear(opened(place_id=str(uuid4()), guidance="call"))
    shown = await page(world, "/henvendelser/at-goere", CONSULTANT)
    said = text(shown)
    assert "Ingen kontaktperson i Fanø Kommune kan spørges nu." in said
    assert "Ring til lederen, og fortæl, hvem der ringer fra Esbjerg Kommune" in said
    assert "Una Ungevejleder, 20 12 34 56" in said
    found = re.search(r'href="(/henvendelser/[0-9a-f-]+/besked)"', shown.text)
    assert found
    assert (await page(world, found[1], CONSULTANT, _="")).status_code == 303
    left = text(await page(world, "/henvendelser/at-goere", CONSULTANT))
    assert "Ring til lederen" not in left
    few = await page(world, "/henvendelser/at-goere?antal=1", CONSULTANT)
    assert (few.text.count("<li>\n  <p><strong>"), "Vis flere" in few.text) == (1, False)


async def test_a_leader_sees_who_calls_once_told_and_nothing_of_another_ones_place(world: Mailing) -> None:
    path = f"/henvendelser/plads/{PLACE}"
    mine = text(await page(world, path, token("leader", leader=LEADER)))
    assert "Hvem der ringer til dig Esbjerg Kommune Una Ungevejleder, 20 12 34 56" in mine
    assert "Venter på svar" not in mine
    other = token("leader", leader=str(uuid4()))
    assert text(await page(world, path, other)) == text(await page(world, f"/henvendelser/plads/{uuid4()}", other))
    assert "Una" not in text(await page(world, path, other))
    whole = text(await page(world, path, CONSULTANT))
    assert "Pladsen ligger i Esbjerg Kommune." in whole
    asked = await page(world, f"{path}/spoerg", CONSULTANT, kommune="0573")
    assert (asked.status_code, asked.headers["location"]) == (303, path)
    await world.settle()
    assert "Varde Kommune" in text(await page(world, path, CONSULTANT))
    again = await page(world, f"{path}/spoerg", CONSULTANT, kommune="0573")
    assert "Kommunen er spurgt" in text(again)


async def test_the_directory_is_filled_in_during_a_call(world: Mailing) -> None:
    listed = text(await page(world, "/kommuner", CONSULTANT))
    assert "Region Syddanmark" in listed
    assert "Esbjerg 2 kontaktpersoner, bekræftet 23. november 2026" in listed
    assert "Ingen at spørge 97" in listed
    path = "/kommuner/0573"
    wrong = await page(
        world, f"{path}/kontakt/ny", CONSULTANT, name="Vera Vejleder", phone="12", valid_from="2026-11-23"
    )
    assert "Telefon: Det er ikke et telefonnummer" in text(wrong)
    assert "Hvem er det hos kommunen? Vælg en af mulighederne." in text(wrong)
    known = {"name": "Vera Vejleder", "role": "youth-unit", "valid_from": "2026-11-23", "email": "vera@varde.example"}
    assert (await page(world, f"{path}/kontakt/ny", CONSULTANT, **known)).status_code == 303
    assert (
        await page(world, f"{path}/kort", CONSULTANT, entrance="Ring til Erhvervsteamet.", confirmed_on="2026-11-23")
    ).status_code == 303
    words = {
        "terms.0.concept": "company-entrance", "terms.0.term": "",
        "terms.1.concept": "youth-unit", "terms.1.term": "Ungeporten",
    }  # fmt: skip
    assert (await page(world, f"{path}/ord", CONSULTANT, **words)).status_code == 303
    shown = text(await page(world, path, CONSULTANT))
    for said in ("Vera Vejleder , ungeindsatsen", "vera@varde.example", "Ring til Erhvervsteamet.", "Ungeporten"):
        assert said in shown, said
    too_long = await page(
        world, f"{path}/ord", CONSULTANT, **{"terms.1.concept": "youth-unit", "terms.1.term": "x" * 90}
    )
    assert "Skriv et ord på højst 80 tegn." in text(too_long)
    prefilled = await page(world, f"{path}/ord", CONSULTANT)
    assert 'value="Ungeporten"' in prefilled.text
    varde = token("kommune", kommune="0573")
    own = text(await page(world, path, varde))
    assert "Vera Vejleder" in own
    assert "Ret eller bekræft" in own
    written = await page(world, f"{path}/kort", varde, entrance="Skriv til os.", confirmed_on="2026-11-23")
    assert written.status_code == 303
    assert "Skriv til os." in text(await page(world, path, varde))
    assert (await page(world, f"{path}/kort", STRANGER, entrance="X", confirmed_on="2026-11-23")).status_code == 404
    assert (await page(world, path, STRANGER)).status_code == 404
    assert (await page(world, "/kommune", ITS_OWN)).headers["location"] == f"/kommuner/{ESBJERG}"


async def test_a_contact_who_has_left_is_erased_and_two_entries_become_one(world: Mailing) -> None:
    path = f"/kommuner/{ESBJERG}"
    shown = await page(world, f"{path}/kontakt/{UNA}", CONSULTANT)
    assert 'value="Una Ungevejleder"' in shown.text
    assert "Una Ungevejleder er her ikke mere" in text(await page(world, f"{path}/kontakt/{UNA}/fratraadt", CONSULTANT))
    assert (await page(world, f"{path}/kontakt/{UNA}/fratraadt", CONSULTANT, _="")).status_code == 303
    await world.settle()
    assert "Una" not in text(await page(world, path, CONSULTANT))


async def test_where_a_place_would_go_and_why_on_a_map(world: Mailing) -> None:
    shown = await page(world, "/rute?postnr=8305", CONSULTANT)
    assert "1 Samsø Pladsen ligger i Samsø Kommune." in text(shown)
    assert "Odder Kommune nås med færge på 1 time." in text(shown)
    assert "la-map-sea" in shown.text
    assert "Pladsen ligger i Fanø Kommune." in text(await page(world, "/rute?kommune=0563", CONSULTANT))
    wrong = await page(world, "/rute?postnr=12", CONSULTANT)
    assert (wrong.status_code, "Et postnummer har 4 cifre" in text(wrong)) == (422, True)
    assert '<svg class="la-map"' not in (await page(world, "/rute", CONSULTANT)).text


async def test_the_api_answers_programs_at_the_same_address(world: Mailing) -> None:
    answer = await world.http("GET", "/kommuner", CONSULTANT)
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.json()) == 99
