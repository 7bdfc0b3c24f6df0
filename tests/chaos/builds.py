"""Builds of all services: this one, or one of an earlier commit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.stack import StackError

ROOT = Path(__file__).parents[2]
STARTING_LINE = Path(__file__).with_name("starting-line")
"""A commit, until there is a release."""


@dataclass(frozen=True)
class Build:
    """Code that lies in `root`, run by the interpreter whose programs are in `bin`."""

    name: str
    root: Path
    bin: Path

    @property
    def settings(self) -> dict[str, str]:
        """Its own code before what is installed beside that interpreter."""
        parts = [self.root, *sorted((self.root / "services").iterdir())]
        return {"PYTHONPATH": ":".join(map(str, parts)), "LA_BUILD": self.name}

    def prepare(self, settings: Mapping[str, str]) -> None:
        """Tables and topics as it wants them. `settings` are an administrator's."""
        env = {**os.environ, **settings, **self.settings}
        for command in ("migrate", "topics"):
            done = subprocess.run([self.bin / "lederalliancen", command], env=env, capture_output=True, text=True)
            if done.returncode:
                raise StackError(f"lederalliancen {command} of {self.name} failed:\n{done.stdout}{done.stderr}")


THIS = Build("this", ROOT, Path(sys.executable).parent)


def before(ref: str | None, home: Path) -> Build:
    """The code of that commit, below `home`; with what is installed here where it needs the same packages."""
    commit = _git("rev-parse", "--short=12", f"{ref or _last_release()}^{{commit}}")
    root = home / commit
    if not root.exists():
        new = root.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        packed = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", new], input=packed, check=True)
        new.rename(root)
    vendor = Path("shared/web/static/vendor")  # fetched, so that git does not know it
    if (ROOT / vendor).exists() and not (root / vendor).exists():
        shutil.copytree(ROOT / vendor, root / vendor)
    needs = Path("requirements/run.txt")
    if (root / needs).read_bytes() == (ROOT / needs).read_bytes():
        return Build(commit, root, THIS.bin)
    python = root / ".venv" / "bin" / "python"
    if not (root / ".venv" / "whole").exists():
        subprocess.run([sys.executable, "-m", "venv", root / ".venv"], check=True)
        pip = [str(python), "-m", "pip", "-qq", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--require-hashes", "-r", str(root / "requirements" / "local.txt")], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(root)], check=True)
        (root / ".venv" / "whole").touch()
    return Build(commit, root, python.parent)


def _last_release() -> str:
    tags = _git("tag", "--merged", "HEAD", "--sort=-v:refname", "v*").splitlines()
    return tags[0] if tags else STARTING_LINE.read_text().split()[0]


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True)
    if done.returncode:
        raise StackError(
            f"git {' '.join(words)} failed: {done.stderr.strip()} Name a commit that is here: PREVIOUS=..."
        )
    return done.stdout.strip()
