"""The service put together; the only file that knows every part."""

from pathlib import Path

from followup.api import router
from followup.handlers import handlers
from shared.service import Service

service = Service(
    name="followup", port=8004, handlers=handlers, router=router, migrations=Path(__file__).parent / "migrations"
)
