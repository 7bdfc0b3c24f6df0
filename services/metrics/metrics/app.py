"""The service put together; the only file that knows every part."""

from pathlib import Path

from metrics.api import router
from metrics.collect import collect
from metrics.handlers import handlers
from metrics.pages import pages
from metrics.rebuild import rebuild
from metrics.rows import WRITERS
from shared.service import Service

service = Service(
    name="metrics",
    port=8005,
    handlers=handlers,
    router=router,
    pages=pages,
    migrations=Path(__file__).parent / "migrations",
    writers=WRITERS,
    collect=collect,
    rebuild=rebuild,
)
