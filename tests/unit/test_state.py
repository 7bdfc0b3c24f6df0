"""What a newer build has written survives an older one, in every part of every state of every service."""

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, Field

from shared.events.base import Data, Event
from shared.service import services
from shared.spine.work import Aggregate, Strict

KINDS = [
    pytest.param(kind, id=f"{service.name} {kind.__name__}")
    for service in services().values()
    for kind in service.handlers.kinds.values()
]


def parts(annotation: Any, seen: set[type] | None = None) -> Iterator[type]:
    """Every class of fields that a value of this type may hold, at any depth, itself included; each once."""
    seen = set() if seen is None else seen
    for inner in get_args(annotation):
        yield from parts(inner, seen)
    if not isinstance(annotation, type) or annotation in seen:
        return
    if issubclass(annotation, BaseModel):
        seen.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from parts(field.annotation, seen)
    elif is_dataclass(annotation):
        seen.add(annotation)
        yield annotation


def forgetful(kind: type[Aggregate]) -> list[str]:
    """Those that refuse or drop a field that they don't know."""
    return [part.__name__ for part in parts(kind) if getattr(part, "model_config", {}).get("extra") != "allow"]


def test_all_five_services_are_looked_at() -> None:
    assert {str(kind.id).split()[0] for kind in KINDS} == {
        "intake",
        "matching",
        "municipality-gateway",
        "followup",
        "metrics",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_of_a_state_keeps_what_it_does_not_know(kind: type[Aggregate]) -> None:
    assert forgetful(kind) == []


class Keeps(Data):
    again: "Keeps | None" = None


class Refuses(Strict):
    code: str


class Drops(Event):
    refuses: dict[str, Refuses]


@dataclass
class Plain:
    code: str


class Whole(Aggregate):
    words: tuple[str, ...] = ()
    parts: tuple[Keeps, ...] = ()


class Holed(Aggregate):
    drops: tuple[Annotated[Drops, Field()] | Keeps, ...] | None = None
    plain: list[Annotated[Plain, Field()]]


def test_a_part_that_forgets_is_found_however_deep_it_lies() -> None:
    assert forgetful(Whole) == []
    assert forgetful(Holed) == ["Drops", "Refuses", "Plain"]
