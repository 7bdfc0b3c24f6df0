"""What can be asked about places."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from intake.state.places import Frame
from shared.catalogue import codes
from shared.catalogue.forms import is_offered
from shared.catalogue.kommuner import KommuneCode
from shared.catalogue.refusal import refusal
from shared.catalogue.rules import Severity, rule
from shared.catalogue.tasks import TaskId
from shared.events.base import Id
from shared.events.intake import PlaceState
from shared.frozen import Frozen
from shared.identifiers import Day, Each, InRange, Postnr, Readable, Seats, quarters
from shared.spine.work import Command, Strict

PlaceHours = Annotated[float, quarters(1)]


def _offered(code: str) -> str:
    if not is_offered(code):
        raise refusal(
            "not-offered",
            "Lederalliancen does not bring this form about. Choose another one.",
            "Den form formidler Lederalliancen ikke. Vælg en anden.",
        )
    return code


OfferedForm = Annotated[codes.Form, AfterValidator(_offered)]
TaskHours = Annotated[float, quarters(0.25, 168)]


class OfPlace(Command):
    place_id: str


class PlaceAnswer(Frozen):
    place_id: str


class RuleAnswer(Frozen):
    """What a rule of the day says of a place, and the way out; the source where it is a rule of the catalogue."""

    rule: str
    severity: Severity
    field: str
    da: str
    en: str
    way_out_da: str | None = None
    way_out_en: str | None = None
    source: str | None = None

    @classmethod
    def by(cls, rule_id: str, field: str) -> Self:
        said = rule(rule_id)
        way_out = {"way_out_da": said.way_out_da, "way_out_en": said.way_out_en}
        return cls(
            rule=said.id, severity=said.severity, field=field, da=said.da, en=said.en, source=said.source, **way_out
        )


class FoundAnswer(PlaceAnswer):
    """`warnings` are ids of rules that do not stop it, `warned` says them; `blocked`: what does."""

    warnings: tuple[str, ...] = ()
    warned: tuple[RuleAnswer, ...] = ()
    blocked: tuple[RuleAnswer, ...] = ()


class TaskBody(Strict):
    """A task of the catalogue, or `<category>-00` with the leader's own words. `from_job`: whose job it is from."""

    task_id: TaskId
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Readable] | None = (
        None
    )
    from_job: codes.Job | None = None
    hours: TaskHours | None = None
    seat: Seats | None = None


class ChangePlaceBody(Strict):
    """What leader and consultant find together in the call. Hours are a week's, to begin with and to aim for.

    `kommune`: in which of its postal code's the workplace lies (`GET /postal/{nr}`). `forms` are in the order wished.
    `support` is what the workplace gives, and never excludes anybody. `shop_floor_ready`: false where the top manager
    alone has said yes. `counts_in_headcount`: true stops it from opening until `top_manager_confirms`.
    """

    postnr: Postnr | None = None
    kommune: KommuneCode | None = None
    contact_id: Id | None = None
    buddy_id: Id | None = None
    tasks: Annotated[tuple[TaskBody, ...], Field(max_length=100)] | None = None
    hours_from: PlaceHours | None = None
    hours_to: PlaceHours | None = None
    times_of_day: Each[codes.TimeOfDay] | None = None
    instruction: Each[codes.Instruction] | None = None
    forms: Each[OfferedForm] | None = None
    training_place_approved: bool | None = None
    purpose: codes.Purpose | None = None
    support: Each[codes.Support] | None = None
    frame: Each[codes.Frame] | None = None
    shop_floor_ready: bool | None = None
    counts_in_headcount: bool | None = None
    top_manager_confirms: bool | None = None
    seats: Seats | None = None
    guidance: Literal["page", "call"] | None = None
    max_kommuner: Annotated[int, InRange(1, 98)] | None = None
    at_once: Literal["one-by-one", "several"] | None = None

    @property
    def found(self) -> Frame:
        """As it is stored: what was not mentioned stays unmentioned."""
        return Frame.model_validate(self.model_dump(exclude={"leader_id"}, exclude_unset=True))


class DraftPlaceBody(ChangePlaceBody):
    leader_id: UUID


class DraftPlace(OfPlace):
    leader_id: str
    found: Frame


class ChangePlace(OfPlace):
    leader_id: str
    found: Frame


class SomebodyNear(OfPlace):
    """Contact or buddy of a place is forgotten, or reached in another way. `leader_id`: whose it is, once known."""

    person_id: str
    gone: bool
    leader_id: str | None = None


class OpenPlaceBody(Strict):
    """The day on which the leader said yes to asking a kommune."""

    agreed_at: Day


class OpenPlace(OfPlace):
    leader_id: str
    agreed_at: date | None


class HereAnswer(FoundAnswer):
    """`also_here`: other places at this workplace that are not closed."""

    also_here: tuple[str, ...] = ()


class OpenPlaceAnswer(HereAnswer):
    """`additional-assessment-required` where it is `blocked`; ask again when that is settled."""

    state: PlaceState


BY_ITSELF = ("seat-free", "leader-left", "match-cancelled")


def _said(reason: str) -> str:
    if reason in BY_ITSELF:
        raise refusal(
            "reason-of-ours",
            "This reason is noted by itself when it is so. Choose what the leader says.",
            "Den grund noteres af sig selv, når det er sådan. Vælg det, lederen siger.",
        )
    return reason


def _pauses(reason: str) -> str:
    if reason == "closed-down":
        raise refusal(
            "closes", "Then the place closes: POST /places/{id}/close.", "Så lukker pladsen: luk den i stedet."
        )
    return _said(reason)


class PausePlaceBody(Strict):
    reason: Annotated[codes.PlacePaused, AfterValidator(_pauses)]


class PausePlace(OfPlace):
    reason: str


class ReopenPlaceBody(Strict):
    """The day on which the leader said yes again."""

    agreed_at: Day


class ReopenPlace(OfPlace):
    agreed_at: date | None


class ClosePlaceBody(Strict):
    reason: Annotated[codes.PlaceClosed, AfterValidator(_said)]


class ClosePlace(OfPlace):
    reason: str
