"""A consultant's day on one screen: whom to ring, about what, since when, and one click to where it is done."""

from math import ceil
from typing import Annotated, Literal, get_args

from starlette.responses import Response

from intake.api import day as api
from intake.api.base import Consultant
from intake.commands.mornings import MorningBody
from intake.queries.day import LineView, day_by_work
from intake.rules.day import Work
from shared.catalogue.kommuner import KOMMUNER
from shared.identifiers import InRange
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import PageDep
from shared.web.pages.router import Pages

pages = Pages()
FEW, MANY = 4, 25
"""Lines of each kind on the one screen; of one kind alone."""
# Their names in the address.
Kind = Literal["hjaelp", "match", "opfoelgning", "kommuner", "ring"]
KINDS: dict[Kind, Work] = dict(zip(get_args(Kind), get_args(Work), strict=True))
WHERE = {
    "call": "/ledere/{leader_id}",
    "call-again": "/ledere/{leader_id}",
    "find-tasks": "/ledere/{leader_id}",
    "mail-refused": "/ledere/{leader_id}/ret",
    "draft": "/pladser/{place_id}/ret",
    "blocked": "/pladser/{place_id}/ret",
    "seat-free": "/pladser/{place_id}/aabn",
    "paused": "/pladser/{place_id}",
    "nobody-left": "/pladser/{place_id}",
    "no-contact": "/kommuner/{kommune}",
    "guidance": "/henvendelser/{referral_id}",
    "silent": "/henvendelser/{referral_id}",
    "slow": "/henvendelser/{referral_id}",
    "asked-back": "/henvendelser/{referral_id}",
    "leader-yes": "/match/{match_id}",
    "kommune-yes": "/match/{match_id}",
    "gate": "/match/{match_id}",
    "start": "/forloeb/{placement_id}",
    "check-in": "/forloeb/{placement_id}",
    "aftercare": "/forloeb/{placement_id}",
    "new-contact": "/forloeb/{placement_id}",
    "approval-expired": "/forloeb/{placement_id}",
    "help": "/forloeb/{placement_id}",
    "kommune-help": "/forloeb/{placement_id}",
    "judge": "/forloeb/{placement_id}",
}
"""Where a line is acted on, by what it is."""


def where(line: LineView) -> str:
    """What is hard at a place, or at a company, is seen there."""
    ids = line.model_dump() | {"kommune": line.ring.kommune}
    ways = (WHERE[line.what], "/pladser/{place_id}", "/ledere/{leader_id}")
    return next(way.format(**ids) for way in ways if ids[way.partition("{")[2].partition("}")[0]])


@pages.get("/i-dag")
async def today(
    page: PageDep,
    who: Consultant,
    runtime: RuntimeDep,
    arbejde: Kind | None = None,
    side: Annotated[int, InRange(1, 1000)] = 1,
) -> Response:
    """All five kinds of work, or one of them alone and whole."""
    only = KINDS[arbejde] if arbejde else None
    limit = MANY if only else FEW
    groups = await day_by_work(runtime, who, limit, only, (side - 1) * limit if only else 0)
    last = max((ceil(group.count / limit) for group in groups if group.work == only), default=1)
    if arbejde and side > last:  # what stood there was done meanwhile
        return page.go("/i-dag", arbejde=arbejde, side=str(last))
    return page.show(
        "today.html",
        groups=groups,
        kinds={work: kind for kind, work in KINDS.items()},
        only=only,
        side=side,
        limit=limit,
        where=where,
        kommuner=KOMMUNER,
    )


@pages.get("/i-dag/mail")
async def mail(page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return page.show("morning.html", form=form, on=(await api.mail(who, runtime)).on)


@pages.post("/i-dag/mail")
async def written_to(page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        if form.value("stop"):
            await api.write_no_more(who, form.dispatch)
        else:
            await api.write_each_morning(form.read(MorningBody), who, form.dispatch)
        return page.go("/i-dag/mail")
    return form.again(await mail(page, who, form, runtime))
