"""The service put together; the only file that knows every part."""

from pathlib import Path

from followup.api import router
from followup.handlers import handlers
from followup.pages import pages
from shared.service import Service

service = Service(
    name="followup",
    port=8004,
    handlers=handlers,
    router=router,
    pages=pages,
    migrations=Path(__file__).parent / "migrations",
)
