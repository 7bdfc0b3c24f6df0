"""What builds the images: an engine that works, and packages as they are locked."""

import re
import tomllib
from pathlib import Path

import pytest

from deploy.images.__main__ import ROOT, SERVICES, ImagesError, engine
from shared.service import services


def pinned(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / f"requirements/{name}.txt").read_text("utf-8"), re.M))


def program(folder: Path, name: str, status: int) -> None:
    (folder / name).write_text(f"#!/bin/sh\nexit {status}\n")
    (folder / name).chmod(0o755)


def test_an_engine_that_does_not_answer_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    program(tmp_path, "podman", 1)
    program(tmp_path, "buildah", 1)
    program(tmp_path, "docker", 0)
    assert engine() == "docker"
    program(tmp_path, "docker", 1)
    with pytest.raises(ImagesError, match="podman, buildah, docker"):
        engine()


def test_there_is_an_image_of_each_service() -> None:
    assert set(SERVICES) == services().keys()


def test_what_makes_the_wheel_is_locked_as_everywhere_else() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["build"]
    build = pinned("build")
    assert {re.split(r"[>=]", one)[0] for one in asked} <= build.keys(), "make lock"
    assert build.items() <= pinned("dev").items(), "make lock"
