"""Logging in at an issuer: authorization code with PKCE; what the issuer says later counts here too."""

import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from shared.web.access import Principal
from shared.web.pages.sessions import BY_LINK_LONGEST, COOKIE, IDLE, LONGEST, Session, Sessions
from tests.issuer import AUDIENCE, CLIENT, SECRET, Issuer, issuer
from tests.unit.pages.shop import client
from tests.unit.pages.test_sessions import later

KEY = b"0" * 32


@pytest.fixture
def identity() -> Iterator[Issuer]:
    with issuer() as made:
        yield made


def site(identity: Issuer) -> httpx.AsyncClient:
    return client(
        token_key=None,
        oidc_issuer=identity.url,
        oidc_audience=AUDIENCE,
        oidc_client=CLIENT,
        oidc_client_secret=SECRET,
        public_url="https://test",
        session_key=KEY,
    )


async def at_the_issuer(begun: httpx.Response) -> str:
    """Where it sends the browser back to."""
    async with httpx.AsyncClient() as elsewhere:
        return str((await elsewhere.get(begun.headers["location"])).headers["location"])


async def begun(browser: httpx.AsyncClient, to: str = "/mit") -> httpx.Response:
    return await browser.post("/log-ind", data={"til": to})


async def logged_in(browser: httpx.AsyncClient, to: str = "/mit") -> httpx.Response:
    return await browser.get(await at_the_issuer(await begun(browser, to)))


async def test_there_and_back_again(identity: Issuer) -> None:
    async with site(identity) as browser:
        assert 'name="til" value="/mit"' in (await browser.get("/log-ind?til=/mit")).text
        begins = await begun(browser)
        asked = {name: value[0] for name, value in parse_qs(urlsplit(begins.headers["location"]).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == (
            "code",
            "S256",
            "openid profile",
        )
        assert asked["redirect_uri"] == "https://test/log-ind/svar"
        assert {"state", "nonce", "code_challenge"} <= asked.keys()
        back = await browser.get(await at_the_issuer(begins))
        assert (back.status_code, back.headers["location"]) == (303, "/mit")
        assert (await browser.get("/mit")).status_code == 200


async def test_two_tabs_may_log_in_at_once(identity: Issuer) -> None:
    async with site(identity) as browser:
        first, second = [await begun(browser, f"/mit?tab={n}") for n in (1, 2)]
        for begins, n in ((first, 1), (second, 2)):
            back = await browser.get(await at_the_issuer(begins))
            assert back.headers["location"] == f"/mit?tab={n}"


@pytest.mark.parametrize("changed", ["state", "code", "iss", "error"])
async def test_an_answer_that_was_not_asked_for_logs_nobody_in(identity: Issuer, changed: str) -> None:
    async with site(identity) as browser:
        back = await at_the_issuer(await begun(browser))
        other = re.sub(rf"{changed}=[^&]*", f"{changed}=other", back) if changed != "error" else f"{back}&error=denied"
        answer = await browser.get(other)
        assert (answer.status_code, "kunne ikke logge dig ind" in answer.text) == (400, True)
        assert COOKIE not in browser.cookies


async def test_somebody_elses_answer_logs_nobody_in(identity: Issuer) -> None:
    async with site(identity) as attacker, site(identity) as victim:
        back = await at_the_issuer(await begun(attacker))
        assert (await victim.get(back)).status_code == 400


async def test_an_answer_counts_once(identity: Issuer) -> None:
    async with site(identity) as browser:
        back = await at_the_issuer(await begun(browser))
        assert (await browser.get(back)).status_code == 303
        assert (await browser.get(back)).status_code == 400


@pytest.mark.parametrize(
    "said", [{"nonce": "another"}, {"aud": "another"}, {"sub": "another"}, {"iss": "https://another.example"}]
)
async def test_an_id_token_that_is_not_for_this_login_is_refused(identity: Issuer, said: dict[str, str]) -> None:
    identity.id_claims = said
    async with site(identity) as browser:
        assert (await logged_in(browser)).status_code == 400
        assert COOKIE not in browser.cookies


async def test_who_has_lost_a_role_is_out_as_soon_as_a_token_would_have_been(identity: Issuer) -> None:
    identity.minutes = -0.1  # just run out; clocks may differ by as much
    async with site(identity) as browser:
        await logged_in(browser)
        identity.claims = {"sub": "en-konsulent", "roles": ["partner"]}
        assert (await browser.get("/mit")).status_code == 403


async def test_a_session_is_renewed_while_the_issuer_knows_the_person(identity: Issuer) -> None:
    identity.minutes = -0.1  # just run out; clocks may differ by as much
    async with site(identity) as browser:
        await logged_in(browser)
        before = browser.cookies[COOKIE]
        assert (await browser.get("/mit")).status_code == 200
        assert browser.cookies[COOKIE] != before
        identity.renewals.clear()  # logged out over there
        assert (await browser.get("/mit")).headers["location"] == "/log-ind?til=%2Fmit"


async def test_however_often_it_is_renewed_it_ends_with_the_working_day(
    identity: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site(identity) as browser:
        await logged_in(browser)
        for _ in range(LONGEST // 3_000 - 1):
            later(monkeypatch, 3_000)
            assert (await browser.get("/mit")).status_code == 200
        later(monkeypatch, 3_000)
        assert (await browser.get("/mit")).status_code == 303


async def test_a_renewal_that_names_another_person_ends_it(identity: Issuer) -> None:
    identity.minutes = -0.1  # just run out; clocks may differ by as much
    async with site(identity) as browser:
        await logged_in(browser)
        identity.claims = {"sub": "another", "roles": ["consultant"]}
        assert (await browser.get("/mit")).status_code == 303


async def test_with_the_issuer_away_open_pages_stay_and_the_others_say_when_to_come_back(identity: Issuer) -> None:
    identity.minutes = -0.1  # just run out; clocks may differ by as much
    async with site(identity) as browser:
        await logged_in(browser)
        identity.server.shutdown()
        identity.server.server_close()
        answer = await browser.get("/mit")
        assert (answer.status_code, "Prøv igen om et minut" in answer.text) == (503, True)
        assert (await browser.get("/bestil")).status_code == 200
        assert COOKIE in browser.cookies


async def test_logging_out_ends_the_issuers_session_too(identity: Issuer) -> None:
    async with site(identity) as browser:
        await logged_in(browser)
        answer = await browser.post("/log-ud", data={"": ""})
        to = urlsplit(answer.headers["location"])
        assert f"{to.scheme}://{to.netloc}{to.path}" == f"{identity.url}/logout"
        asked = parse_qs(to.query)
        assert asked["post_logout_redirect_uri"] == ["https://test/"]
        login = jwt.decode(asked["id_token_hint"][0], options={"verify_signature": False})
        assert (login["iss"], login["sub"]) == (identity.url, "en-konsulent"), (
            "by which the issuer knows what is to end"
        )
        assert [*browser.cookies] == ["__Host-login"], "neither the session nor that token"
        page = await browser.get("/bestil")
        assert f"form-action 'self' {identity.url.removesuffix('/realm')}" in page.headers["content-security-policy"]


async def test_a_session_that_goes_on_is_renewed_without_a_question_and_a_new_one_begins_by_a_button(
    identity: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site(identity) as browser:
        await logged_in(browser)
        assert (await browser.get("/log-ind?til=/mit")).headers["location"].startswith(identity.url)
        later(monkeypatch, IDLE + 5)
        assert (await browser.get("/mit")).headers["location"] == "/log-ind?til=%2Fmit"
        assert (await browser.get("/log-ind?til=/mit")).status_code == 200


def by_link(browser: httpx.AsyncClient) -> None:
    """As intake opens one out of a mail."""
    who = Principal("link:0192f0c1-2222-7333-8444-555566667777", frozenset({"leader"}))
    session = Session.of(who, time.time() + BY_LINK_LONGEST)
    browser.cookies.set(COOKIE, Sessions(KEY).seal("session", asdict(session)), domain="test.local")


async def test_a_session_out_of_a_mail_ends_after_two_hours_whatever_is_done(
    identity: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site(identity) as browser:
        by_link(browser)
        for _ in range(2):
            later(monkeypatch, 3_500)
            assert (await browser.get("/mit")).status_code == 200
        later(monkeypatch, 300)
        assert (await browser.get("/mit")).headers["location"] == "/log-ind?til=%2Fmit"
        answer = await browser.get("/log-ind?til=/mit")
        assert (answer.status_code, "Er du konsulent" in answer.text) == (200, True), "the issuer knows no leader"


@pytest.mark.parametrize("seconds", [0, BY_LINK_LONGEST + 5])
async def test_logging_out_of_it_asks_the_issuer_nothing(
    identity: Issuer, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    async with site(identity) as browser:
        by_link(browser)
        later(monkeypatch, seconds)
        assert (await browser.post("/log-ud", data={"": ""})).headers["location"] == "/"
        assert COOKIE not in browser.cookies


async def test_logging_out_of_it_logs_out_at_the_issuer_too_who_is_logged_in_there(identity: Issuer) -> None:
    async with site(identity) as browser:
        await logged_in(browser)
        by_link(browser)
        gone = await browser.post("/log-ud", data={"": ""})
        assert gone.headers["location"].startswith(f"{identity.url}/logout?")


async def test_nobody_chooses_who_to_be_where_an_issuer_says_it(identity: Issuer) -> None:
    async with site(identity) as browser:
        chosen = await browser.post("/log-ind", data={"role": "consultant"})
        assert chosen.headers["location"].startswith(identity.url)
        assert COOKIE not in browser.cookies
    async with client() as local:
        assert (await local.get("/log-ind/svar?code=x&state=y")).status_code == 404


async def test_without_a_client_nobody_is_offered_a_login(identity: Issuer) -> None:
    async with client(token_key=None, oidc_issuer=identity.url, oidc_audience=AUDIENCE) as browser:
        assert "Log ind" not in (await browser.get("/bestil")).text
        assert (await browser.get("/log-ind")).status_code == 404
