"""What every page has: its language, its headers, its files; and problems as pages for those who read them."""

import re

import pytest
from fastapi.routing import iter_route_contexts

from shared.service import Service, services
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


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.name)
def test_no_page_has_the_address_of_a_route_of_the_api(service: Service) -> None:
    """What is wrong with a form is left to the page: a route in its place would not look at it."""
    own = {
        (method, route.path) for route in iter_route_contexts(service.router.routes) for method in route.methods or ()
    }
    pages = iter_route_contexts(service.pages.routes) if service.pages else ()
    assert own.isdisjoint((method, route.path) for route in pages for method in route.methods or ())
