"""The contracts as they were where this branch left the trunk."""

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = "tests/contracts"


def published() -> dict[tuple[str, str], dict[str, Any]] | None:
    """(folder, type) -> schema at the merge base, or in the last commit where there is no trunk; None without git."""
    if shutil.which("git") is None or not (head := _git("rev-parse", "--verify", "HEAD")):
        return None
    bases = (_git("merge-base", "HEAD", trunk) for trunk in ("origin/main", "main"))
    base = next((found for found in bases if found), head).decode().strip()
    if not _git("rev-parse", "--verify", f"{base}:{FOLDER}"):
        return {}
    found = {}
    with tarfile.open(fileobj=io.BytesIO(_git("archive", base, FOLDER))) as archive:
        for member in archive:
            if member.name.endswith(".schema.json") and (file := archive.extractfile(member)):
                path = Path(member.name)
                found[path.parent.name, path.name.removesuffix(".schema.json")] = json.load(file)
    return found


def _git(*arguments: str) -> bytes:
    """What it prints; nothing where it fails."""
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False).stdout
