"""The service put together; the only file that knows every part."""

from fastapi import FastAPI

from municipality_gateway import store
from municipality_gateway.api import router
from municipality_gateway.gate import may_fire
from municipality_gateway.handlers import handlers
from municipality_gateway.links import LINKS
from municipality_gateway.refusals import on_refused
from municipality_gateway.replies import parse
from shared.service import Service
from shared.settings import Settings


class Gateway(Service):
    """Tells kommuner where intake's place is to be found."""

    def app(self, config: Settings) -> FastAPI:
        LINKS.intake = config.public_url_intake
        return super().app(config)


service = Gateway(
    name="municipality-gateway",
    port=8002,
    handlers=handlers,
    router=router,
    writers={store.Given: store.save_given, store.Answered: store.save_answered},
    parse=parse,
    on_refused=on_refused,
    may_fire=may_fire,
    prune=("DELETE FROM reply WHERE state <> 'pending' AND at < now() - interval '90 days'",),
    people=True,
)
