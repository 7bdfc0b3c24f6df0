"""What browsers get of others: pinned by its hashes, with its licence, from no address that is written down."""

import json
import re
from pathlib import Path

from deploy.local.foreign import SERVED

ROOT = Path(__file__).parents[2]
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
PACKAGES = {
    name.removeprefix("node_modules/"): package for name, package in LOCK["packages"].items() if name and name != "."
}


def test_every_package_is_pinned_by_its_hash_and_from_no_address() -> None:
    assert {"dkfds", "htmx.org"} <= PACKAGES.keys()
    for name, package in PACKAGES.items():
        assert re.fullmatch(r"sha512-[\w+/]+=*", package["integrity"]), name
        assert "resolved" not in package, name
    assert "://" not in (ROOT / ".npmrc").read_text("utf-8")


def test_no_script_of_a_package_is_run() -> None:
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text("utf-8").splitlines()


def test_what_is_served_is_named_with_version_and_licence() -> None:
    rows = re.findall(r"^\| ([\w.]+) \| ([\d.]+) \| ([\w. -]+) \|", (ROOT / "NOTICE.md").read_text("utf-8"), re.M)
    served = {name: package for name, package in PACKAGES.items() if not package.get("dev")}
    assert rows == [(name, found["version"], found["license"].strip("()")) for name, found in served.items()]


def test_licences_go_with_what_is_served() -> None:
    assert {"MIT license", "SIL Open Font License", "Apache License"} <= {
        words
        for words in ("MIT license", "SIL Open Font License", "Apache License")
        if words in (SERVED / "dkfds" / "LICENSE.md").read_text("utf-8")
    }
    assert list((SERVED / "dkfds" / "fonts").rglob("license.txt"))
    assert (SERVED / "htmx" / "LICENSE").exists()


def test_the_style_finds_every_file_that_it_names() -> None:
    style = SERVED / "dkfds" / "css" / "dkfds.min.css"
    named = re.findall(r"url\(\"?(\.\./[^)\"]+)", style.read_text("utf-8"))
    assert len(named) > 50
    assert [name for name in named if not (style.parent / name).is_file()] == []
