"""The boundaries that imports cannot show, and the proof that each import contract catches a violation."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Calls that bring in a clock or chance. `today(instant)` and uuid5 are plain functions of what they are given.
IMPURE = {"now", "utcnow", "uuid1", "uuid4", "uuid6", "uuid7", "new_id", "urandom", "getrandbits", "open"}
IMPURE_WHEN_EMPTY = {"today"}


def impure_calls(source: str) -> list[str]:
    """Line and name of every call, or import to call, that makes a rule depend on more than its arguments."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found += [f"{node.lineno} {alias.name}" for alias in node.names if alias.name in IMPURE]
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            empty = not node.args and not node.keywords
            if name in IMPURE or (empty and name in IMPURE_WHEN_EMPTY):
                found.append(f"{node.lineno} {name}")
    return found


def rules() -> list[Path]:
    return sorted({*ROOT.glob("services/*/*/rules.py"), *ROOT.glob("services/*/*/rules/*.py")})


def test_the_rules_of_all_five_services_are_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[1] for path in rules()} == {
        "intake",
        "matching",
        "municipality-gateway",
        "followup",
        "metrics",
    }


@pytest.mark.parametrize("path", rules(), ids=lambda path: str(path.relative_to(ROOT / "services")))
def test_a_rule_takes_time_and_ids_as_arguments(path: Path) -> None:
    assert impure_calls(path.read_text(encoding="utf-8")) == []


def handlers() -> list[Path]:
    return sorted({*ROOT.glob("services/*/*/handlers.py"), *ROOT.glob("services/*/*/handlers/*.py")})


@pytest.mark.parametrize("path", handlers(), ids=lambda path: str(path.relative_to(ROOT / "services")))
def test_a_handler_takes_time_and_ids_from_its_work(path: Path) -> None:
    found = impure_calls(path.read_text(encoding="utf-8"))
    assert [call for call in found if not call.endswith(" new_id")] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("datetime.now(UTC)", ["1 now"]),
        ("date.today()", ["1 today"]),
        ("from uuid import UUID, uuid4", ["1 uuid4"]),
        ("Work.new_id()", ["1 new_id"]),
        ("open('codes.csv')", ["1 open"]),
        ("today(now) + uuid5(NAMESPACE_URL, 'x')", []),
    ],
)
def test_a_clock_or_chance_in_a_rule_is_found(source: str, found: list[str]) -> None:
    assert impure_calls(source) == found


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, to seed violations in."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("shared", "services"):
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "data", "migrations")
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(tree: Path, contract: str) -> subprocess.CompletedProcess[str]:
    paths = [tree, *(tree / "services").iterdir()]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--contract", contract],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("contract", "importer", "imported"),
    [
        ("services", "intake.texts", "matching.state"),
        ("shared", "shared.spine.relay", "followup.state"),
        ("deploy", "metrics.state", "deploy"),
        ("rules", "intake.rules", "asyncpg"),
        ("rules", "followup.rules.stages", "shared.people.vault"),
        ("rules", "municipality_gateway.state.referrals", "random"),
        ("handlers", "matching.handlers", "fastapi"),
        ("handlers", "municipality_gateway.handlers.places", "asyncpg"),
        ("catalogue", "shared.catalogue.terms", "shared.events.base"),
        ("pages", "shared.web.edge", "shared.web.pages.page"),
        ("pages", "intake.api.leaders", "intake.pages.leaders"),
    ],
)
def test_a_violation_is_caught(tree: Path, contract: str, importer: str, imported: str) -> None:
    service, *_ = importer.split(".")
    home = tree if service == "shared" else tree / "services" / service.replace("_", "-")
    module = home / Path(*importer.split("."))
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\nimport {imported}\n", encoding="utf-8")
    try:
        checked = lint(tree, contract)
    finally:
        path.write_text(before, encoding="utf-8")
    assert checked.returncode == 1, checked.stderr
    assert f"{importer} -> {imported}" in checked.stdout
