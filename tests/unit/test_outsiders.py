"""The simulated kommuner are outsiders: what they can do, any vendor can do from the published contract alone."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.demo.kommuner.calendar import is_working_day
from shared.catalogue import calendar

ROOT = Path(__file__).parents[2]
OWN = "deploy.demo.kommuner"
ALLOWED = {"aiokafka", "cloudevents", "httpx", *sys.stdlib_module_names}


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def files(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"nothing in {folder}"
    return found


@pytest.mark.parametrize("file", files("deploy/demo/kommuner"), ids=lambda file: file.name)
def test_the_simulated_kommuner_import_nothing_of_ours(file: Path) -> None:
    foreign = {name for name in imports(file) if not f"{name}.".startswith(f"{OWN}.")}
    assert {name for name in foreign if name.partition(".")[0] not in ALLOWED} == set()


def test_all_that_the_demo_imports_is_installed_for_it() -> None:
    """A fresh machine that runs `make demo` has the dependencies of `local`, and not those of `dev`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["local"]]
    declared = {re.split(r"[\[<>=]", requirement)[0] for requirement in wanted}
    of_the_demo = [*files("deploy/demo"), *files("deploy/local"), ROOT / "deploy/site.py"]
    roots = {name.partition(".")[0] for file in of_the_demo for name in imports(file)}
    ours = {"deploy", "shared", *sys.stdlib_module_names}
    of = packages_distributions()
    missing = {root for root in roots - ours if not {name.lower().replace("_", "-") for name in of[root]} & declared}
    assert missing == set()


@pytest.mark.parametrize("year", range(2025, 2041))
def test_the_simulated_kommuner_count_working_days_as_the_contract_says(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [day for day in days if is_working_day(day)] == [day for day in days if calendar.is_working_day(day)]
