"""What all events share: a type, a topic, a subject, thin data, and how they are named on the wire."""

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, StringConstraints

from shared.events.topics import Topic
from shared.frozen import Frozen

CONTENT_TYPE = "application/json"
TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
"""W3C Trace Context."""
UUID_SHAPE = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
Id = Annotated[str, StringConstraints(pattern=UUID_SHAPE, to_lower=True), Field(json_schema_extra={"format": "uuid"})]
Kommune = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
Postnr = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
Hours = Annotated[float, Field(gt=0, le=168, description="hours a week")]
Minutes = Annotated[int, Field(ge=0)]
Version = Annotated[int, Field(ge=1)]
# Tolerant inside: a consumer of yesterday takes a code of today. Edges check codes against their list.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:+-]{1,80}$")]


def listed(name: str) -> Any:
    """Of a `Code`: its list, for whoever reads the schema. Not checked: tomorrow's code is taken today."""
    return Field(json_schema_extra={"x-code-list": name})


Form = Annotated[Code, listed("forms")]
TimeOfDay = Annotated[Code, listed("times-of-day")]
TaskCode = Annotated[Code, listed("tasks")]


class Data(Frozen):
    """A piece of an event or of a state. What is not known is kept: a newer build may have written it."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, serialize_by_alias=True)


class Event(Frozen):
    """One kind of event on one topic. Declared as `class X(Base, name="place.opened", subject="place_id")`.

    `subject` names the field (or fields, joined by a dot) whose value is `ce_subject`; `key`, the message key, is the
    subject unless said otherwise. Unknown fields are ignored, so that a producer can add some.
    """

    model_config = ConfigDict(extra="ignore", populate_by_name=True, serialize_by_alias=True)
    TOPIC: ClassVar[Topic]
    TYPE: ClassVar[str]
    SUBJECT: ClassVar[tuple[str, ...]]
    KEY: ClassVar[tuple[str, ...]]

    def __init_subclass__(
        cls, *, topic: Topic | None = None, name: str = "", subject: str = "", key: str = "", **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if topic:
            cls.TOPIC = topic
        if not name:
            return
        cls.TYPE = f"dk.lederalliancen.{name}.v1"
        cls.SUBJECT = tuple(subject.split("."))
        cls.KEY = tuple(key.split(".")) if key else cls.SUBJECT
        if (cls.TOPIC.name, cls.TYPE) in REGISTRY:
            raise TypeError(f"{cls.TYPE} is declared twice on {cls.TOPIC.name}")
        REGISTRY[cls.TOPIC.name, cls.TYPE] = cls

    @property
    def subject(self) -> str:
        return ".".join(str(getattr(self, name)) for name in self.SUBJECT)

    @property
    def message_key(self) -> str:
        return ".".join(str(getattr(self, name)) for name in self.KEY)


REGISTRY: dict[tuple[str, str], type[Event]] = {}
"""(topic or topic family, type) -> the contract."""


class Task(Data):
    """A task of a place. `task_id` is of the catalogue, or `<category>-00` with its words kept in intake."""

    task_id: TaskCode
    hours: Hours | None = None
    tags: tuple[Code, ...] = ()
    seat: Annotated[int, Field(ge=1)] | None = None


class Profile(Data):
    """What a kommune says of a young person: strengths and needs as codes. There is no field for a diagnosis."""

    age_band: Annotated[Code, listed("age-band")]
    hours: Hours
    times_of_day: tuple[TimeOfDay, ...]
    strengths: tuple[Annotated[Code, listed("strengths")], ...] = ()
    interests: tuple[Annotated[Code, listed("interests")], ...] = ()
    support: tuple[Annotated[Code, listed("support")], ...] = ()
    reach: Minutes
    forms: tuple[Form, ...]
    from_: date = Field(alias="from")


class Terms(Data):
    """What a match is about: form of engagement, hours a week, when, which tasks, and what comes after."""

    form: Form
    hours: Hours
    times_of_day: tuple[TimeOfDay, ...]
    tasks: tuple[TaskCode, ...]
    seat: Annotated[int, Field(ge=1)] | None = None
    start: date
    until: date | None = None
    next_step: Form | None = None


class Reason(Data):
    """A component of a score: how many of its points were reached."""

    component: Code
    points: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=1)]


class Approval(Data):
    """A yes: whose, for which form and hours, from and to which day (where the form needs it)."""

    party: Code
    form: Form | None = None
    hours: Hours | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None


class Stage(Data):
    """A dated stretch of a placement with one form and one number of hours."""

    stage_id: Id
    form: Form
    hours: Hours
    times_of_day: tuple[TimeOfDay, ...]
    tasks: tuple[TaskCode, ...]
    from_: date = Field(alias="from")
    to: date | None = None
    next_step: Form | None = None


__all__ = ["REGISTRY", "Approval", "Code", "Data", "Event", "Hours", "Id", "Kommune", "Minutes", "Postnr", "Profile",
           "Reason", "Stage", "Task", "Terms", "Version", "date", "datetime"]  # fmt: skip
