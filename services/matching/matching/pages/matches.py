"""A match for those who decide on it, and lists of them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from starlette.responses import Response

from matching import texts
from matching.api import matches as api
from matching.api.matches import Consultant, LeaderOrConsultant
from matching.commands import AnswerGateBody, LeaderAnswersBody
from matching.queries.matches import MatchFilter, MatchView, list_of_matches, own_match
from matching.rules.matches import WaitsFor, last_day, yes_is_said
from shared.catalogue.codes import codes
from shared.catalogue.forms import is_paid
from shared.catalogue.kommuner import KOMMUNER
from shared.runtime import Runtime
from shared.web.access import Principal, allow
from shared.web.dependencies import RuntimeDep
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages

pages = Pages()
Leader = Annotated[Principal, Depends(allow("leader"))]
AT_ONCE = 25


After = Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\d\.[0-9a-f-]{36}$")]


@pages.get("/match")
async def open_matches(
    page: PageDep, who: Consultant, runtime: RuntimeDep, waits_for: WaitsFor | None = None, after: After = None
) -> Response:
    """All that wait for something, the most urgent first."""
    only = MatchFilter(waits_for=waits_for, after=after, limit=AT_ONCE)
    found, more = await list_of_matches(runtime, only, who)
    return page.show("matches.html", found=found, more=more, only=only, kommuner=KOMMUNER)


@pages.get("/match/mine")
async def mine(page: PageDep, who: Leader, runtime: RuntimeDep) -> Response:
    """Those that wait for this leader's yes or no."""
    found, more = await list_of_matches(runtime, MatchFilter(waits_for="leader", limit=AT_ONCE), who)
    return page.show("mine.html", found=found, more=more)


@pages.get("/match/plads/{place_id}")
async def of_place(
    place_id: UUID, page: PageDep, who: LeaderOrConsultant, runtime: RuntimeDep, after: After = None
) -> Response:
    """Everybody ever proposed for a place: those who wait first."""
    found, more = await list_of_matches(runtime, MatchFilter(place_id=place_id, after=after, limit=AT_ONCE), who)
    waits = [match for match in found if match.state == "proposed"]
    over = [match for match in found if match.state != "proposed"]
    as_consultant = "consultant" in who.roles
    shown: dict[str, Any] = {"waits": waits, "over": over[::-1], "more": more, "as_consultant": as_consultant}
    return page.show("of_place.html", place_id=place_id, kommuner=KOMMUNER, **shown)


@pages.get("/match/{match_id}")
async def match(match_id: UUID, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return page.show("match.html", form=form, **await _known(match_id, page, who, runtime))


@pages.get("/match/{match_id}/tjekliste")
async def gate(match_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """What consultant and leader go through before anybody starts."""
    known = await _known(match_id, page, who, runtime)
    return page.show("match_gate.html", form=form.begin({"answers": known["match"].gate}), **known)


@pages.post("/match/{match_id}/tjekliste")
async def cleared(match_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.clear(match_id, form.read(AnswerGateBody), who, form.dispatch, runtime)
        return page.go(f"/match/{match_id}")
    return form.again(await gate(match_id, page, who, form, runtime))


@pages.get("/match/{match_id}/annuller")
async def cancel(match_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return page.show("match_cancel.html", form=form, **await _known(match_id, page, who, runtime))


@pages.post("/match/{match_id}/annuller")
async def cancelled(match_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.cancel(match_id, who, form.dispatch, runtime)
        return page.go(f"/match/{match_id}")
    return form.again(await cancel(match_id, page, who, form, runtime))


Answer = Literal["ja", "nej"]


@pages.get("/match/{match_id}/{answer}")
async def show_answer(
    match_id: UUID, answer: Answer, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    """The leader's own, or what the leader has told a consultant."""
    known = await _known(match_id, page, who, runtime)
    form.stands = "yes" if known["yes_is_said"] else "asked"
    return page.show(f"match_{answer}.html", form=form, **known)


@pages.post("/match/{match_id}/{answer}")
async def answered(
    match_id: UUID, answer: Answer, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        body = form.read(LeaderAnswersBody)
        if body.answer == "no" and yes_is_said(await own_match(runtime, match_id, who)):
            form.must_have_seen("yes", *texts.YES_IS_SAID["consultant" if "consultant" in who.roles else "leader"])
        await api.approve(match_id, body, who, form.dispatch, runtime)
        return page.go(f"/match/{match_id}")
    return form.again(await show_answer(match_id, answer, page, who, form, runtime))


async def _known(match_id: UUID, page: Page, who: Principal, runtime: Runtime) -> dict[str, Any]:
    match = await own_match(runtime, match_id, who)
    found = MatchView.of(match, runtime.spine.book.public.call_us, who)
    return {
        "match": found,
        "yes_is_said": yes_is_said(match),
        "kommuner": KOMMUNER,
        # In the order in which one would ask: what is stored keeps none.
        "gate": [(one.code, found.gate[one.code]) for one in codes("gate-questions") if one.code in found.gate],
        "asked_of_leader": texts.ASKED_OF_LEADER,
        "paid": is_paid(found.terms.form),
        "as_consultant": "consultant" in who.roles,
        # How long the seat would be held, were the yes said now.
        "held_until": found.held_until or last_day(found.terms.start, page.today),
    }
