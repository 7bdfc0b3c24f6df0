"""What the documentation points at is there: files, tests by their names, links; and the counts of ASVS add up."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHERE = ("*.md", "docs/**/*.md", "services/*/README.md", "deploy/**/*.md", "tests/**/*.md")
PAGES = sorted({page for where in WHERE for page in ROOT.glob(where)})
FOLDERS = "|".join(("deploy", "docs", "requirements", "services", "shared", "tests"))
STATES = ("met", "not applicable", "not met")


def absent(page: Path, text: str) -> list[str]:
    """What a page names in `code` or links to, and is not there."""
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]+)(?:::(\w+))?`", text)
    linked = [(link, "") for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in link]
    tests = [(name, "") for name in re.findall(r"`(test_\w+\.py)`", text)]
    found = [
        *((ROOT / path, test) for path, test in named),
        *((page.parent / link, test) for link, test in linked),
        *((next(ROOT.glob(f"tests/**/{name}"), ROOT / name), test) for name, test in tests),
    ]
    return [f"{path}::{test}" if test else str(path) for path, test in found if not _is_there(path, test)]


def _is_there(path: Path, test: str) -> bool:
    if not test:
        return path.exists()
    return path.is_file() and re.search(rf"^(async )?def {test}\(", path.read_text("utf-8"), re.MULTILINE) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page: Path) -> None:
    assert absent(page, page.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "`shared/people/gone.py`",
        "`tests/unit/test_docs.py::test_that_nobody_wrote`",
        "`test_that_nobody_wrote.py`",
        "[the contract](docs/gone.md#access)",
    ],
)
def test_what_is_gone_is_found(text: str) -> None:
    assert len(absent(ROOT / "README.md", text)) == 1


@pytest.mark.parametrize(("page", "ways"), [("races.md", 2), ("outside-input.md", 1)])
def test_every_race_has_a_test_each_way_and_all_that_comes_from_outside_has_one(page: str, ways: int) -> None:
    lines = [line for line in (ROOT / "docs" / page).read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [line.strip("| ").split(" | ") for line in lines]
    heads = [row for row in rows if row == rows[0]]
    assert len(rows) > len(heads)
    for row in [row for row in rows if row not in heads]:
        first, *other = row[-ways:]
        assert len(row) == len(heads[0]), row
        assert "::test_" in first, row
        assert all("::test_" in cell or cell == "the same test, the other way round" for cell in other), row


def test_every_requirement_of_asvs_is_answered_once_and_the_counts_are_true() -> None:
    text = (ROOT / "docs/asvs.md").read_text("utf-8")
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]
    numbers = [tuple(map(int, row[0].strip().split("."))) for row in rows]
    assert numbers == sorted(set(numbers))
    counted = Counter((row[1].strip(), row[3].strip()) for row in rows)
    # How many requirements version 5.0.0 has at levels 1 and 2.
    assert Counter(level for level, _ in counted.elements()) == {"1": 70, "2": 183}
    for state in STATES:
        [said] = re.findall(rf"^\| {state} \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
        assert said == (str(counted.pop(("1", state), 0)), str(counted.pop(("2", state), 0))), state
    assert not counted, "only these states"
    listed = [number for line in re.findall(r"^- \*\*(.+?)\*\* ", text, re.MULTILINE) for number in line.split(", ")]
    assert sorted(listed) == sorted(row[0].strip() for row in rows if row[3].strip() == "not met")
    for row in rows:
        assert row[3].strip() != "met" or re.search(r"`[\w./-]+(::\w+)?`", row[4]), row[0]
        assert all(cell.strip() for cell in row), row[0]
