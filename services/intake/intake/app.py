"""The service put together; the only file that knows every part."""

from intake.api import router
from intake.handlers import handlers
from shared.service import Service

service = Service(name="intake", port=8001, handlers=handlers, router=router, people=True)
