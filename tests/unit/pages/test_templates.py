"""What no template may do, for all there are: what somebody typed is shown as text, and nothing runs inline."""

import re
from pathlib import Path

import pytest

from shared.web.pages.page import templates
from tests.unit.pages.shop import client

ROOT = Path(__file__).parents[3]
FOLDERS = [ROOT / "shared/web/templates", *sorted(ROOT.glob("services/*/*/templates"))]
TEMPLATES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in TEMPLATES]
FOR_PARTS = ("base.html", "part.html", "parts.html", "forms.html")
NASTY = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_nothing_is_taken_for_safe_and_nothing_runs_or_is_styled_inline(template: Path) -> None:
    words = template.read_text("utf-8")
    assert not re.search(r"\|\s*safe|autoescape|Markup", words)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", words, re.IGNORECASE)
    assert not re.search(r"""\s[\w-]+=\{\{|<a [^>]*href=(?!["'])""", words), "a value stands in quotes"


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_a_page_can_be_a_part_and_its_addresses_are_ours(template: Path) -> None:
    words = template.read_text("utf-8")
    if "{% block content %}" in words and template.name not in FOR_PARTS:
        assert re.sub(r"^{#.*?#}\s*", "", words, flags=re.DOTALL).startswith("{% extends ")
        assert '{% extends "shared/base.html" %}' not in words
    for address in (
        ()
        if template.name == "forms.html"
        else re.findall(r"""(?:href|src|action|hx-get|hx-post)=["'](.*?)["']""", words)
    ):
        assert address.startswith(("/", "{", "#", "?", "mailto:")), address
        assert not address.startswith("//"), address


def test_everything_is_escaped() -> None:
    assert templates("intake").autoescape is True


async def test_what_was_typed_or_stands_in_an_address_is_shown_as_text() -> None:
    async with client() as browser:
        for answer in (
            await browser.post("/bestil", data={"phone": NASTY, "hours": NASTY, "lines.0.words": NASTY}),
            await browser.get("/bestil", params={"phone": NASTY, "sprog": NASTY}),
            await browser.get("/log-ind", params={"til": "/" + NASTY}),
            await browser.get("/" + NASTY),
        ):
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text
            assert "49" not in re.findall(r'value="([^"]*)"', answer.text)
