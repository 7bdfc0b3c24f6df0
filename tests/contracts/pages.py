"""Pages that are written from what they tell of: the rules with their sources and days, and a page for each story."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from deploy.demo.stories import STORIES
from deploy.demo.story import Story, sentence
from shared.catalogue.codes import codes
from shared.catalogue.files import rows
from shared.catalogue.kommuner import kommune
from shared.catalogue.rules import Rule, rule
from shared.service import services

ROOT = Path(__file__).parents[2]
RULES, OF_STORIES = ROOT / "docs" / "rules.md", ROOT / "docs" / "stories"
SEVERITY = {"block": "stops it", "warn": "warns", "info": "tells"}


def pages() -> dict[Path, str]:
    """Every page with the text that it should have."""
    stories = {OF_STORIES / f"{story.name}.md": _story(story) for story in STORIES}
    return {RULES: "\n".join(_rules()) + "\n", OF_STORIES / "README.md": "\n".join(_index()) + "\n", **stories}


# -- rules -------------------------------------------------------------------------------------------------------------


def _rules() -> Iterator[str]:
    yield "# The rules\n"
    yield "Written by `make contracts` from [the data](../shared/catalogue/data), which every decision reads; the same"
    yield "over HTTP: `GET /rules`. **No rule has been confirmed by a lawyer.** A day is the first or the last on"
    yield "which it holds; where none stands, none is known. [Sources](../shared/catalogue/data/PROVENANCE.md).\n"
    for code in codes("rules").entries:
        yield from _rule(rule(code))
    yield "## Numbers that the rules read\n"
    yield "| about | what | | from | to | source | how sure |\n|---|---|---|---|---|---|---|"
    for row in rows("limits.csv"):
        number = f"{row['value']} {row['unit']}"
        days = f"{row['valid_from']} | {row['valid_to']}"
        about = f"`{row['subject']}` | {row['limit']}{_note(row['note'])}"
        yield f"| {about} | {number} | {days} | {row['source']} | {row['confidence']} |"
    yield "\n## Working days\n"
    yield "Saturdays, Sundays and public holidays are none; 5 June, 24 and 31 December are none either.\n"
    yield "| | working days | from | to |\n|---|---|---|---|"
    for row in rows("deadlines.csv"):
        yield f"| {row['meaning']} | {row['working_days']} | {row['valid_from']} | {row['valid_to']} |"


def _rule(one: Rule) -> Iterator[str]:
    yield f"### {one.id}\n"
    yield f"*{one.da}* {one.way_out_da}\n".replace("  ", " ")
    yield f"{one.en} {one.way_out_en}\n"
    days = " ".join(f"{word} {day}" for word, day in (("from", one.valid_from), ("to", one.valid_to)) if day)
    decided = ", ".join(f"[{name}](../services/{name})" for name in services() if _names(name, one.id))
    facts = [SEVERITY[one.severity], f"source: {one.source} ({one.confidence})", days]
    facts.append(f"decided in {decided}" if decided else "decided by people")
    yield " · ".join(fact for fact in facts if fact) + "\n"


def _names(service: str, rule_id: str) -> bool:
    word = re.compile(rf"(?<![\w-]){re.escape(rule_id)}(?![\w-])")
    return any(word.search(path.read_text("utf-8")) for path in (ROOT / "services" / service).rglob("*.py"))


def _note(note: str) -> str:
    return f" ({note})" if note else ""


# -- stories -----------------------------------------------------------------------------------------------------------


def _index() -> Iterator[str]:
    yield "# The stories\n"
    yield "Each is played by `make demo` and `make test-e2e`, over HTTP and Kafka alone, checked at every step. Their"
    yield "pages are written by `make contracts` from what is played. Companies and young people are invented.\n"
    yield "| | | kommuner |\n|---|---|---|"
    for story in STORIES:
        yield f"| [{story.name}]({story.name}.md) | {story.title} | {_kommuner(story)} |"


def _story(story: Story) -> str:
    module = import_module(f"deploy.demo.stories.{story.name.lower()}")
    told = " ".join((module.__doc__ or "").split())
    steps = "\n".join(f"{n}. {sentence(step)}." for n, step in enumerate(story.steps, 1))
    counts = "\n".join(f"| `{figure}` | {value:g} |" for figure, value in story.counts.items())
    source = f"deploy/demo/stories/{story.name.lower()}.py"
    return (
        f"# {story.name} · {story.title}\n\n{told}\n\n{steps}\n\n"
        f"## What it adds to the figures\n\n| | |\n|---|---|\n{counts}\n\n"
        f"Kommuner: {_kommuner(story)}. Played by [`{source}`](../../{source}).\n"
    )


def _kommuner(story: Story) -> str:
    return ", ".join(f"{kommune(code).name} ({code})" for code in story.kommuner)
