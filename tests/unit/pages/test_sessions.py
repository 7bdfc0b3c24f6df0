"""A session: sealed, bound to its host, ended by idleness, by the day's end, by the issuer, and by logging out."""

import re
import time
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from shared.web.access import mint
from shared.web.pages.sessions import COOKIE, IDLE, LONGEST, Sessions
from tests.unit.pages.shop import ORDER, OrderBody, client

AS_CONSULTANT = {"role": "consultant"}


async def logged_in(browser: httpx.AsyncClient, **chosen: str) -> httpx.Response:
    answer = await browser.post("/log-ind", data=AS_CONSULTANT | chosen)
    assert answer.status_code == 303, answer.text
    return answer


def token_in(page: str) -> str:
    [found] = re.findall(r'name="_whose" value="(\w+)"', page)
    return str(found)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """By the clock of this machine."""
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + seconds)


async def test_who_is_not_logged_in_is_led_to_the_login_and_back() -> None:
    async with client() as browser:
        sent = await browser.get("/mit?side=2")
        assert (sent.status_code, sent.headers["location"]) == (303, "/log-ind?til=%2Fmit%3Fside%3D2")
        assert 'name="til" value="/mit?side=2"' in (await browser.get(sent.headers["location"])).text
        assert (await logged_in(browser, til="/mit?side=2")).headers["location"] == "/mit?side=2"
        assert (await browser.get("/mit")).status_code == 200


async def test_the_cookie_is_bound_to_its_host_hidden_from_scripts_and_says_nothing() -> None:
    async with client() as browser:
        [cookie] = SimpleCookie((await logged_in(browser)).headers["set-cookie"]).values()
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True, True, "lax", "/", "",
    )  # fmt: skip
    assert COOKIE.startswith("__Host-")
    assert "consultant" not in cookie.value


async def test_the_session_gives_the_principal_that_a_token_gives() -> None:
    async with client() as browser:
        await logged_in(browser, role="partner")
        refused = await browser.get("/mit")
        assert (refused.status_code, "Ingen adgang" in refused.text) == (403, True)
        token = {"Authorization": f"Bearer {mint('consultant', key='k' * 40)}"}
        assert (await browser.get("/mit", headers=token)).status_code == 200


async def test_a_session_opens_pages_alone_and_no_route_of_the_api() -> None:
    async with client() as browser:
        await logged_in(browser)
        assert (await browser.get("/mit", headers={"Accept": "*/*"})).status_code == 401


@pytest.mark.parametrize("seconds", [IDLE + 5, LONGEST + 5])
async def test_it_ends_when_nobody_is_there(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    async with client() as browser:
        await logged_in(browser)
        later(monkeypatch, seconds)
        assert (await browser.get("/mit")).status_code == 303


async def test_it_goes_on_while_somebody_is_there_but_no_longer_than_a_working_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client() as browser:
        await logged_in(browser)
        for _ in range(LONGEST // 3_000 - 1):
            later(monkeypatch, 3_000)
            assert (await browser.get("/mit")).status_code == 200
        later(monkeypatch, 3_000 + 5)
        assert (await browser.get("/mit")).status_code == 303


async def test_whatever_was_known_of_the_browser_is_replaced_by_a_login() -> None:
    async with client() as browser:
        first = (await logged_in(browser)).cookies[COOKIE]
        second = (await logged_in(browser)).cookies[COOKIE]
        assert first != second


async def test_logging_out_forgets_the_browser() -> None:
    async with client() as browser:
        await logged_in(browser)
        assert "Log ud" in (await browser.get("/bestil")).text
        assert (await browser.post("/log-ud", data={"": ""})).headers["location"] == "/"
        assert COOKIE not in browser.cookies
        assert (await browser.get("/mit")).status_code == 303
        empty = {"Content-Type": "application/x-www-form-urlencoded"}  # as a browser sends a button alone
        assert (await browser.post("/log-ud", content=b"", headers=empty)).status_code == 303


async def test_a_form_counts_only_from_the_one_whom_it_was_shown_to() -> None:
    taken: list[OrderBody] = []
    async with client(taken) as browser:
        await logged_in(browser)
        token = token_in((await browser.get("/mit")).text)
        assert (await browser.post("/mit", data=ORDER)).status_code == 403
        assert (await browser.post("/mit", data=ORDER | {"_whose": "0" * 64})).status_code == 403
        await logged_in(browser, role="leader", leader_id="0192f0c1-2222-7333-8444-555566667777")
        assert (await browser.post("/mit", data=ORDER | {"_whose": token})).status_code == 403
        assert taken == []
        await logged_in(browser)  # in another tab: the form still counts
        assert (await browser.post("/mit", data=ORDER | {"_whose": token})).status_code == 303
    assert len(taken) == 1


async def test_a_session_that_ended_while_somebody_typed_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[OrderBody] = []
    async with client(taken) as browser:
        await logged_in(browser)
        typed = ORDER | {"_whose": token_in((await browser.get("/mit")).text)}
        browser.cookies.clear()
        answer = await browser.post("/mit", data=typed)
        assert answer.status_code == 401
        again = dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', answer.text))
        assert again == typed
        await logged_in(browser)
        assert (await browser.post("/mit", data=again)).status_code == 303
    assert len(taken) == 1


@pytest.mark.parametrize(
    "til", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "evil", "/\tx", ""]
)
async def test_a_login_leads_to_no_other_site(til: str) -> None:
    async with client() as browser:
        assert (await logged_in(browser, til=til)).headers["location"] == "/"


@pytest.mark.parametrize(
    ("chosen", "field"), [({"role": "kommune"}, "kommune"), ({"role": "leader"}, "leader_id"), ({"role": "king"}, None)]
)
async def test_who_to_be_has_to_be_chosen_whole(chosen: dict[str, str], field: str | None) -> None:
    async with client() as browser:
        answer = await browser.post("/log-ind", data=chosen)
    assert answer.status_code == 422
    assert COOKIE not in answer.cookies


def sealed_by(*keys: bytes) -> Sessions:
    return Sessions(*keys)


def test_two_keys_open_and_the_first_one_seals() -> None:
    old, both, new = sealed_by(b"old"), sealed_by(b"new", b"old"), sealed_by(b"new")
    before = old.seal("session", {"a": 1})
    assert both.open("session", before, 60) == {"a": 1}
    assert new.open("session", before, 60) is None
    assert new.open("session", both.seal("session", {"a": 1}), 60) == {"a": 1}
    assert both.is_token("somebody", old.token("somebody"))


@pytest.mark.parametrize("changed", ["", "x", "gAAAA", "\xe6"])
def test_what_we_did_not_seal_opens_nothing(changed: str) -> None:
    assert sealed_by(b"key").open("session", changed, 60) is None


def test_what_was_sealed_for_one_purpose_serves_no_other() -> None:
    keys = sealed_by(b"key")
    assert keys.open("session", keys.seal("login", {"sub": "x"}), 60) is None


async def test_requests_are_counted_by_who_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Any] = []
    monkeypatch.setattr("shared.web.limits.Limits.count", lambda _, **of: counted.append(of["sub"]))
    async with client() as browser:
        await logged_in(browser)
        await browser.get("/mit")
    assert counted == [None, "local-consultant"]
