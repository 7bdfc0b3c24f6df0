"""The service put together; the only file that knows every part."""

from pathlib import Path

from intake.api import router
from intake.commands.mails import AddressRefused
from intake.commands.people import Erase
from intake.handlers import handlers
from intake.pages import logins, pages
from intake.queries import links, mails
from intake.rows import WRITERS, renew_emails
from shared.events.intake import LeaderErased, PersonErased
from shared.mail.letters import Mails
from shared.service import Service

service = Service(
    name="intake",
    port=8001,
    handlers=handlers,
    router=router,
    pages=pages,
    logins=logins,
    migrations=Path(__file__).parent / "migrations",
    writers=WRITERS,
    prune=links.PRUNE,
    mails=Mails(write=mails.write, refused=lambda mail: AddressRefused(person_id=mail.person_id)),
    erase=lambda person_id: Erase(person_id=person_id),
    erased=(LeaderErased, PersonErased),
    renew=renew_emails,
)
