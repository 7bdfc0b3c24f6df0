"""The page behind the link in a mail: what a kommune's contact sees and says there, and what is told to nobody."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from deploy.local.post import text_of
from municipality_gateway.commands.kommuner import Retire
from municipality_gateway.pages import acts
from municipality_gateway.state.matches import Match
from municipality_gateway.state.referrals import Referral
from shared.events import followup, matching
from shared.spine.aggregates import one
from tests.integration.test_links import DORA, UNA, Mailing, world
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    MATCH,
    MONDAY,
    PLACEMENT,
    PROPOSAL,
    TERMS,
    reply_record,
    stage,
)

__all__ = ["world"]


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody brings the reply back while the page waits."""
    monkeypatch.setattr(acts, "PATIENCE", 1)


@asynccontextmanager
async def phone(world: Mailing) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    site = "https://lederalliancen.example"  # where the pages of all five are one site
    async with httpx.AsyncClient(transport=world.transport, base_url=site, headers=headers) as client:
        yield client


async def send(client: httpx.AsyncClient, path: str, **typed: Any) -> httpx.Response:
    """As a browser does: with the hidden fields of the form that it was shown."""
    shown = await client.get(path)
    assert shown.status_code == 200, shown.text
    hidden = dict(re.findall(r'name="(_key|_seen)" value="(.*?)"', shown.text))
    return await client.post(path, data={**hidden, **typed})


def text(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2].partition("</main>")[0]).split())


async def referral(world: Mailing) -> Referral:
    found = await one(world.pool, Referral, world.referral)
    assert found
    return found


async def heard(world: Mailing) -> None:
    await world.reply(*await world.relay())


async def test_the_page_says_where_which_tasks_hours_times_and_until_when(world: Mailing) -> None:
    await world.delivered()
    async with phone(world) as client:
        answer = await client.get(f"/svar/{world.link()}")
    assert answer.status_code == 200
    shown = text(answer)
    for said in (
        "En plads til en ung i Esbjerg", "Svar senest den 30. november 2026.", "6700 Esbjerg",
        "10 timer om ugen, på sigt op til 30", "Nat (kl. 22-6)", "Småjob (få løntimer), ordinært job",
        "Ja, vi leder efter en ung", "Nej tak", "Vi skal bruge mere tid", "70 20 30 40",
    ):  # fmt: skip
        assert said in shown, said


async def test_whatever_looks_at_a_link_changes_nothing_and_nothing_of_it_is_kept_or_told(world: Mailing) -> None:
    await world.delivered()
    link, before = world.link(), await referral(world)
    pages = ["", *(f"/{act}" for act in (*acts.ACTS, "videre", "nyt-link", "findes-ikke"))]
    with capture_logs() as logs:
        async with phone(world) as client:
            for page in pages:
                for method in ("HEAD", "GET"):
                    answer = await client.request(method, f"/svar/{link}{page}", headers={"purpose": "prefetch"})
                    assert answer.status_code in (200, 303, 404), page
                    assert answer.headers["cache-control"] == "no-store"
                    assert answer.headers["referrer-policy"] == "no-referrer"
                    # Only its own pages name it: no other one is told.
                    for address in re.findall(r'(?:href|action|hx-get)="(.*?)"', answer.text):
                        assert link not in address or address.startswith(f"/svar/{link}"), address
    assert link not in str(logs)
    requests = [line for line in logs if line["event"] == "request"]
    assert len(requests) == 2 * len(pages)
    assert await referral(world) == before
    assert not await world.pool.fetchval("SELECT count(*) FROM reply")


async def test_what_is_said_by_a_link_reaches_the_kommunes_topic_and_is_shown_with_its_answer(world: Mailing) -> None:
    await world.delivered()
    path = f"/svar/{world.link()}"
    with capture_logs() as logs:
        async with phone(world) as client:
            sent = await send(client, f"{path}/ja", company_known="true")
            assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?svar=ja")
            assert "på vej" in text(await client.get(path))
            await heard(world)
            shown = text(await client.get(path))
    assert "Ja, I leder" in shown
    assert "på vej" not in shown
    assert "Ring til lederen, og foreslå en ung senest den" in shown
    assert ((await referral(world)).state, (await referral(world)).company_known) == ("accepted", True)
    assert world.link() not in str(logs)
    assert world.link() not in str(await world.pool.fetchval("SELECT string_agg(i::text, '') FROM idempotency i"))


async def test_whom_to_call_is_asked_of_intake_under_a_seal_once_accepted_and_guided(world: Mailing) -> None:
    await world.delivered()
    path = f"/svar/{world.link()}"
    sealed = r'hx-get="/pladser/ved-link/([^"]+)"'
    async with phone(world) as client:
        assert not re.search(sealed, (await client.get(path)).text)
        await send(client, f"{path}/ja", company_known="")
        await heard(world)
        found = re.search(sealed, (await client.get(path)).text)
    assert found
    assert world.app.state.site.sessions.open("place", found[1], 600) == {
        "sub": f"link:{UNA}/{world.referral}", "referral_id": world.referral, "kommune": ESBJERG,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("act", "typed", "said"),
    [
        ("nej", {}, "Hvorfor? Vælg en af mulighederne."),
        ("vent", {"reason": "wait-candidate", "until": "2027-03-01"}, "Så længe kan lederen ikke vente."),
        ("vent", {"reason": "wait-candidate", "until": "2026-11-20"}, "Datoen er for tidlig"),
        ("vent", {"reason": "wait-candidate"}, "Til og med hvornår? Skal udfyldes."),
        ("ringet", {"at": "2026-12-24T10:00"}, "Datoen ligger i fremtiden, og det er ikke sket endnu."),
        ("ringet", {"at": "2026-10-24T10:00"}, "Datoen er for tidlig"),
        ("ringet", {"at": "i går"}, "Vælg en dag og et klokkeslæt"),
        ("faerdig", {"reason": "enough"}, "Det passer ikke til, hvor langt henvendelsen er nu."),
        ("stop", {}, "Det passer ikke til, hvor langt henvendelsen er nu."),
        ("videre", {}, "Til hvem? Vælg en af mulighederne."),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_before_it_is_sent(
    world: Mailing, act: str, typed: dict[str, str], said: str
) -> None:
    await world.delivered()
    async with phone(world) as client:
        answer = await send(client, f"/svar/{world.link()}/{act}", **typed)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not await world.pool.fetchval("SELECT count(*) FROM reply")
    for name, value in typed.items():
        assert f'value="{value}"' in answer.text, name


YOUNG = {
    "age_band": "18-24", "strengths": ["screens", "order"], "support": ["fixed-contact"], "form": "SMAAJOB",
    "hours": "12", "times_of_day": ["night"], "reach": "45", "start": "2026-12-14",
}  # fmt: skip


async def test_a_young_person_is_proposed_by_codes_and_under_an_id_that_nobody_sees(world: Mailing) -> None:
    await world.delivered()
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        wrong = await send(client, f"{path}/foreslaa", **YOUNG | {"hours": "", "start": "2026-11-01"})
        assert "Timer om ugen til at begynde med: Skal udfyldes." in text(wrong)
        wrong = await send(client, f"{path}/foreslaa", **YOUNG | {"start": "2026-11-01"})
        assert "Første dag: Datoen er for tidlig" in text(wrong)
        wrong = await send(client, f"{path}/foreslaa", **YOUNG | {"form": "VIRKSOMHEDSPRAKTIK"})
        assert "Hvad skal der ske efter praktikken?" in text(wrong)
        assert (await send(client, f"{path}/foreslaa", **YOUNG)).status_code == 303
        await heard(world)
        assert "Vi ser på jeres forslag." in text(await client.get(path))
    row = await world.pool.fetchrow("SELECT value FROM outbox WHERE headers->>'ce_type' LIKE '%candidate.proposed.v1'")
    assert b'"strengths":["screens","order"]' in bytes(row["value"])
    assert (await referral(world)).business_status == "candidate-identified"


async def _proposed(world: Mailing, *needed: str) -> str:
    reply = str(uuid4())
    await world.reply(
        reply_record(ESBJERG, "candidate-proposed", {"referral_id": world.referral, **PROPOSAL}, id=reply, offset=50)
    )
    await world.about(
        matching.MatchProposed, reply_id=reply, terms=TERMS, approvals_needed=needed, gate=(),
        answer_by=date(2026, 12, 7),
    )  # fmt: skip
    return reply


async def test_a_yes_that_is_missing_is_asked_for_and_given_once(world: Mailing) -> None:
    await world.delivered()
    await _proposed(world, "leader", "young-person", "kommune")
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        shown = text(await client.get(path))
        assert "Der mangler et ja Forslag 1, 23. november 2026" in shown
        assert "Småjob (få løntimer), 12 timer om ugen, fra 14. december 2026" in shown
        assert "Svar senest den 7. december 2026" in shown
        for act, typed in (
            ("den-unge", {"answer": "yes"}),
            ("godkend", {"hours": "12", "from": "2026-12-14", "to": ""}),
        ):
            assert (await send(client, f"{path}/{act}", **typed)).status_code == 303
            await heard(world)
            again = await client.get(f"{path}/{act}")
            assert (again.status_code, again.headers["location"]) == (303, f"{path}?allerede=1")
        assert "Der mangler et ja" not in text(await client.get(path))
    match = await one(world.pool, Match, MATCH)
    assert match
    assert {(answer.party, answer.answer, answer.form) for answer in match.answers} == {
        ("young-person", "yes", None), ("kommune", "yes", "SMAAJOB"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("event", "facts", "said"),
    [
        (matching.MatchDeclined, {"party": "leader", "reason": "hours"},
         "Lederen sagde nej til forslag 1: timetallet passer ikke."),
        (matching.MatchCancelled, {"reason": "expired"}, "Der kom ikke et ja fra alle i tide til forslag 1."),
        (matching.MatchCancelled, {"reason": "seat-taken"}, "Pladsen gik til en anden"),
    ],
)  # fmt: skip
async def test_what_became_of_a_proposal_stands_on_top_in_the_history_and_in_a_mail_that_leads_there(
    world: Mailing, event: type[Any], facts: dict[str, str], said: str
) -> None:
    await world.delivered()
    await _proposed(world, "leader", "young-person")
    await world.delivered()
    asked = world.link()
    await world.about(event, **facts)
    await world.delivered()
    mail = world.post.came[-1]
    assert mail["Subject"] == "Det blev ikke til noget med jeres forslag til pladsen i Esbjerg"
    words = " ".join(text_of(mail).split())
    assert said.replace("forslag 1", "jeres forslag til pladsen i Esbjerg Kommune") in words
    assert "foreslå den unge samme sted senest den 21. december 2026." in words
    async with phone(world) as client:
        for link in (asked, world.link()):  # the mail that asked for a yes leads to it as well
            top, _, rest = text(await client.get(f"/svar/{link}")).partition("Pladsen Hvor")
            assert said in top
            assert "Sig det til den unge" in top
            assert re.search(f"Det er sket .*23. november 2026 {re.escape(said)}", rest)


async def test_what_is_agreed_stands_on_top_with_its_first_day_and_the_rest_is_still_searched_for(
    world: Mailing,
) -> None:
    await world.delivered()
    await _proposed(world, "leader", "young-person")
    await world.about(matching.MatchAgreed, terms=TERMS, approvals=(), gate=(), seats_left=1)
    await world.delivered()
    mail = world.post.came[-1]
    assert mail["Subject"] == "Det er aftalt: en ung begynder på pladsen i Esbjerg"
    assert "Første dag er den 14. december 2026." in " ".join(text_of(mail).split())
    async with phone(world) as client:
        shown = text(await client.get(f"/svar/{world.link()}"))
        assert "Det er aftalt Alle har sagt ja til forslag 1. Første dag er den 14. december 2026 ." in shown
        assert "Småjob (få løntimer), 12 timer om ugen" in shown
        world.clock.now_ = datetime(2026, 12, 15, 9, tzinfo=UTC)
        shown = text(await client.get(f"/svar/{world.link()}"))
        assert "Det er aftalt Alle" not in shown


async def test_a_form_from_another_tab_undoes_nothing_without_a_question(world: Mailing) -> None:
    await world.delivered()
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        old = dict(re.findall(r'name="(_key|_seen)" value="(.*?)"', (await client.get(f"{path}/nej")).text))
        await send(client, f"{path}/ja", company_known="")
        await heard(world)
        answer = await client.post(f"{path}/nej", data={**old, "reason": "hours"})
        assert answer.status_code == 422
        assert "I har sagt ja til at lede, siden du åbnede siden. Skal det alligevel være et nej?" in text(answer)
        again = dict(re.findall(r'name="(_key|_seen)" value="(.*?)"', answer.text))
        assert (await client.post(f"{path}/nej", data={**again, "reason": "hours"})).status_code == 303
    await heard(world)
    assert (await referral(world)).state == "rejected"


async def test_a_stage_that_was_approved_in_another_tab_is_not_declined_without_a_question(world: Mailing) -> None:
    await world.delivered()
    await _proposed(world, "leader", "young-person")
    await world.about(matching.MatchAgreed, terms=TERMS, approvals=(), gate=(), seats_left=0)
    await world.about(
        followup.PlacementPlanned, stage=stage(form="VIRKSOMHEDSPRAKTIK", to="2027-01-15", next_step="SMAAJOB")
    )
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        shown = (await client.get(f"{path}/afvis")).text
        old = dict(re.findall(r'name="(_key|_seen)" value="(.*?)"', shown))
        yes = {"hours": "12", "from": "2026-12-14", "to": "2027-01-15"}
        assert (await send(client, f"{path}/godkend", **yes)).status_code == 303
        await heard(world)
        answer = await client.post(f"{path}/afvis", data={**old, "reason": "no-reason"})
        assert "Kommunen har sagt ja, siden du åbnede siden." in text(answer)


async def test_a_yes_that_did_not_cover_the_terms_is_asked_for_again(world: Mailing) -> None:
    await world.delivered()
    await _proposed(world, "leader", "kommune")
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        too_little = {"hours": "8", "from": "2026-12-14", "to": ""}
        assert (await send(client, f"{path}/godkend", **too_little)).status_code == 303
        await heard(world)
        reply = await world.pool.fetchval("SELECT id FROM reply WHERE what = 'kommune-approved'")
        await world.about(matching.MatchAnswerRefused, reply_id=reply, field="hours", rule="rule:R-COVER")
        shown = text(await client.get(path))
        assert "Der mangler et ja" in shown
        assert "Det kunne ikke lade sig gøre:" in shown
        assert (await client.get(f"{path}/godkend")).status_code == 200


async def test_a_proposal_is_withdrawn_by_its_own_link_alone(world: Mailing) -> None:
    await world.delivered()
    await _proposed(world, "leader", "young-person")
    async with phone(world) as client:
        assert (await send(client, f"/svar/{world.link()}/traek-tilbage", reason="other-offer")).status_code == 303
    await heard(world)
    assert (await world.said("municipality-gateway.candidates.v1"))[-1] == "candidate.withdrawn"


async def test_what_was_refused_further_in_is_shown_with_its_reason(world: Mailing) -> None:
    await world.delivered()
    reply = str(uuid4())
    await world.reply(
        reply_record(ESBJERG, "candidate-proposed", {"referral_id": world.referral, **PROPOSAL}, id=reply, offset=50)
    )
    await world.about(matching.MatchRefused, reply_id=reply, rule="R-FIT-HOURS", candidate_id=CANDIDATE)
    async with phone(world) as client:
        shown = text(await client.get(f"/svar/{world.link()}"))
    assert re.search("I har foreslået en ung Det kunne ikke lade sig gøre: .*timer", shown)


async def test_after_a_match_a_stage_is_approved_help_answered_and_an_outcome_told(world: Mailing) -> None:
    await world.delivered()
    await _proposed(world, "leader", "young-person")
    await world.about(matching.MatchAgreed, terms=TERMS, approvals=(), gate=(), seats_left=0)
    praktik = stage(form="VIRKSOMHEDSPRAKTIK", to="2027-01-15", next_step="SMAAJOB")
    await world.about(followup.PlacementPlanned, stage=praktik)
    challenge = str(uuid4())
    await world.about(
        followup.ChallengeRaised, challenge_id=challenge, about="placement", about_id=PLACEMENT, code="C-PACE",
        by="leader", help="kommune",
    )  # fmt: skip
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        shown = text(await client.get(path))
        assert "Kommunens ja mangler" in shown
        assert "Virksomhedspraktik, 12 timer om ugen, fra 14. december 2026 til 15. januar 2027" in shown
        assert "Lederen beder om jeres hjælp" in shown
        wrong = await send(client, f"{path}/stoette", answer="granted")
        assert "Hvis ja, med hvad? Vælg en af mulighederne." in text(wrong)
        for act, typed in (
            ("stoette", {"answer": "granted", "support": "mentor-hours", "minutes": "60", "from": "2026-12-14"}),
            ("godkend", {"hours": "12", "from": "2026-12-14", "to": "2027-01-15"}),
            ("hoert", {"wellbeing": "4", "learning": "cooperation"}),
            ("udfald", {"outcome": "O-EDUCATION", "on": "2026-11-23"}),
        ):
            assert (await send(client, f"{path}/{act}", **typed)).status_code == 303, act
            await heard(world)
        shown = text(await client.get(path))
        assert "Kommunens ja mangler" not in shown
        assert "Lederen beder om jeres hjælp" not in shown
    said = await world.said("municipality-gateway.v1")
    assert {"placement.support-answered", "placement.answered", "placement.reported"} <= set(said)


async def test_a_colleague_to_whom_it_is_passed_on_stands_on_the_first_ones_page(world: Mailing) -> None:
    await world.delivered()
    path = f"/svar/{world.link()}"
    async with phone(world) as client:
        assert (await send(client, f"{path}/videre", contact_id=DORA)).status_code == 303
        shown = text(await client.get(path))
    assert "Henvendelsen ligger nu hos Dora Deputy, 20 12 34 57 . Du kan stadig svare her" in shown


async def test_each_link_that_does_not_open_is_a_page_that_says_what_to_do(world: Mailing) -> None:
    await world.delivered()
    link = world.link()
    async with phone(world) as client:

        async def wrong(token: str, act: str = "") -> tuple[int, str]:
            answer = await client.get(f"/svar/{token}{act}")
            assert answer.headers["referrer-policy"] == "no-referrer"
            return answer.status_code, text(answer)

        status, shown = await wrong("x" * 43)
        assert (status, "Måske er det blevet delt over to linjer" in shown) == (404, True)
        assert (await wrong("y" * 3000, "/nej"))[0] == 404
        world.clock.now_ = MONDAY + timedelta(days=90)
        status, shown = await wrong(link, "/nej")
        assert (status, "Få et nyt link" in shown) == (410, True)
        for token in (link, "z" * 43, "z" * 3000):  # the same answer for all
            sent = await client.post(f"/svar/{token}/nyt-link", data={"_key": str(uuid4())})
            assert "Er linket vores, har vi sendt et nyt" in text(sent)
        world.clock.now_ = MONDAY
        sent = await send(client, f"/svar/{link}/nej", reason="hours")
        await heard(world)
        thanks = await client.get(sent.headers["location"])
        assert (thanks.status_code, "Tak, vi har dit svar" in text(thanks)) == (200, True)
        assert (await client.post(f"/svar/{link}/nej", data={"reason": "hours"})).status_code == 303  # sent twice
        status, shown = await wrong(link)
        assert (status, "Henvendelsen er slut" in shown) == (410, True)
        await world.spine.execute(Retire(contact_id=UNA, kommune=ESBJERG), by="test")
        status, shown = await wrong(link)
        assert (status, "Din kollega har henvendelsen" in shown) == (410, True)
    await world.delivered()
    assert [mail["Subject"] for mail in world.post.came[1:]] == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "", "origin": "https://elsewhere.example"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"sec-fetch-site": "", "origin": "null"}, 303),  # an older browser that was asked to tell nobody
    ],
)
async def test_a_form_from_another_site_is_refused(world: Mailing, said: dict[str, str], status: int) -> None:
    await world.delivered()
    sent = {"reason": "hours", "_key": str(uuid4())}
    async with phone(world) as client:
        answer = await client.post(f"/svar/{world.link()}/nej", data=sent, headers=said)
    assert answer.status_code == status
    assert await world.pool.fetchval("SELECT count(*) FROM reply") == (status == 303)
