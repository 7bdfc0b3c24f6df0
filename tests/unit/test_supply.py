"""What we are made of: as locked, listed for others, under licences that fit, and looked at before it runs."""

import json
import re
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.errors import StackError

ROOT = Path(__file__).parents[2]
SBOM = json.loads((ROOT / "docs/sbom.cdx.json").read_text(encoding="utf-8"))
FITTING = re.compile(r"MIT|Apache|BSD|ISC|PSF|MPL-2\.0|LGPL|Lesser")


def locked() -> dict[str, tuple[str, bool]]:
    """Package -> version, and whether it belongs to certain machines only."""
    text = (ROOT / "requirements/run.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)( ;.*)?", text, re.MULTILINE)
    return {name: (version, bool(marker)) for name, version, marker in found}


def test_the_bill_of_materials_lists_what_is_locked() -> None:
    listed = {re.sub(r"[._]", "-", part["name"].lower()): part["version"] for part in SBOM["components"]}
    lock = locked()
    assert listed == {name: lock[name][0] for name in listed}, "make sbom"
    assert {name for name, (_, some_only) in lock.items() if not some_only} <= listed.keys(), "make sbom"


@pytest.mark.parametrize("part", SBOM["components"], ids=lambda part: str(part["name"]))
def test_every_part_has_a_licence_that_fits(part: dict[str, object]) -> None:
    assert FITTING.search(json.dumps(part["licenses"]))


def test_a_jar_that_is_another_one_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = tmp_path / "known"
    known.write_text("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.jar\n")
    monkeypatch.setattr(jars, "KNOWN", known)
    with pytest.raises(StackError, match=r"a\.jar"):
        jars.check(tmp_path)
    (tmp_path / "a.jar").write_text("a")
    jars.check(tmp_path)
    (tmp_path / "b.jar").write_text("a")
    with pytest.raises(StackError, match=r"b\.jar"):
        jars.check(tmp_path)
    (tmp_path / "b.jar").unlink()
    (tmp_path / "a.jar").write_text("another")
    with pytest.raises(StackError, match=r"a\.jar"):
        jars.check(tmp_path)
