"""What every page has: its language, its headers, its files; and problems as pages for those who read them."""

import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from shared.service import Service, services
from shared.web.access import mint
from shared.web.pages import static
from shared.web.pages.page import phone
from tests.unit.pages.shop import client


async def test_danish_first_english_one_click_away_and_remembered() -> None:
    async with client() as browser:
        danish = await browser.get("/bestil", headers={"Accept-Language": "en"})
        assert '<html lang="da">' in danish.text
        assert '<a href="?sprog=en" hreflang="en" lang="en" rel="nofollow">English</a>' in danish.text
        assert '<html lang="en">' in (await browser.get("/bestil?sprog=en")).text
        assert '<html lang="en">' in (await browser.get("/bestil")).text
        assert '<html lang="da">' in (await browser.get("/bestil?sprog=da&phone=1")).text
        assert '<html lang="da">' in (await browser.get("/bestil?sprog=xx")).text


async def test_the_cookie_of_the_language_is_bound_to_its_host_and_hidden_from_scripts() -> None:
    async with client() as browser:
        cookie = (await browser.get("/bestil?sprog=en")).headers["set-cookie"]
    assert re.fullmatch(r"__Host-sprog=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure", cookie)


async def test_a_page_loads_nothing_from_elsewhere_and_is_kept_nowhere() -> None:
    async with client() as browser:
        answer = await browser.get("/bestil")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    policy = answer.headers["content-security-policy"]
    assert {"default-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} <= {*policy.split("; ")}
    assert "unsafe" not in policy
    for address in re.findall(r'(?:src|href)="(.*?)"', answer.text):
        assert address.startswith(("/static/", "/", "#", "?"))
        assert not address.startswith("//")
    assert not re.search(r"<script>|<style|style=|onclick", answer.text)


async def test_files_are_kept_for_ever_under_the_address_of_their_version() -> None:
    async with client() as browser:
        for address in re.findall(r'"(/static/.*?)"', (await browser.get("/bestil")).text):
            answer = await browser.get(address)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == static.FOR_EVER
        style = static.address("vendor/dkfds/css/dkfds.min.css")
        assert (await browser.get(style)).headers["content-encoding"] == "gzip"
        plain = await browser.get(style, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        older = await browser.get(style.replace(static.version(), "0" * 12))
        assert (older.status_code, older.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["../page.py", "vendor/../../pages/page.py", "nothing.css", "vendor"])
async def test_no_file_but_those_that_are_served_can_be_asked_for(name: str) -> None:
    async with client() as browser:
        assert (await browser.get(f"/static/{static.version()}/{name}")).status_code == 404
        escaped = name.replace("/", "%2f").replace("..", "%2e%2e")
        assert (await browser.get(f"/static/{static.version()}/{escaped}")).status_code == 404


async def test_files_of_pages_count_for_no_limit() -> None:
    async with client() as browser:
        for _ in range(700):
            assert (await browser.get(static.address("icon.svg"))).status_code == 200
        assert (await browser.get("/bestil")).status_code == 200


async def test_a_browser_reads_a_problem_as_a_page_and_a_program_as_problem_details() -> None:
    async with client(alliance_phone="20123456") as browser:
        page = await browser.get("/nowhere")
        program = await browser.get("/nowhere", headers={"Accept": "*/*"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Siden findes ikke</h1>" in page.text
    assert '<a href="tel:+45-20-12-34-56">20 12 34 56</a>' in page.text
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/mit/abc", "/mit/123", "/nowhere"])
async def test_a_mistyped_address_is_a_page_that_is_not_there_with_the_menu_back(path: str) -> None:
    """To a program a malformed id is an input error, as everywhere in the API."""
    token = {"Authorization": f"Bearer {mint('consultant', key='k' * 40)}"}
    async with client(public_url="https://test") as browser:
        await browser.post("/log-ind", data={"role": "consultant"})
        page = await browser.get(path)
        program = await browser.get("/mit/abc", headers={"Accept": "*/*"} | token)
    assert (page.status_code, "<h1>Siden findes ikke</h1>" in page.text) == (404, True)
    assert '<a href="/i-dag">I dag</a>' in page.text
    assert (program.status_code, program.json()["field"]) == (422, "path.order_id")


async def test_an_error_of_ours_says_its_number_and_nothing_else() -> None:
    async with client() as browser:
        answer = await browser.post("/bestil", data={"phone": "20123456", "hours": "3"})
    assert answer.headers["x-correlation-id"] in answer.text
    assert "ZeroDivisionError" not in answer.text


async def test_who_asks_too_often_reads_when_to_come_back() -> None:
    async with client() as browser:
        for _ in range(2_000):
            last = await browser.get("/bestil")
            if last.status_code == 429:
                break
    assert (last.status_code, last.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "genindlæs siden" in last.text
    assert int(last.headers["retry-after"]) >= 1


@pytest.mark.parametrize(("number", "read"), [("+4520123456", "20 12 34 56"), ("+4930901820", "+49 30 901820")])
def test_a_phone_number_is_written_as_one_reads_it(number: str, read: str) -> None:
    assert phone(number) == read


async def test_one_address_is_a_page_for_a_browser_and_the_api_for_a_program() -> None:
    token = {"Authorization": f"Bearer {mint('consultant', key='k' * 40)}"}
    async with client() as browser:
        page = await browser.get("/mit", headers=token)
        program = await browser.get("/mit", headers={"Accept": "*/*"} | token)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert program.json() == {"sub": "local-consultant"}


async def test_a_part_is_the_page_without_what_is_around_it_and_no_login_is_put_into_a_page() -> None:
    token = {"Authorization": f"Bearer {mint('consultant', key='k' * 40)}"}
    async with client() as browser:
        part = await browser.get("/mit", headers={"HX-Request": "true", "Accept": "*/*"} | token)
        ended = await browser.get("/mit", headers={"HX-Request": "true", "Accept": "*/*"})
    assert "<form" in part.text
    assert "<html" not in part.text
    assert (ended.status_code, "location" in ended.headers) == (401, False)


async def test_the_menu_leads_where_there_is_a_page_and_a_part_is_asked_for_where_it_is() -> None:
    async with client(public_url="https://whole") as browser:
        assert (await browser.post("/log-ind", data={"role": "consultant"})).status_code == 303
        alone = (await browser.get("/mit")).text
        whole = (await browser.get("/mit", headers={"Host": "whole"})).text
    assert "/i-dag" not in alone
    assert "hx-get" not in alone
    assert '<a href="/i-dag">I dag</a>' in whole
    assert (
        '<div class="la-part" hx-get="/match/1" hx-trigger="load"><p><a href="/match/1">Se den</a></p></div>' in whole
    )


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.name)
def test_what_is_sent_to_a_page_is_sent_to_no_route_of_the_api(service: Service) -> None:
    """What is wrong with a form is left to the page: a route in its place would not look at it."""

    def sent_to(router: Any) -> set[str]:
        found = iter_route_contexts(router.routes) if router else ()
        return {re.sub(r"{\w+}", "{}", str(route.path)) for route in found if "POST" in (route.methods or ())}

    assert sent_to(service.router).isdisjoint(sent_to(service.pages))
