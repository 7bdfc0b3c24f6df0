"""A base image out of Debian's packages, where there is no registry to get one from. Asks for root and debootstrap."""
# ruff: noqa: S603 - starting programs is what this is for

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.images.__main__ import ImagesError

NAME = "localhost/lederalliancen-base:bookworm"
# What this machine needs to fetch packages, the build needs as well.
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_OF_THIS_MACHINE = (_CERTIFICATES, "etc/pip.conf")
_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_EXTRA_CA_CERTS": f"/{_CERTIFICATES}"}


def base(by: str) -> str:
    """Its name; made the first time (a minute). For trying the images, never for a registry."""
    if subprocess.run([by, "image", "inspect", NAME], capture_output=True).returncode == 0:
        return NAME
    if os.geteuid() or not shutil.which("debootstrap"):
        raise ImagesError("A base image of Debian's packages asks for root and for debootstrap.")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        _run(["debootstrap", "--variant=minbase", "--include=python3-venv,ca-certificates", "bookworm", root])
        (root / "usr/bin/python").symlink_to("python3")
        for name in _OF_THIS_MACHINE:
            if (Path("/") / name).exists():
                shutil.copyfile(Path("/") / name, root / name)
        archive = Path(folder) / "base.tar"
        _run(["tar", "-C", root, "-cf", archive, "."])
        _run([by, "import", *(part for one in _ENV.items() for part in ("-c", f"ENV {'='.join(one)}")), archive, NAME])
    return NAME


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise ImagesError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
