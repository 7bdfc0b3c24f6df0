"""The page `/docs`: Swagger UI (Apache-2.0), served from here alone, out of the package fastapi-offline."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

from shared.web.access import open_route
from shared.web.edge import POLICY

FILES = Path(str(files("fastapi_offline"))) / "static"


def install(app: FastAPI) -> None:
    """Addresses in the page are relative: whatever stands before a service's own, in a proxy, stays."""
    router = APIRouter(dependencies=[Depends(open_route)], include_in_schema=False)
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=app.title,
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters={"validatorUrl": None},
    )
    # The page starts the script inline: this one, and no other.
    start = bytes(page.body).rpartition(b"<script>")[2].partition(b"</script>")[0]
    policy = f"{POLICY}; script-src 'self' 'sha256-{b64encode(sha256(start).digest()).decode()}'"

    @router.get("/docs", response_class=HTMLResponse)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page.body, headers={"Content-Security-Policy": policy})

    @router.get("/docs/swagger-ui-bundle.js", response_class=FileResponse)
    async def script() -> FileResponse:
        return FileResponse(FILES / "swagger-ui-bundle.js")

    @router.get("/docs/swagger-ui.css", response_class=FileResponse)
    async def style() -> FileResponse:
        return FileResponse(FILES / "swagger-ui.css")

    app.include_router(router)
