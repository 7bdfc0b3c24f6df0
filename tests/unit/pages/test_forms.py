"""A form is read as the API's body, and shown again with what was typed and what is wrong beside each field."""

import re
from datetime import date

import pytest
from fastapi import Request

from shared.web.edge import unfolded
from shared.web.pages.forms import KEY, Form
from tests.unit.pages.shop import HERE, ORDER, OrderBody, client


def value(page: str, name: str) -> str:
    [found] = re.findall(rf'name="{re.escape(name)}"[^>]*? value="(.*?)"', page)
    return str(found)


def beside(page: str, name: str) -> str | None:
    found = re.search(rf'id="felt-{re.escape(name).replace(".", "-")}-fejl">.*?</span>(.*?)</span>', page)
    return found and found[1]


async def test_what_is_right_becomes_the_apis_body_and_leads_on() -> None:
    taken: list[OrderBody] = []
    async with client(taken) as browser:
        ticked = {"again": "true", "wishes.milk": "true", "wishes.sugar": "false"}
        answer = await browser.post("/bestil", data=ORDER | ticked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tak")
    assert taken == [
        OrderBody.model_validate(
            {
                "phone": "20123456",
                "hours": 7.5,
                "again": True,
                "lines": [{"words": "kaffe"}],
                "wishes": {"milk": True, "sugar": False},
            }
        )
    ]


async def test_each_wrong_field_is_explained_beside_it_and_on_top_and_nothing_typed_is_lost() -> None:
    typed = {"phone": "2012", "hours": "40", "lines.0.words": "<b>x", "lines.1.words": "y" * 21, KEY: "a-key-of-a-form"}
    async with client() as browser:
        answer = await browser.post("/bestil", data=typed)
    page = answer.text
    assert answer.status_code == 422
    assert {name: value(page, name) for name in typed} == typed | {"lines.0.words": "&lt;b&gt;x"}
    assert "Det er ikke et telefonnummer" in str(beside(page, "phone"))
    assert beside(page, "hours") == "Må højst være 37."
    assert beside(page, "lines.1.words") == "Højst 20 tegn."
    assert beside(page, "lines.0.words") is None
    links = re.findall(r'href="#(felt-[\w-]+)">(\w+)', page)
    assert links == [("felt-phone", "Telefon"), ("felt-hours", "Timer"), ("felt-lines-1-words", "Anden")]
    assert re.search(r'<div class="alert alert-error"[^>]* tabindex="-1" autofocus', page)


@pytest.mark.parametrize("typed", ["mange", "7.5.1", "1e3", "nan", "7,"])
async def test_what_is_no_number_is_shown_again_as_it_was_typed(typed: str) -> None:
    async with client() as browser:
        answer = await browser.post("/bestil", data=ORDER | {"hours": typed})
    assert value(answer.text, "hours") == typed
    assert "Skriv et tal" in str(beside(answer.text, "hours"))


async def test_an_empty_field_was_not_sent() -> None:
    async with client() as browser:
        answer = await browser.post("/bestil", data={"phone": " ", "hours": "", "lines.0.words": ""})
    assert beside(answer.text, "phone") == "Skal udfyldes."
    assert beside(answer.text, "hours") is None


async def test_what_a_decision_refuses_stands_beside_its_field() -> None:
    async with client() as browser:
        answer = await browser.post("/bestil?sprog=en", data=ORDER | {"hours": "1"})
    assert answer.status_code == 422
    assert beside(answer.text, "hours") == "So few cannot be ordered."


async def test_what_is_wrong_with_no_field_of_the_page_stands_on_top() -> None:
    async with client() as browser:
        answer = await browser.post("/bestil", data=ORDER | {"hours": "2"})
        unknown = await browser.post("/bestil", data=ORDER | {"elsewhere": "1"})
    assert "<li>Det venter på noget, der ikke er nået frem endnu. Prøv igen om lidt.</li>" in answer.text
    assert "<li>Siden er ændret. Genindlæs den.</li>" in unknown.text


async def test_a_cpr_number_is_told_beside_its_field_and_goes_no_further() -> None:
    taken: list[OrderBody] = []
    async with client(taken) as browser:
        answer = await browser.post("/bestil", data=ORDER | {"lines.0.words": "ring 010190-1234"})
        to_the_api = await browser.post("/orders", data=ORDER | {"lines.0.words": "ring 010190-1234"})
        in_the_address = await browser.post("/bestil?q=010190-1234", data=ORDER)
    assert answer.status_code == 422
    assert (
        beside(
            answer.text,
            "lines.0.words",
        )
        is not None
    )
    assert "ligner et CPR-nummer. Intet er gemt. Fjern det" in str(beside(answer.text, "lines.0.words"))
    assert value(answer.text, "phone") == "20 12 34 56"
    assert (to_the_api.status_code, in_the_address.status_code) == (422, 422)
    assert taken == []


async def test_a_nul_character_is_told_beside_its_field() -> None:
    taken: list[OrderBody] = []
    async with client(taken) as browser:
        answer = await browser.post("/bestil", data=ORDER | {"lines.0.words": "a\0b"})
    assert "tegn, der ikke kan gemmes" in str(beside(answer.text, "lines.0.words"))
    assert taken == []


async def test_after_an_error_of_ours_what_was_typed_can_be_sent_again() -> None:
    async with client() as browser:
        answer = await browser.post("/bestil", data=ORDER | {"hours": "3"})
    assert answer.status_code == 500
    assert dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', answer.text)) == ORDER | {"hours": "3"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://test"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://test"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_form_counts_only_from_a_page_of_ours(headers: dict[str, str], status: int) -> None:
    async with client() as browser:
        del browser.headers["Sec-Fetch-Site"]
        assert (await browser.post("/bestil", data=ORDER, headers=headers)).status_code == status


async def test_an_address_may_suggest_what_a_form_says() -> None:
    async with client() as browser:
        page = (await browser.get("/bestil", params={"phone": '"><script>', KEY: "chosen-by-another"})).text
    assert value(page, "phone") == "&#34;&gt;&lt;script&gt;"
    assert value(page, KEY) != "chosen-by-another"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ([("a", "1"), ("a", "2")], {"a": ["1", "2"]}),
        ([("a.7.b", "1"), ("a.2.b", "2"), ("a.2.c", "3")], {"a": [{"b": ["2"], "c": ["3"]}, {"b": ["1"]}]}),
        ([("a.b", "1"), ("c", "2")], {"a": {"b": ["1"]}, "c": ["2"]}),
        ([("a", "1"), ("a.b", "2")], {"a": ["1"]}),
        ([("a.b", "1"), ("a", "2")], {"a": {"b": ["1"]}}),
        ([("a..b", "1"), (".", "2")], {"a..b": ["1"], ".": ["2"]}),
        ([(".".join("abcdefgh"), "1")], {"a.b.c.d.e.f.g.h": ["1"]}),
    ],
)
def test_rows_of_a_form_are_read_in_their_order_without_gaps(sent: list[tuple[str, str]], read: object) -> None:
    assert unfolded(sent) == read


__all__ = ["HERE"]


def test_what_is_known_is_shown_as_one_would_have_typed_it() -> None:
    known = {
        "hours": 7.5,
        "again": True,
        "codes": ("a", "b"),
        "on": date(2026, 12, 1),
        "lines": [{"words": "x"}],
        "no": None,
    }
    form = Form(Request({"type": "http", "method": "GET", "headers": []}), {"phone": ["2012"]}).begin(known)
    shown = {name: form.values(name) for name in ("phone", "hours", "again", "codes", "on", "lines.0.words", "no")}
    assert shown == {
        "phone": ["2012"], "hours": ["7,5"], "again": ["true"], "codes": ["a", "b"], "on": ["2026-12-01"],
        "lines.0.words": ["x"], "no": [],
    }  # fmt: skip
    sent = Form(Request({"type": "http", "method": "POST", "headers": []}), {"hours": ["8"]}).begin(known)
    assert (sent.value("hours"), sent.value("again")) == ("8", ""), "what was typed is not written over"
