"""A leader's way to her page out of a mail: what the link opens, for how long, and what is told to nobody."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from deploy.local.post import Post, text_of
from intake.commands.people import Erase
from intake.pages.links import SEEN
from shared.web.pages.sessions import COOKIE
from tests.intake_served import SIGN_UP, search, signed_up, token
from tests.integration.test_leader_mails import delivered, intake, post

__all__ = ["intake", "post"]
SITE = "https://lederalliancen.example"  # where the pages of all five are one site
OTHER = SIGN_UP | {"email": "anden@vagtcentral.example", "phone": "20123457"}


@asynccontextmanager
async def phone(intake: SimpleNamespace, site: str = SITE) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=intake.client._transport, base_url=site, headers=headers) as client:
        yield client


def link(post: Post, n: int = -1) -> str:
    """The way to the page in a mail that came."""
    [found] = re.findall(rf"{SITE}(/min-side/[\w-]{{43}})\s", text_of(post.came[n]))
    return str(found)


def text(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2].partition("</main>")[0]).split())


async def opens(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """As who taps the button in the mail, and then the one on the page."""
    shown = await client.get(path)
    assert (shown.status_code, "Åbn min side" in shown.text) == (200, True), text(shown)
    return await client.post(path, data={"_key": str(uuid4())})


async def does_not_open(client: httpx.AsyncClient, path: str) -> str:
    answers = [await client.get(path), await client.post(path, data={"_key": str(uuid4())})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert COOKIE not in client.cookies
    assert answers[0].headers["referrer-policy"] == "no-referrer"
    return text(answers[0])


async def change(intake: SimpleNamespace, method: str, path: str, **body: str) -> None:
    answer = await intake.client.request(method, path, json=body, headers=token("consultant"))
    assert answer.status_code == 200, answer.text


async def test_the_welcome_opens_her_page_and_logging_out_forgets_it(intake: SimpleNamespace, post: Post) -> None:
    leader_id = await signed_up(intake)
    await delivered(intake)
    assert "Der ser du, hvad der sker nu" in " ".join(text_of(post.came[0]).split())
    async with phone(intake) as client:
        assert (await client.get("/min-side")).headers["location"] == "/log-ind?til=%2Fmin-side"
        for _ in "twice":
            answer = await opens(client, link(post))
            assert (answer.status_code, answer.headers["location"]) == (303, "/min-side")
        mine = await client.get("/min-side")
        assert (mine.status_code, "En konsulent ringer" in text(mine)) == (200, True)
        log = await intake.pool.fetch("SELECT reader, role FROM access_log WHERE route = 'GET /leaders/{id}'")
        assert [tuple(row) for row in log] == [(f"link:{leader_id}", "leader")]
        assert (await client.post("/log-ud", data={"": ""})).status_code == 303
        assert (await client.get("/min-side")).status_code == 303


async def test_whatever_looks_at_a_link_changes_nothing_names_nobody_and_tells_it_to_nobody(
    intake: SimpleNamespace, post: Post
) -> None:
    leader_id = await signed_up(intake)
    await delivered(intake)
    path, before = link(post), await intake.pool.fetchval("SELECT count(*) FROM access_log")
    token_ = path.rpartition("/")[2]
    with capture_logs() as logs:
        async with phone(intake) as client:
            for method in ("HEAD", "GET"):
                answer = await client.request(method, path, headers={"purpose": "prefetch"})
                assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert COOKIE not in client.cookies
                for said in (leader_id, SIGN_UP["name"], SIGN_UP["email"], SIGN_UP["company_name"], token_):
                    assert said not in answer.text
            assert (await opens(client, path)).headers["referrer-policy"] == "no-referrer"
            await client.get("/min-side")
    assert token_ not in str(logs)
    asked = [line["endpoint"] for line in logs if line["event"] == "request"]
    assert asked == ["came", "came", "came", "go_on", "mine"]
    assert await intake.pool.fetchval("SELECT count(*) FROM access_log WHERE reader LIKE 'link:%'")
    tables = ("link", "mail", "idempotency", "access_log")
    dump = str([[tuple(row) for row in await intake.pool.fetch(f"SELECT t::text FROM {of} t")] for of in tables])
    assert token_ not in dump
    assert token_.encode().hex() not in dump
    assert before == 2  # the mail's own reading, and the list of calls


async def test_it_lets_into_her_own_things_and_nobody_elses(intake: SimpleNamespace, post: Post) -> None:
    mine = await signed_up(intake)
    await intake.client.post("/leaders", json=OTHER)
    await delivered(intake)
    [other] = (await search(intake, phone=OTHER["phone"])).json()
    places = []
    for id_ in (mine, other["person_id"]):
        drafted = await intake.client.post("/places", json={"leader_id": id_}, headers=token("consultant"))
        places.append(drafted.json()["place_id"])
    async with phone(intake) as client:
        await opens(client, link(post, 0))
        assert [(await client.get(f"/pladser/{place}")).status_code for place in places] == [200, 404]
        assert (await client.get(f"/ledere/{mine}/kollega")).status_code == 200
        assert (await client.get(f"/ledere/{other['person_id']}/kollega")).status_code == 404
        assert (await client.get("/i-dag")).status_code == 403
        programs = await client.get(f"/leaders/{mine}", headers={"accept": "application/json"})
        assert programs.status_code == 401, "a session opens pages alone"


async def test_a_mail_about_one_thing_leads_there_and_where_that_is_not_to_her_page(
    intake: SimpleNamespace, post: Post
) -> None:
    await signed_up(intake)
    await delivered(intake)
    about = f"/match/{uuid4()}"
    await intake.pool.execute("UPDATE link SET target = $1", about)
    for site, to in ((SITE, about), ("https://127.0.0.1:8001", "/min-side")):
        async with phone(intake, site) as client:
            assert (await opens(client, link(post, 0))).headers["location"] == to
            told = await opens(client, f"{link(post, 0)}?til=//evil.example&target=//evil.example")
            assert told.headers["location"] == to


async def test_a_link_that_does_not_open_says_what_to_do_and_the_same_for_all(
    intake: SimpleNamespace, post: Post
) -> None:
    await signed_up(intake)
    await delivered(intake)
    path = link(post)
    async with phone(intake) as client:
        guessed = await does_not_open(client, f"/min-side/{'x' * 43}")
        assert "Her kan du få et nyt. E-mail" in guessed
        await intake.pool.execute("UPDATE link SET until = now()")
        for wrong in (path, path[:-1], f"/min-side/{'y' * 3000}", "/min-side/%3Cscript%3Ealert(1)"):
            assert await does_not_open(client, wrong) == guessed


@pytest.mark.parametrize("what", ["erased", "merged", "corrected"])
async def test_her_links_end_at_once_when_she_is_erased_merged_or_has_another_address(
    intake: SimpleNamespace, post: Post, what: str
) -> None:
    leader_id = await signed_up(intake)
    await intake.client.post("/leaders", json=OTHER)
    await delivered(intake)
    [other] = (await search(intake, phone=OTHER["phone"])).json()
    if what == "erased":
        await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    elif what == "merged":
        await change(intake, "POST", f"/leaders/{leader_id}/merge", into=other["person_id"])
    else:
        await change(intake, "PATCH", f"/leaders/{leader_id}", email="ny@vagtcentral.example")
    async with phone(intake) as client:
        assert "Linket virker ikke længere" in await does_not_open(client, link(post, 0))
        assert (await opens(client, link(post, 1))).status_code == 303, "another leader's stays"


async def test_what_else_is_put_right_leaves_them(intake: SimpleNamespace, post: Post) -> None:
    leader_id = await signed_up(intake)
    await delivered(intake)
    await change(intake, "PATCH", f"/leaders/{leader_id}", phone="20123459", email=SIGN_UP["email"])
    async with phone(intake) as client:
        assert (await opens(client, link(post))).status_code == 303


async def test_a_new_link_goes_to_the_registered_address_alone_and_all_are_answered_alike(
    intake: SimpleNamespace, post: Post
) -> None:
    await signed_up(intake)
    await delivered(intake)
    async with phone(intake) as client:
        asked = await client.get("/min-side/nyt-link")
        assert "Som leder skal du ikke bruge en adgangskode." in text(asked)
        wrong = await client.post("/min-side/nyt-link", data={"email": '"><script>alert(1)</script>'})
        assert (wrong.status_code, "<script>alert" in wrong.text) == (422, False)
        assert "&lt;script&gt;alert(1)" in wrong.text, "nothing typed is lost"
        shown = [
            await client.post("/min-side/nyt-link", data={"email": email})
            for email in ("ukendt@vagtcentral.example", SIGN_UP["email"].upper(), SIGN_UP["email"])
        ]
        assert {answer.status_code for answer in shown} == {200}
        assert len({text(answer) for answer in shown}) == 1
        assert SIGN_UP["email"] not in shown[1].text
    api = await intake.client.post("/links", json={"email": "ukendt@vagtcentral.example"})
    assert (api.status_code, api.json()["da"] in text(shown[0])) == (202, True)
    await delivered(intake)
    assert [(mail["To"], mail["Subject"]) for mail in post.came[1:]] == [(SIGN_UP["email"], "Dit link til din side")]
    states = [row["state"] for row in await intake.pool.fetch("SELECT state FROM mail ORDER BY id")]
    assert states == ["sent", "void", "sent", "void", "void"], "once in ten minutes; to nobody ends where it is sent"
    async with phone(intake) as client:
        assert (await opens(client, link(post, 0))).status_code == 303, "the first one still opens"
        assert (await opens(client, link(post, 1))).status_code == 303


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "", "origin": "https://elsewhere.example"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"sec-fetch-site": "", "origin": "null"}, 303),  # an older browser that was asked to tell nobody
    ],
)
async def test_a_form_of_another_site_opens_no_session(
    intake: SimpleNamespace, post: Post, said: dict[str, str], status: int
) -> None:
    await signed_up(intake)
    await delivered(intake)
    async with phone(intake) as client:
        await client.get(link(post))
        answer = await client.post(link(post), data={"_key": str(uuid4())}, headers=said)
        assert (answer.status_code, COOKIE in client.cookies) == (status, status == 303)


async def test_nobody_is_led_into_another_ones_page_by_a_form_that_an_older_browser_sends(
    intake: SimpleNamespace, post: Post
) -> None:
    """To a form of another site it gives no `SameSite` cookie: the page asks first."""
    await signed_up(intake)
    await delivered(intake)
    async with phone(intake) as client:
        forged = {"sec-fetch-site": "", "origin": "null"}
        answer = await client.post(link(post), data={"_key": str(uuid4())}, headers=forged)
        assert (answer.status_code, "Åbn min side" in text(answer), COOKIE in client.cookies) == (200, True, False)
        [cookie] = [value for value in answer.headers.get_list("set-cookie") if value.startswith(SEEN)]
        assert "SameSite=lax" in cookie


async def test_who_signs_up_is_told_that_a_mail_is_on_its_way(intake: SimpleNamespace) -> None:
    async with phone(intake) as client:
        assert "en mail med et link til din egen side" in text(await client.get("/tilmeld/tak"))
        assert "/min-side/nyt-link" in (await client.get("/log-ind")).text
