"""What can be asked about who follows a placement, and what is answered."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from followup import texts
from shared.events.base import Id
from shared.frozen import Frozen
from shared.identifiers import Day
from shared.spine.work import Command, Strict

Sub = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_:|.-]{1,120}$"),
    Field(description="the subject (`sub`) of a consultant's access token"),
]


class HandOverBody(Strict):
    """One placement (`placement_id`), or all that a consultant (`from`) follows."""

    from_: Sub | None = Field(None, alias="from")
    placement_id: Id | None = None
    to: Sub

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.from_ is None) == (self.placement_id is None):
            raise texts.one_or_all()
        return self


class HandOver(Command):
    """Those of the placements that `from_` (None: nobody) still follows go to `to`."""

    placement_ids: tuple[Id, ...]
    from_: Sub | None
    to: Sub


class HandOverAnswer(Frozen):
    placement_ids: tuple[str, ...]


class AbsenceBody(Strict):
    """Both days included; an absence has a substitute."""

    from_: Day = Field(alias="from")
    to: Day
    substitute: Sub


class NoteAbsence(Command):
    consultant: Sub
    from_: Day
    to: Day
    substitute: Sub


class AbsenceAnswer(Frozen):
    consultant: str
    substitute: str
