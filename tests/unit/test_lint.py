"""What is dangerous does not get past `make lint`; nothing in production is let off but what is named here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LET_OFF = {
    # Names of tables and columns of our own, which cannot be parameters.
    "services/intake/intake/queries/due.py": ["S608"],
    "services/metrics/metrics/queries/base.py": ["S608"],
    "services/metrics/metrics/rebuild.py": ["S608"],
}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def of(x): return f\"SELECT id FROM person WHERE name = '{x}'\"", "S608"),
        ("import subprocess\ndef run(x): subprocess.run(x, shell=True)", "S602"),
        ("import os\ndef run(x): os.system(x)", "S605"),
        ("def run(x): return eval(x)", "S307"),
        ("def run(x): exec(x)", "S102"),
        ("import pickle\ndef read(x): return pickle.loads(x)", "S301"),
        ("import yaml\ndef read(x): return yaml.load(x)", "S506"),
        ("from xml.etree import ElementTree\ndef read(x): return ElementTree.fromstring(x)", "S314"),
        ("import jinja2\npages = jinja2.Environment()", "S701"),
        ("import hashlib\ndef of(x): return hashlib.md5(x)", "S324"),
        ("import random\ndef key(): return random.random()", "S311"),
        ("import httpx\ndef get(x): return httpx.get(x, verify=False)", "S501"),
        ("from urllib.request import urlopen\ndef get(x): return urlopen(x)", "S310"),
        ('password = "hemmelig"', "S105"),
    ],
    ids=lambda part: part if re.fullmatch(r"S\d+", part) else "",
)
def test_what_is_dangerous_is_refused(source: str, code: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("ruff"), "check", "--no-cache", "--output-format=concise",
         "--stdin-filename=shared/new.py", "-"],
        cwd=ROOT, input=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f" {code} " in done.stdout


def test_nothing_is_let_off_but_what_is_named_here() -> None:
    found = {}
    for folder in ("shared", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            comments = re.findall(r"#\s*(?:ruff: )?noqa(.*)", path.read_text(encoding="utf-8"))
            codes = sorted({code for comment in comments for code in re.findall(r"\bS\d+", comment)})
            if codes or any(not comment.startswith(":") for comment in comments):
                found[path.relative_to(ROOT).as_posix()] = codes
    assert found == LET_OFF


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda lock: str(lock.name))
def test_every_package_is_pinned_by_its_hashes(lock: Path) -> None:
    packages = re.sub(r"\\\n", "", lock.read_text(encoding="utf-8")).splitlines()
    assert packages
    for package in packages:
        assert re.fullmatch(r"[a-z0-9.-]+(\[[a-z,]+\])?==[\w.!]+( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+", package)
