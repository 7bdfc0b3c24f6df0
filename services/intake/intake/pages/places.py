"""A place: found with the leader, seen through its whole life, opened, paused and closed."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from starlette.responses import Response

from intake.api import places as api
from intake.api.base import Consultant, LeaderOrConsultant
from intake.commands.places import (
    ChangePlaceBody,
    ClosePlaceBody,
    DraftPlaceBody,
    OpenPlaceBody,
    PausePlaceBody,
    ReopenPlaceBody,
)
from intake.queries.leaders import status, whole_leader, whom_at
from intake.queries.places import WholePlaceView, own_place, place_rules, whole_place
from intake.rules.clarification import NEEDED
from intake.rules.places import UNOPENED, has_free_seat
from intake.texts import Reader
from shared.catalogue import tasks as catalogue
from shared.catalogue.calendar import DENMARK
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER, kommuner_of_postnr
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import Dispatch, RuntimeDep
from shared.web.pages.forms import Form, FormDep, SentForm
from shared.web.pages.page import Page, PageDep
from shared.web.pages.router import Pages
from shared.web.problems import NOT_FOUND, Problem

pages = Pages()


def home(who: Principal, place_id: UUID | str) -> str:
    """Where one goes on after something was done with a place."""
    return f"/pladser/{place_id}" if "consultant" in who.roles else "/min-side"


# -- found in the call -------------------------------------------------------------------------------------------------


@pages.get("/ledere/{leader_id}/plads")
async def begin(leader_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    """Where, and for how many: from then on everything is kept as it is said."""
    leader = await whole_leader(runtime, leader_id, who)
    form.begin({"postnr": leader.postnr, "seats": 1})
    return page.show("place_new.html", form=form, leader=leader)


@pages.post("/ledere/{leader_id}/plads")
async def begun(leader_id: UUID, page: PageDep, who: Consultant, form: SentForm, runtime: RuntimeDep) -> Response:
    form.sent = {**form.sent, "leader_id": [str(leader_id)]}
    with form.judging():
        answer = await api.draft_place(form.read(DraftPlaceBody), who, form.dispatch, runtime)
        return page.go(f"/pladser/{answer.place_id}/ret")
    return form.again(await begin(leader_id, page, who, form, runtime))


NEW = 1000
BLANKS = ("tasks.900", "tasks.901", "tasks.902")
"""Where another task in own words may be written."""
TICKED = ("tasks", "times_of_day", "instruction", "forms", "support", "frame")
"""Of these a browser says nothing where nothing is ticked."""


def _values(row: Any, name: str) -> list[str]:
    found = row.get(name, []) if isinstance(row, Mapping) else []
    return [one for one in found if one.strip()] if isinstance(found, list) else []


def chosen(form: Form) -> list[Mapping[str, Any]]:
    """Tasks in own words, then those of the catalogue that are ticked, with what is known of each."""
    sent = form.sent.get("tasks", [])
    rows = [row for row in sent if isinstance(row, Mapping)] if isinstance(sent, list) else []
    ticked = list(dict.fromkeys(form.values("_task")))
    known = [id_ for row in rows for id_ in _values(row, "task_id")]
    return [
        *(row for row in rows if _values(row, "words")),
        *(row for row in rows if not _values(row, "words") and set(_values(row, "task_id")) & {*ticked}),
        *({"task_id": [id_]} for id_ in ticked if id_ not in known),
    ]


def found(form: Form, place: WholePlaceView) -> ChangePlaceBody:
    """Everything that the page shows; what is empty there is taken back."""
    first = form.value("_first")
    forms = form.values("forms")
    in_order = [first, *(code for code in forms if code != first)] if first in forms else forms
    form.sent = {**form.sent, "tasks": chosen(form), "forms": in_order}
    if form.value("postnr").strip() not in ("", place.postnr):
        # In another postal code it is another question in which kommune the workplace lies.
        form.sent = {name: value for name, value in form.sent.items() if name != "kommune"}
    said = form.read(ChangePlaceBody).model_dump(exclude_unset=True)
    shown = [name for name in ChangePlaceBody.model_fields if name in form.sent or name in TICKED]
    return ChangePlaceBody.model_validate(dict.fromkeys(shown) | said)


def rows(form: Form, *, own: bool) -> list[str]:
    """Where the tasks stand in the form: those in own words, or those of the catalogue."""
    sent = form.sent.get("tasks", [])
    names = [f"tasks.{at}" for at in (sent if isinstance(sent, Mapping) else range(len(sent)))]
    return [name for name in names if bool(form.value(f"{name}.words")) == own]


def typed(place: WholePlaceView) -> dict[str, Any]:
    known = place.found.model_dump() | {"postnr": place.postnr}
    tasks = [task.task_id for task in place.found.tasks or ()]
    return known | {"seats": place.seats, "_task": tasks, "_first": _wished(place.found.forms or ())}


def _wished(forms: Sequence[str]) -> str | None:
    """The one that stands before its turn in the list: somebody has put it there."""
    listed = [code for code in codes("forms").entries if code in forms]
    return forms[0] if [*forms] != listed else None


async def _known(runtime: Runtime, place: WholePlaceView, who: Principal, page: Page) -> dict[str, Any]:
    """What the rules say of it, and what the form offers."""
    said = await place_rules(runtime, UUID(place.place_id), who)
    missing = [name for name in NEEDED if not getattr(place.found, name)]
    kommuner = kommuner_of_postnr(place.postnr)
    return {
        "place": place,
        "may_open": said.may_open,
        "missing": missing,
        # Each of what is missing is named by itself.
        "rules": [one for one in said.rules if not (one.severity == "block" and one.field in missing)],
        "also_here": said.also_here,
        "kommuner": [(code, KOMMUNER[code].formal_name) for code in kommuner] if len(kommuner) > 1 else [],
        "unopened": place.state in UNOPENED,
        "categories": [
            (
                name,
                page.t(*words),
                [task for task in catalogue.TASKS if task.category == name and task.holds(page.today)],
            )
            for name, words in catalogue.categories().items()
        ],
        "kinds": [(f"{name}-00", page.t(*words)) for name, words in catalogue.categories().items()],
        "ways": [(code, words[:1].upper() + words[1:]) for code, words in page.choices("forms")],
        "task_of": catalogue.task,
    }


@pages.get("/pladser/{place_id}/ret")
async def find(place_id: UUID, page: PageDep, who: Consultant, form: FormDep, runtime: RuntimeDep) -> Response:
    place = await whole_place(runtime, place_id, who)
    if place.state == "closed":
        raise Problem(NOT_FOUND, field="place_id")
    form.begin(typed(place))
    leader = await whole_leader(runtime, UUID(place.leader_id), who)
    near = [(one.person_id, one.name) for one in leader.colleagues]
    shown: dict[str, Any] = {
        "leader": leader,
        "near": near,
        "own": [*rows(form, own=True), *BLANKS],
        "picked": rows(form, own=False),
    }
    return page.show("place_ret.html", form=form, **shown, **await _known(runtime, place, who, page))


@pages.post("/pladser/{place_id}/ret")
async def find_more(
    place_id: UUID, page: PageDep, who: Consultant, form: SentForm, dispatch: Dispatch, runtime: RuntimeDep
) -> Response:
    """By the button; and of a draft as it is typed, where scripts run. Said twice it is as said once: without a key."""
    place = await whole_place(runtime, place_id, who)
    with form.judging():
        await api.change_place(place_id, found(form, place), who, dispatch, runtime)
        if not page.is_part:
            if place.state in UNOPENED:
                return page.go(f"/pladser/{place_id}/ret", gjort="gemt")
            return page.go(f"/pladser/{place_id}")
    if page.is_part:
        # Rows of the page as it stands keep their names: new ones are counted from elsewhere.
        form.sent = {**form.sent, "tasks": {str(at): row for at, row in enumerate(chosen(form), NEW)}}
        place = await whole_place(runtime, place_id, who)
        known = await _known(runtime, place, who, page)
        at = runtime.clock.now().astimezone(DENMARK)
        return page.show("place_saved.html", form=form, at=at, picked=rows(form, own=False), **known)
    return form.again(await find(place_id, page, who, form, runtime))


# -- through its life --------------------------------------------------------------------------------------------------


@pages.get("/pladser/{place_id}")
async def place(place_id: UUID, page: PageDep, who: LeaderOrConsultant, runtime: RuntimeDep) -> Response:
    found = await whole_place(runtime, place_id, who)
    leader_id = UUID(found.leader_id)
    leader = await whole_leader(runtime, leader_id, who)
    reader: Reader = "consultant" if "consultant" in who.roles else "leader"
    told = await status(runtime, leader_id, who, reader)
    steps = next(place.steps for place in told.places if place.place_id == found.place_id)
    near = {one.person_id: one for one in leader.colleagues} | {leader.leader_id: leader}
    return page.show(
        "place.html",
        place=found,
        leader=leader,
        near=near,
        steps=steps,
        kommuner=KOMMUNER,
        task_of=catalogue.task,
        staff="consultant" in who.roles,
        unopened=found.state in UNOPENED,
    )


@pages.get("/pladser/{place_id}/hvem")
async def whom_it_is(place_id: UUID, page: PageDep, who: Consultant, runtime: RuntimeDep) -> Response:
    """For lines of the other services: which company, which leader."""
    return page.show("whom.html", found=await whom_at(runtime, place_id, who), back=f"/pladser/{place_id}")


Act = Literal["pause", "aabn", "luk"]


@pages.get("/pladser/{place_id}/{act}")
async def change(
    place_id: UUID, act: Act, page: PageDep, who: LeaderOrConsultant, form: FormDep, runtime: RuntimeDep
) -> Response:
    place = await own_place(runtime, place_id, who)
    if act == "aabn" and place.state in UNOPENED:
        if "consultant" not in who.roles:
            raise Problem(NOT_FOUND, field="place_id")
        form.begin({"agreed_at": page.today})
        known = await _known(runtime, await whole_place(runtime, place_id, who), who, page)
        return page.show("place_open.html", form=form, back=f"/pladser/{place_id}/ret", **known)
    return page.show(f"place_{act}.html", form=form, back=home(who, place_id), full=not has_free_seat(place))


@pages.post("/pladser/{place_id}/{act}")
async def changed(
    place_id: UUID, act: Act, page: PageDep, who: LeaderOrConsultant, form: SentForm, runtime: RuntimeDep
) -> Response:
    before = await own_place(runtime, place_id, who)
    with form.judging():
        match act:
            case "pause":
                await api.pause_place(place_id, form.read(PausePlaceBody), who, form.dispatch, runtime)
            case "luk":
                await api.close_place(place_id, form.read(ClosePlaceBody), who, form.dispatch, runtime)
            case "aabn" if before.state in UNOPENED and "consultant" in who.roles:
                answer = await api.open_place(place_id, form.read(OpenPlaceBody), who, form.dispatch, runtime)
                return page.go(f"/pladser/{place_id}" + ("" if answer.state == "open" else "/ret"))
            case "aabn":
                await api.reopen_place(place_id, form.read(ReopenPlaceBody), who, form.dispatch, runtime)
        return page.go(home(who, place_id))
    return form.again(await change(place_id, act, page, who, form, runtime))
