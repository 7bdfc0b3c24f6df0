"""Build the five images with podman, buildah or docker, whichever works here: `make images`.

ARGS go to the engine's build: `make images ARGS="--build-arg PYTHON=registry.example.dk/python:3.13-slim"`.
"""
# ruff: noqa: S603 - starting the engine is what this is for

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SERVICES = tuple(PROJECT["entry-points"]["lederalliancen.services"])
ENGINES = ("podman", "buildah", "docker")
# HEALTHCHECK is no part of podman's own format.
ENV = os.environ | {"BUILDAH_FORMAT": "docker"}


class ImagesError(Exception):
    """One clear line: what is wrong and what to do."""


def engine(among: Sequence[str] = ENGINES) -> str:
    """The first that is here and works: a docker without its daemon does not."""
    for name in among:
        if shutil.which(name) and not subprocess.run([name, "info"], capture_output=True).returncode:
            return name
    raise ImagesError(f"None of {', '.join(among)} works here (NAME info). Debian: apt install podman")


def image(service: str, tag: str = PROJECT["version"]) -> str:
    return f"lederalliancen/{service}:{tag}"


def build(by: str, tag: str = PROJECT["version"], args: Sequence[str] = ()) -> None:
    """All five; raises ImagesError where one cannot be built. The engine tells what it does."""
    named = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)  # noqa: S607 - git, wherever it lies
    which = ["--build-arg", f"BUILD={named.stdout.strip() or PROJECT['version']}"]
    for service in SERVICES:
        command = [by, "build", "-f", "deploy/Dockerfile", "--build-arg", f"SERVICE={service}", *which, *args]
        if subprocess.run([*command, "-t", image(service, tag), "."], cwd=ROOT, env=ENV).returncode:
            raise ImagesError(f"{by} could not build {image(service, tag)}: see above")


if __name__ == "__main__":
    try:
        build(engine(), args=sys.argv[1:])
    except ImagesError as error:
        sys.exit(str(error))
