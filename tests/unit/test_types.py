"""mypy sees what `changed` is given, as it sees a constructor."""

import os
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
SOURCE = """
from datetime import date
from shared.events.base import Stage

def longer(stage: Stage, day: date) -> Stage:
    return stage.changed({change})
"""


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("hours=12, from_=day", ""),
        ("hors=12", 'Unexpected keyword argument "hors" for "changed"'),
        ("hours='12'", 'Argument "hours" to "changed" of "Frozen" has incompatible type "str"; expected "float"'),
        ("to='2027-01-01'", 'Argument "to" to "changed" of "Frozen" has incompatible type "str"'),
    ],
)
def test_a_misspelt_name_and_a_wrong_type_are_errors(change: str, error: str, tmp_path: Path) -> None:
    source = tmp_path / "longer.py"
    source.write_text(SOURCE.format(change=change), encoding="utf-8")
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        said, _, code = api.run([str(source), "--config-file", str(ROOT / "pyproject.toml")])
    finally:
        os.chdir(before)
    assert (code == 0) == (error == ""), said
    assert error in said
