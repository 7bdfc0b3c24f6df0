"""Something that is hard: what was tried, what helped elsewhere, and whether it helped here."""

from typing import Any, Literal
from uuid import UUID

from starlette.responses import Response

from followup.api import challenges as api
from followup.api.base import Consultant
from followup.commands.challenges import JudgeInterventionBody, RaiseChallengeBody, TryInterventionBody
from followup.queries.challenges import ChallengeView, InterventionView, interventions_against, open_about, what_helped
from followup.state.challenges import Challenge, Intervention, Subject
from shared.runtime import Runtime
from shared.web.dependencies import RuntimeDep, get_or_404
from shared.web.pages.forms import FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages

pages = Pages()


Where = Literal["plads", "virksomhed"]
ABOUT: dict[Where, Subject] = {"plads": "place", "virksomhed": "company"}


@pages.get("/forloeb/virksomhed/{company_id}")
async def at_company(company_id: UUID, page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    """What is hard about a company, whoever works there."""
    found = await open_about(runtime.pool, "company", str(company_id))
    return page.show("at_company.html", found=found, company_id=company_id)


@pages.get("/forloeb/{where}/{about_id}/svaert")
async def hard(where: Where, about_id: UUID, page: PageDep, who: Consultant, form: FormDep) -> Response:
    return page.show("hard.html", form=form, where=where, about=ABOUT[where], about_id=about_id)


@pages.post("/forloeb/{where}/{about_id}/svaert")
async def raised(
    where: Where, about_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        body = form.read(RaiseChallengeBody)
        answer = await api.raise_challenge(body, who, form.dispatch, runtime)
        return page.go(f"/forloeb/svaert/{answer.challenge_id}")
    return form.again(await hard(where, about_id, page, who, form))


@pages.get("/forloeb/svaert/{challenge_id}")
async def challenge(challenge_id: UUID, page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    return page.show("challenge.html", **await _known(challenge_id, runtime))


@pages.get("/forloeb/svaert/{challenge_id}/luk")
async def close(challenge_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    return page.show("challenge_close.html", form=form, **await _known(challenge_id, runtime))


@pages.post("/forloeb/svaert/{challenge_id}/luk")
async def closed(challenge_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.close(challenge_id, who, form.dispatch, runtime)
        return page.go(_back(await get_or_404(runtime, Challenge, challenge_id, "challenge_id")))
    return form.again(await close(challenge_id, page, who, form, runtime))


@pages.get("/forloeb/svaert/{challenge_id}/tiltag")
async def attempt(challenge_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """What was tried; what helped elsewhere comes first among what can be chosen."""
    known = await _known(challenge_id, runtime)
    options = tried_first(page, [one.intervention for one in known["helped"]])
    return page.show("intervention.html", form=form, options=options, back=f"/forloeb/svaert/{challenge_id}", **known)


@pages.post("/forloeb/svaert/{challenge_id}/tiltag")
async def tried(challenge_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await api.try_intervention(form.read(TryInterventionBody), who, form.dispatch, runtime)
        return page.go(f"/forloeb/svaert/{challenge_id}")
    return form.again(await attempt(challenge_id, page, who, form, runtime))


@pages.get("/forloeb/tiltag/{intervention_id}")
async def result(intervention_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """Did it help?"""
    found = await get_or_404(runtime, Intervention, intervention_id, "intervention_id")
    return page.show("intervention_result.html", form=form, found=InterventionView.of(found), back=_back(found))


@pages.post("/forloeb/tiltag/{intervention_id}")
async def judged(
    intervention_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    with form.judging():
        await api.judge(intervention_id, form.read(JudgeInterventionBody), who, form.dispatch, runtime)
        return page.go(_back(await get_or_404(runtime, Intervention, intervention_id, "intervention_id")))
    return form.again(await result(intervention_id, page, who, form, runtime))


def tried_first(page: Page, first: list[str]) -> list[tuple[str, str]]:
    """All interventions, those first that were found to help."""
    at = {code: n for n, code in enumerate(first)}
    return sorted(page.choices("interventions"), key=lambda choice: at.get(choice[0], len(at)))


def _back(of: Challenge | Intervention) -> str:
    """Where it belongs: its placement, or what is hard about a place or a company."""
    if of.placement_id:
        return f"/forloeb/{of.placement_id}"
    challenge_id = of.id if isinstance(of, Challenge) else of.challenge_id
    return f"/forloeb/svaert/{challenge_id}" if challenge_id else "/forloeb"


async def _known(challenge_id: UUID, runtime: Runtime) -> dict[str, Any]:
    found = await get_or_404(runtime, Challenge, challenge_id, "challenge_id")
    return {
        "challenge": ChallengeView.of(found),
        "tried": await interventions_against(runtime.pool, found.id),
        "helped": [one for one in await what_helped(runtime.pool, [found.code]) if one.solved or one.partly][:5],
    }
