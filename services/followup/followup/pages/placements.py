"""A placement for those who are part of it: how it goes, what comes next, and what one can record, each on its page."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from fastapi import Depends
from starlette.responses import Response

from followup import texts
from followup.api import certificates, challenges, consultants, corrections
from followup.api import placements as api
from followup.api.base import Consultant, LeaderOrConsultant
from followup.commands.certificates import IssueCertificateBody
from followup.commands.challenges import RaiseChallengeBody, TryInterventionBody
from followup.commands.consultants import HandOverBody
from followup.commands.corrections import CorrectEndBody, CorrectOutcomeBody, CorrectStageBody, CorrectStartBody
from followup.commands.placements import (
    CancelBody,
    CheckInBody,
    EndBody,
    MoveBody,
    NoteLearningBody,
    PauseBody,
    PlanStageBody,
    RecordOutcomeBody,
    StartBody,
)
from followup.pages.challenges import tried_first
from followup.pages.drawing import drawn
from followup.queries.challenges import open_about, what_helped
from followup.queries.consultants import colleagues, names
from followup.queries.placements import (
    PlacementView,
    WholePlacementView,
    placements_at,
    placements_of,
    whole_placement,
)
from shared.catalogue.codes import codes
from shared.catalogue.forms import is_paid
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.rules import rule
from shared.catalogue.tasks import EVERY_TASK, categories
from shared.runtime import Runtime
from shared.spine.work import Strict
from shared.web.access import Principal, allow
from shared.web.dependencies import Decide, RuntimeDep
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages

pages = Pages()
SAID = ("gains", "learning", "challenges")
"""The lists of which an answer at a check-in is."""
Leader = Annotated[Principal, Depends(allow("leader"))]


@pages.get("/forloeb/mine")
async def mine(page: PageDep, who: Leader, runtime: RuntimeDep) -> Response:
    """Those of this leader, with the way to ask for help; where there is one, it is that one's page."""
    found = await placements_of(runtime, who)
    living = [one for one in found if one.state in ("planned", "active", "paused")]
    if len(living) == 1 and not page.is_part:
        return page.go(f"/forloeb/{living[0].placement_id}")
    over = [one for one in found if one.state == "finished"]
    return page.show("mine.html", living=living, over=over)


@pages.get("/forloeb/plads/{place_id}")
async def at_place(place_id: UUID, page: PageDep, who: LeaderOrConsultant, runtime: RuntimeDep) -> Response:
    """What is hard about the place itself is for a consultant; a leader asks for help in words of her own."""
    found, helps = await placements_at(runtime, str(place_id), who), "consultant" in who.roles
    hard = await open_about(runtime.pool, "place", str(place_id)) if helps else None
    return page.show("at_place.html", found=_living_first(found), hard=hard, place_id=place_id)


def _living_first(found: list[PlacementView]) -> list[PlacementView]:
    newest, over = found[::-1], {"finished": 1, "cancelled": 2}
    return sorted(newest, key=lambda one: over.get(one.state, 0))


@pages.get("/forloeb/{placement_id}")
async def placement(
    placement_id: UUID,
    page: PageDep,
    who: LeaderOrConsultant,
    runtime: RuntimeDep,
    obs: str = "",
    svaert: str = "",
) -> Response:
    """`obs`: rules that were warned of a moment ago; `svaert`: what was said to be hard at a check-in just now."""
    found = await whole_placement(runtime, str(placement_id), who)
    still_open = [one.code for one in found.challenges if not one.closed]
    helped = await what_helped(runtime.pool, still_open) if "consultant" in who.roles else []
    return page.show(
        "placement.html",
        found=found,
        drawing=drawn(found.stages, page.today),
        warned=[rule(code) for code in obs.split() if code in codes("rules")],
        hard=[code for code in svaert.split() if code in codes("challenges")],
        helped=[one for one in helped if one.solved or one.partly],
        names=await names(runtime.pool),
        list_of=lambda code: next((name for name in SAID if code in codes(name)), SAID[0]),
        **_around(found, who),
    )


def _around(found: WholePlacementView, who: Principal) -> dict[str, Any]:
    return {
        "kommuner": KOMMUNER,
        "as_consultant": "consultant" in who.roles,
        "is_paid": is_paid,
        "said": texts.HARD,
        "me": who.sub,
        "name": found.placement_id,
    }


Decided = Callable[[UUID, Any, Principal, Decide, Runtime], Awaitable[Any]]


class _Act(NamedTuple):
    """What one can record: the API's body and route."""

    body: type[Strict]
    route: Decided


class NothingBody(Strict):
    """The route takes none."""


async def _resume(placement_id: UUID, _: Any, who: Principal, dispatch: Decide, runtime: Runtime) -> Any:
    return await api.resume(placement_id, who, dispatch, runtime)


async def _raise(_: UUID, body: Any, who: Principal, dispatch: Decide, runtime: Runtime) -> Any:
    return await challenges.raise_challenge(body, who, dispatch, runtime)


async def _try(_: UUID, body: Any, who: Principal, dispatch: Decide, runtime: Runtime) -> Any:
    return await challenges.try_intervention(body, who, dispatch, runtime)


async def _hand_over(_: UUID, body: Any, who: Principal, dispatch: Decide, runtime: Runtime) -> Any:
    return await consultants.hand_over(body, who, dispatch, runtime)


Act = Literal[
    "begyndt", "periode", "flyt", "pause", "genoptag", "slut", "aflys", "udfald", "bevis", "svaert", "tiltag",
    "overdrag", "ret-start", "ret-slut", "ret-udfald", "fjern-udfald", "ret-periode", "fjern-periode", "fejl",
]  # fmt: skip
ACTS: dict[str, _Act] = {
    "begyndt": _Act(StartBody, api.start),
    "periode": _Act(PlanStageBody, api.plan_stage),
    "flyt": _Act(MoveBody, api.move),
    "pause": _Act(PauseBody, api.pause),
    "genoptag": _Act(NothingBody, _resume),
    "slut": _Act(EndBody, api.end),
    "aflys": _Act(CancelBody, api.cancel),
    "udfald": _Act(RecordOutcomeBody, api.record_outcome),
    "bevis": _Act(IssueCertificateBody, certificates.issue),
    "svaert": _Act(RaiseChallengeBody, _raise),
    "tiltag": _Act(TryInterventionBody, _try),
    "overdrag": _Act(HandOverBody, _hand_over),
    "ret-start": _Act(CorrectStartBody, corrections.correct),
    "ret-slut": _Act(CorrectEndBody, corrections.correct),
    "ret-udfald": _Act(CorrectOutcomeBody, corrections.correct),
    "fjern-udfald": _Act(CorrectOutcomeBody, corrections.correct),
    "ret-periode": _Act(CorrectStageBody, corrections.correct),
    "fjern-periode": _Act(CorrectStageBody, corrections.correct),
    # Of a leader as well:
    "hjaelp": _Act(RaiseChallengeBody, _raise),
    "opfoelgning": _Act(CheckInBody, api.check_in),
    "laering": _Act(NoteLearningBody, api.note_learning),
}


@pages.get("/forloeb/{placement_id}/hjaelp")
async def help_wanted(
    placement_id: UUID, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    """What is hard, as a leader would say it."""
    return await _shown("hjaelp", placement_id, page, who, form, runtime)


@pages.post("/forloeb/{placement_id}/hjaelp")
async def help_asked(
    placement_id: UUID, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    return await _done("hjaelp", placement_id, page, who, form, runtime)


@pages.get("/forloeb/{placement_id}/opfoelgning")
async def check_in(
    placement_id: UUID, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    return await _shown("opfoelgning", placement_id, page, who, form, runtime)


@pages.post("/forloeb/{placement_id}/opfoelgning")
async def checked_in(
    placement_id: UUID, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    return await _done("opfoelgning", placement_id, page, who, form, runtime)


@pages.get("/forloeb/{placement_id}/laering")
async def learning(
    placement_id: UUID, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    return await _shown("laering", placement_id, page, who, form, runtime)


@pages.post("/forloeb/{placement_id}/laering")
async def learned(
    placement_id: UUID, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    return await _done("laering", placement_id, page, who, form, runtime)


@pages.get("/forloeb/{placement_id}/{act}")
async def change(
    placement_id: UUID, act: Act, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    return await _shown(act, placement_id, page, who, form, runtime)


@pages.post("/forloeb/{placement_id}/{act}")
async def changed(
    placement_id: UUID, act: Act, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    return await _done(act, placement_id, page, who, form, runtime)


async def _shown(act: str, placement_id: UUID, page: Page, who: Principal, form: Form, runtime: Runtime) -> Response:
    found = await whole_placement(runtime, str(placement_id), who)
    shown: dict[str, Any] = {"form": form.begin(_known(act, found, form, page)), "found": found, "act": act}
    of_form: dict[str, Any] = {"learning": _learning(page, found), "tasks": _tasks(page), "others": []}
    if act == "tiltag":
        of_form["options"] = tried_first(page, [])
    if act == "overdrag":
        of_form["others"] = await colleagues(runtime)
    return page.show(f"act_{act.replace('-', '_')}.html", **shown, **of_form, **_around(found, who))


async def _done(act: str, placement_id: UUID, page: Page, who: Principal, form: Form, runtime: Runtime) -> Response:
    with form.judging():
        answer = await _decided(act, placement_id, who, form, runtime)
        warned = " ".join(one.rule for one in getattr(answer, "warnings", ()))
        hard = " ".join(code for code in form.values("answers") if code in codes("challenges"))
        query = {name: words for name, words in (("obs", warned), ("svaert", hard)) if words}
        return page.go(f"/forloeb/{placement_id}", **query)
    return form.again(await _shown(act, placement_id, page, who, form, runtime))


async def _decided(act: str, placement_id: UUID, who: Principal, form: Form, runtime: Runtime) -> Any:
    if act == "fejl":  # what never was is cancelled, what has begun is ended, with the same reason
        act = "slut" if form.value("on") else "aflys"
    body, route = ACTS[act]
    return await route(placement_id, _levelled(form).read(body), who, form.dispatch, runtime)


def _levelled(form: Form) -> Form:
    """Of what could be learned those rows count in which a level was chosen."""
    rows = form.sent.get("progress")
    if not isinstance(rows, list):
        return form
    chosen = [row for row in rows if any(row.get("level", []))]
    return Form(form.request, {**form.sent, "progress": chosen})


def _known(act: str, found: WholePlacementView, form: Form, page: Page) -> dict[str, Any]:
    """What a form says to begin with."""
    today = page.today
    match act:
        case "begyndt":
            return {"on": min(found.stage.from_, today)}
        case "opfoelgning":
            coming = found.checkins.coming
            return {"kind": coming[0].kind if coming else "monthly"}
        case "periode":
            return {"hours": found.stage.hours, **_same(found)}
        case "flyt":
            return {"on": today, "contact_id": found.contact_id, "buddy_id": found.buddy_id}
        case "slut" | "udfald":
            return {"on": today}
        case "ret-start":
            return {"on": found.started_on}
        case "ret-slut":
            return {"on": found.ended_on, "reason": found.reason, "gains": list(found.gains)}
        case "ret-udfald":
            was = next((o for o in found.outcomes if [o.outcome, o.when] == _asked(form, "outcome", "when")), None)
            return {"now": {"outcome": was.outcome, "hours": was.hours, "on": was.on}} if was else {}
        case "ret-periode":
            stage = next((s for s in found.stages if s.stage_id == form.value("stage_id")), found.stages[0])
            facts = {"form": stage.form, "hours": stage.hours, "times_of_day": list(stage.times_of_day)}
            of_days = {"tasks": list(stage.tasks), "from": stage.from_, "to": stage.to, "next_step": stage.next_step}
            return {"now": {**facts, **of_days}}
        case "bevis":
            return {"competences": list(found.learning.reached)}
        case "laering":
            return {"goals": list(found.learning.goals)}
    return {}


def _same(found: WholePlacementView) -> dict[str, Any]:
    stage = found.stages[-1]
    return {"form": stage.form, "times_of_day": list(stage.times_of_day), "tasks": list(stage.tasks)}


def _asked(form: Form, *names: str) -> list[str]:
    return [form.value(name) for name in names]


def _learning(page: Page, found: WholePlacementView) -> list[tuple[str, str]]:
    """What can be learned anywhere, and the tasks of this place."""
    own = {task for stage in found.stages for task in stage.tasks} | {*found.learning.goals, *found.learning.reached}
    tasks = codes("tasks")
    return [(code, words) for code, words in page.choices("learning") if code not in tasks or code in own]


def _tasks(page: Page) -> list[tuple[str, list[tuple[str, str]]]]:
    """The catalogue by category, for somebody to choose from."""
    return [
        (page.t(*words), [(task.id, page.t(task.da, task.en)) for task in EVERY_TASK if task.category == category])
        for category, words in categories().items()
    ]
