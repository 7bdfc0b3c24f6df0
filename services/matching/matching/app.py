"""The service put together; the only file that knows every part."""

from pathlib import Path

from matching.api import router
from matching.handlers import handlers
from matching.pages import pages
from matching.rows import WRITERS
from shared.service import Service

service = Service(
    name="matching",
    port=8003,
    handlers=handlers,
    router=router,
    pages=pages,
    migrations=Path(__file__).parent / "migrations",
    writers=WRITERS,
    prune=("DELETE FROM pool WHERE at < now() - interval '30 days'",),
)
