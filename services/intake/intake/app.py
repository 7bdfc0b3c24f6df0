"""The service put together; the only file that knows every part."""

from intake.api import router
from intake.handlers import handlers
from intake.rows import LeaderEmail
from intake.store import save_emails
from shared.service import Service

service = Service(
    name="intake", port=8001, handlers=handlers, router=router, writers={LeaderEmail: save_emails}, people=True
)
