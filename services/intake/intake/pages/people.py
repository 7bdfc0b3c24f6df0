"""Who is it that rings? Looked up by whatever is known; and the people around a leader."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints, ValidationError
from starlette.responses import Response
from stdnum.dk import cvr

from intake.api import people as api
from intake.api.base import Consultant, LeaderOrConsultant
from intake.api.people import SearchBody
from intake.commands.people import AddColleagueBody, CorrectColleagueBody
from intake.queries.leaders import whole_leader
from intake.queries.people import PersonView, contacts
from intake.state.people import Colleague
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.refusal import of_value
from shared.identifiers import is_phone
from shared.spine.decision import Refused
from shared.spine.work import Strict
from shared.web.dependencies import RuntimeDep, get_or_404
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep, phone
from shared.web.pages.router import Pages
from shared.web.problems import NOT_FOUND, Problem

pages = Pages()


class LookBody(Strict):
    """What the consultant knows of whoever it is."""

    known: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


def ways(known: str) -> list[SearchBody]:
    """Eight digits may be a phone or a company; words, a person or a company."""
    digits = "".join(known.split())
    if "@" in known:
        return [_by_email(known)]
    found = [SearchBody(phone=known)] if is_phone(known) else []
    if cvr.is_valid(digits):
        found.append(SearchBody(cvr=digits))
    elif len(digits) == 10 and digits.isascii() and digits.isdecimal() and not digits.startswith("0"):
        found.append(SearchBody(p_number=digits))
    return found or [SearchBody(name=known), SearchBody(company_name=known)]


def _by_email(known: str) -> SearchBody:
    try:
        return SearchBody(email=known)
    except ValidationError as error:
        _, da, en = of_value(error.errors()[0])
        raise Refused("email", "known", da, en) from error


def _search(page: Page, form: Form, found: list[PersonView] | None = None) -> Response:
    return page.show("search.html", form=form, found=found, kommuner=KOMMUNER)


@pages.get("/ledere")
async def look(page: PageDep, who: Consultant, form: FormDep) -> Response:
    return _search(page, form)


@pages.post("/ledere")
async def looked(page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    """Shown at once: what was looked for stands in no address."""
    with form.judging():
        found: dict[str, PersonView] = {}
        for way in ways(form.read(LookBody).known):
            found |= {one.person_id: one for one in await api.search(way, who, runtime)}
        return _search(page, form, [*found.values()])
    return form.again(_search(page, form))


@pages.get("/ledere/{leader_id}/kollega")
async def new_colleague(
    leader_id: UUID, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    """A contact or a buddy for a place."""
    return page.show("colleague.html", form=form, leader=await whole_leader(runtime, leader_id, who), colleague=None)


@pages.post("/ledere/{leader_id}/kollega")
async def added_colleague(
    leader_id: UUID, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    leader = await whole_leader(runtime, leader_id, who)
    form.sent = {**form.sent, "leader_id": [leader.leader_id]}
    with form.judging():
        await api.add_colleague(UUID(leader.company_id), form.read(AddColleagueBody), who, form.dispatch, runtime)
        return page.go(f"/ledere/{leader_id}" if "consultant" in who.roles else "/min-side")
    return form.again(page.show("colleague.html", form=form, leader=leader, colleague=None))


@pages.get("/ledere/{leader_id}/kollega/{person_id}")
async def wrong_colleague(
    leader_id: UUID, person_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    leader = await whole_leader(runtime, leader_id, who)
    colleague = await get_or_404(runtime, Colleague, person_id, "person_id")
    known = (await contacts(runtime, [colleague.id], who, "GET /ledere/{id}/kollega/{id}")).get(colleague.id)
    if known is None or colleague.company_id != leader.company_id:
        raise Problem(NOT_FOUND, field="person_id")
    form.begin(known.model_dump() | {"role": colleague.role, "phone": known.phone and phone(known.phone)})
    return page.show("colleague.html", form=form, leader=leader, colleague=colleague)


@pages.post("/ledere/{leader_id}/kollega/{person_id}")
async def right_colleague(
    leader_id: UUID, person_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    company_id = UUID((await whole_leader(runtime, leader_id, who)).company_id)
    with form.judging():
        body = form.read(CorrectColleagueBody)
        await api.correct_colleague(company_id, person_id, body, who, form.dispatch, runtime)
        return page.go(f"/ledere/{leader_id}")
    return form.again(await wrong_colleague(leader_id, person_id, page, who, form, runtime))
