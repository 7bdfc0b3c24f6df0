"""The service put together; the only file that knows every part."""

from pathlib import Path

from municipality_gateway.api import router
from municipality_gateway.collect import collect
from municipality_gateway.commands.kommuner import Erase
from municipality_gateway.commands.mails import AddressRefused
from municipality_gateway.deadline_guard import may_fire
from municipality_gateway.handlers import handlers
from municipality_gateway.handlers.base import on_refused
from municipality_gateway.pages import pages
from municipality_gateway.queries import links, mails
from municipality_gateway.replies import parse
from municipality_gateway.rows import WRITERS
from shared.events.municipality_gateway import ContactErased
from shared.mail.letters import Mails
from shared.service import Service

service = Service(
    name="municipality-gateway",
    port=8002,
    handlers=handlers,
    router=router,
    pages=pages,
    migrations=Path(__file__).parent / "migrations",
    writers=WRITERS,
    parse=parse,
    on_refused=on_refused,
    may_fire=may_fire,
    collect=collect,
    prune=("DELETE FROM reply WHERE state <> 'pending' AND at < now() - interval '90 days'", *links.PRUNE),
    needs=("public_url_intake",),
    mails=Mails(write=mails.write, refused=lambda mail: AddressRefused(contact_id=mail.person_id)),
    erase=lambda person_id: Erase(person_id=person_id),
    erased=(ContactErased,),
)
