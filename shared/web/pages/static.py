"""Style, scripts, fonts and icons, out of memory. Their address holds their version, so that a browser asks once."""

import gzip
import mimetypes
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from shared.web.access import open_route
from shared.web.edge import STATIC
from shared.web.problems import NOT_FOUND, Problem

FOLDER = Path(__file__).parents[1] / "static"
_TEXT = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False, default_response_class=Response)


@cache
def files() -> dict[str, bytes]:
    """Of everything that is served, by name. Raises RuntimeError where the foreign files were never fetched."""
    if not (FOLDER / "vendor").is_dir():
        raise RuntimeError("shared/web/static/vendor is not there: python -m deploy.local.foreign")
    found = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    return dict(sorted(found.items()))


@cache
def version() -> str:
    """Of all of them together: a style names its fonts and icons by where they lie."""
    return sha256(b"".join(name.encode() + sha256(raw).digest() for name, raw in files().items())).hexdigest()[:12]


def address(name: str) -> str:
    """Of one of them; KeyError where it is not there."""
    files()[name]
    return f"{STATIC}{version()}/{name}"


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress(files()[name], mtime=0)


@router.get(f"{STATIC}{{asked}}/{{name:path}}", dependencies=[Depends(open_route)])
async def static(asked: str, name: str, request: Request) -> Response:
    if name not in files():
        raise Problem(NOT_FOUND)
    media_type = _TEXT.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    # While replicas are exchanged, one may be asked for another one's version.
    headers = {"Cache-Control": FOR_EVER if asked == version() else "no-cache", "Vary": "Accept-Encoding"}
    if Path(name).suffix in _TEXT and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_zipped(name), headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)
    return Response(files()[name], headers=headers, media_type=media_type)
