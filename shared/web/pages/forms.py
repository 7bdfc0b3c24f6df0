"""A form of a page: read as the API's body, shown again with what was typed and what is wrong beside each field.

@router.get("/tilmeld", dependencies=[Depends(open_route)])
async def sign_up(page: PageDep, form: FormDep) -> Response:
    return page.show("sign_up.html", form=form)

@router.post("/tilmeld", dependencies=[Depends(open_route)])
async def signed_up(page: PageDep, form: SentForm, runtime: RuntimeDep) -> Response:
    with form.judging():
        await join(runtime, form.read(SignUpBody), form.dispatch)
        return page.go("/tilmeld/tak")
    return form.again(await sign_up(page, form))
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from uuid_utils import uuid7

from shared.catalogue.refusal import Text, in_danish, of_value
from shared.spine.decision import NotYet, Refused
from shared.web.access import is_open
from shared.web.dependencies import Decide
from shared.web.pages.page import A_KEY
from shared.web.pages.sessions import Sessions
from shared.web.problems import FORBIDDEN, Problem, of

B = TypeVar("B", bound=BaseModel)
WHOSE = "_whose"  # proof that the form was shown to whoever sends it: another page cannot know it
KEY = "_key"  # of a form as it was shown: sent twice, it acts once
SEEN = "_seen"  # how it stood with what the form decides about, when it was shown
# What the API says of a field in a programmer's words.
_SAID: Mapping[str, Text] = {
    "missing-field": ("Skal udfyldes.", "Must be filled in."),
    "unknown-code": ("Vælg en af mulighederne.", "Choose one of these."),
    "unknown-field": ("Siden er ændret. Genindlæs den.", "This page has changed. Reload it."),
}


class _Wrong(Exception):  # noqa: N818 - an outcome, not a failure
    def __init__(self, place: str, problem: Problem) -> None:
        super().__init__(place)
        self.place, self.problem = place, problem


class Form:
    """What a template knows as `form`: values, labels and errors by the name of the field (`tasks.0.words`)."""

    def __init__(self, request: Request, sent: Mapping[str, Any]) -> None:
        self.request, self.sent = request, sent
        self.labels: dict[str, str] = {}
        self.stands = ""
        """How it stands with what is decided here: sent along, so that nobody undoes what they have not seen."""
        self.overtaken = False
        """It stood otherwise when the form was shown: what is shown again is a question, and nothing has gone wrong."""
        self._errors: dict[str, Text] = {}
        self.key = self.value(KEY) or str(uuid7())

    @property
    def sessions(self) -> Sessions:
        found: Sessions = self.request.app.state.site.sessions
        return found

    @property
    def whose(self) -> str:
        session = getattr(self.request.state, "session", None)
        return self.sessions.token(session.sub) if session else ""

    # -- for templates -------------------------------------------------------------------------------------------------

    def values(self, name: str) -> list[str]:
        here: Any = self.sent
        for part in name.split("."):
            if isinstance(here, list):
                here = dict(enumerate(here)).get(int(part)) if part.isdecimal() else None
            else:
                here = here.get(part) if isinstance(here, Mapping) else None
        return [one for one in here if isinstance(one, str)] if isinstance(here, list) else []

    def value(self, name: str) -> str:
        return (self.values(name) or [""])[-1]

    def label(self, name: str, words: str, *, choice: bool = False) -> str:
        """The summary on top names a field as the page does; a choice is made, not filled in."""
        self.labels[name] = words
        for place, said in self._errors.items():
            if choice and said == _SAID["missing-field"] and _field(place, [name]):
                self._errors[place] = _SAID["unknown-code"]
        return words

    def error(self, name: str) -> Text | None:
        """The first thing that is wrong with it, or with one of its values."""
        return next((said for place, said in self._errors.items() if _field(place, [name]) == name), None)

    @property
    def errors(self) -> list[tuple[str | None, Text]]:
        """For the summary, in the order of the page: the field, where the page has it, and what is wrong."""
        found = [(_field(place, self.labels), said) for place, said in self._errors.items()]
        order = {name: at for at, name in enumerate(self.labels)}
        return sorted(found, key=lambda one: order.get(one[0] or "", -1))

    def begin(self, known: Mapping[str, Any]) -> "Form":
        """Shown for the first time, to be corrected: with what is known, as one would have typed it."""
        if self.request.method != "POST":
            self.sent = {**_typed(known), **self.sent}
        return self

    # -- for routes ----------------------------------------------------------------------------------------------------

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Keeps what is wrong with what was sent, whoever finds it: the edge, the body's types, a decision."""
        try:
            yield
        except _Wrong as wrong:
            self._note(wrong.place, wrong.problem)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                place = one["loc"][:-1] if one["type"] == "extra_forbidden" else one["loc"]
                rule, da, en = of_value(one)
                self._errors.setdefault(".".join(map(str, place)), _SAID.get(rule) or (da, en))
            self.request.state.refused = {"rule": "form", "field": " ".join(self._errors)}
        except (Refused, NotYet) as error:
            problem = of(error)
            self._note(problem.field or "", problem)

    def _note(self, place: str, problem: Problem) -> None:
        way_out = problem.kind.way_out or ("", "")
        da, en = (f"{said} {way}".strip() for said, way in zip(problem.detail, way_out, strict=True))
        self._errors.setdefault(place, (da, en))
        self.request.state.refused = problem.why

    def read(self, body: type[B]) -> B:
        """As the API reads it; what was left empty was not sent. Raises ValidationError."""
        self._look()
        schema = _schema(body)
        sent = {name: value for name, value in self.sent.items() if not name.startswith("_")}
        return body.model_validate(_fitted(sent, schema, schema.get("$defs", {})) or {})

    @property
    def dispatch(self) -> Decide:
        """As routes of the API have it; the same form, sent twice, is decided once."""
        self._look()
        return Decide(self.request, self.key)

    def _look(self) -> None:
        """What the edge found and left to us, so that nothing typed is lost."""
        if wrong := getattr(self.request.state, "wrong", None):
            raise _Wrong(*wrong)

    def must_have_seen(self, stands: str, da: str, en: str) -> None:
        """Raises Refused where it stood otherwise when the form was shown; shown again, it is a new question."""
        if self.value(SEEN) != stands:
            self.overtaken = True
            raise Refused("changed", "", da, en, 409)

    def again(self, shown: Response) -> Response:
        """The page as it was shown before, and that it has to be corrected; where it leads on, there is none."""
        if shown.status_code == 200:
            shown.status_code = 422
        return shown


def _typed(value: Any) -> Any:
    """The way back from a body: a list of texts for each field; what is not known is not there."""
    match value:
        case Mapping():
            return {name: _typed(inner) for name, inner in value.items() if inner is not None}
        case list() | tuple() if any(isinstance(one, Mapping) for one in value):
            return [_typed(one) for one in value]
        case list() | tuple():
            return [text for one in value for text in _typed(one)]
        case bool():
            return [str(value).lower()]
        case float() | int():
            return [in_danish(value)]
    return [str(value)]


def _field(place: str, names: Iterable[str]) -> str | None:
    """Which of these fields a place in what was sent is: itself, or one of its values."""
    known, outer = set(names), place.rpartition(".")
    if place in known:
        return place
    return outer[0] if outer[0] in known and outer[2].isdecimal() else None


@cache
def _schema(body: type[BaseModel]) -> dict[str, Any]:
    return body.model_json_schema()


def _fitted(value: Any, schema: Any, models: Mapping[str, Any]) -> Any:
    """What was typed, in the shape that the schema has there; None where nothing was."""
    kinds = list(_kinds(schema, models))
    if isinstance(value, Mapping):
        known = {name: inner for kind in kinds for name, inner in kind.get("properties", {}).items()}
        others = (kind.get("additionalProperties") for kind in kinds)
        other = next((schema for schema in others if isinstance(schema, Mapping)), {})
        found = {name: _fitted(inner, known.get(name, other), models) for name, inner in value.items()}
        return {name: inner for name, inner in found.items() if inner is not None} or None
    items = [kind.get("items", {}) for kind in kinds if kind.get("type") == "array"]
    if any(isinstance(row, Mapping | list) for row in value):
        rows = [_fitted(row, items[0] if items else {}, models) for row in value]
        return [row for row in rows if row is not None] or None
    texts = [text for one in value if (text := one.strip())]
    if items:
        return texts or None
    if not texts:
        return None
    return _written(texts[-1], {kind.get("type") for kind in kinds})


def _written(text: str, types: set[Any]) -> Any:
    """A number as Danes write it, and a tick, as JSON has them; the rest is left to the body's types to refuse."""
    if types & {"number", "integer"} and re.fullmatch(r"-?\d{1,9}([.,]\d{1,6})?", text):
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
    if "boolean" in types:
        return {"true": True, "false": False}.get(text, text)
    return text


def _kinds(schema: Any, models: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if reference := schema.get("$ref"):
        schema = models[reference.rpartition("/")[2]]
    yield schema
    for option in schema.get("anyOf", ()):
        yield from _kinds(option, models)


def _fresh(request: Request) -> Form:
    """Not sent yet; an address may fill in what it likes to suggest."""
    asked = request.query_params
    return Form(request, {name: asked.getlist(name) for name in asked if not name.startswith("_")})


def _sent(request: Request) -> Form:
    """Sent by a page of ours, as it was read at the edge. 403 where another page sent it, or a program no form."""
    sent = getattr(request.state, "form", None)
    if sent is None or not from_here(request):
        raise Problem(FORBIDDEN, rule="form")
    form, session = Form(request, sent), getattr(request.state, "session", None)
    if session and not is_open(request) and not form.sessions.is_token(session.sub, form.value(WHOSE)):
        raise Problem(FORBIDDEN, rule="form")
    return form


def from_here(request: Request) -> bool:
    """Whether a browser sends it for a page of ours. One that does not say so is too old, or no browser."""
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    if request.headers.get("origin") == "null" and request.url.path.startswith(A_KEY):
        return True  # it tells nobody where it is; whoever sends it knows the key in the address
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


FormDep = Annotated[Form, Depends(_fresh)]
SentForm = Annotated[Form, Depends(_sent)]
