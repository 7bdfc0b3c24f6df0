"""A browser out of packages alone: no system browser, no libraries of the system's, no root.

`LA_BROWSER` names another one (on machines that are not x64, for example).
"""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from deploy.local.foreign import NODE, PACKAGES, ROOT

UNPACKED = ROOT / ".local" / "browser"
AXE = PACKAGES / "axe-core" / "axe.min.js"
_UNPACK = """
const fs = require('fs'), zlib = require('zlib'), { pipeline } = require('stream');
const [source, target] = process.argv.slice(1);
pipeline(fs.createReadStream(source), zlib.createBrotliDecompress({ chunkSize: 1 << 21 }), fs.createWriteStream(target),
         (error) => { if (error) { console.error(error); process.exit(1); } });
"""
# Without it text has no height, and nothing says why.
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir>{families}</fontconfig>
"""
_FAMILY = '<alias binding="same"><family>{name}</family><prefer><family>Open Sans</family></prefer></alias>'


def options() -> dict[str, Any]:
    """For `playwright.chromium.launch`."""
    # The node in playwright's own wheel asks for a library that a bare system lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))
    if own := os.environ.get("LA_BROWSER"):
        return {"executable_path": own, "args": ["--disable-dev-shm-usage"]}
    folder = _unpacked()
    libraries = os.pathsep.join(filter(None, [str(folder / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH")]))
    return {
        "executable_path": str(folder / "chromium"),
        "env": os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "LD_LIBRARY_PATH": libraries},
        "args": ["--disable-dev-shm-usage", "--font-render-hinting=none", "--disable-gpu"],
    }


def _unpacked() -> Path:
    package = PACKAGES / "@sparticuz" / "chromium"
    folder = UNPACKED / str(json.loads((package / "package.json").read_text("utf-8"))["version"])
    if folder.is_dir():
        return folder
    UNPACKED.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(dir=UNPACKED))
    try:
        for name in ("al2023.tar", "fonts.tar", "chromium"):
            subprocess.run([NODE, "-e", _UNPACK, package / "bin" / f"{name}.br", new / name], check=True)
            if name.endswith(".tar"):
                with tarfile.open(new / name) as archive:
                    archive.extractall(new / name.removesuffix(".tar"), filter="data")
                (new / name).unlink()
        (new / "chromium").chmod(0o755)
        families = ("sans-serif", "serif", "monospace", "system-ui", "Arial", "Helvetica")
        fonts = _FONTS.format(folder=folder, families="".join(_FAMILY.format(name=name) for name in families))
        (new / "fonts.conf").write_text(fonts, "utf-8")
        new.chmod(0o755)
        new.rename(folder)  # at once: two runs may do the same
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder
