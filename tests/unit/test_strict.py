"""What comes in over HTTP is what it says: no number is read out of a text, no yes out of a number."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from shared.events.schema import contracts
from shared.identifiers import ONCE, Each, InRange, _sensible
from shared.service import services
from shared.spine.work import Command, Strict


def bodies() -> list[type[Strict]]:
    for service in services().values():
        assert service.handlers.routes, "imports the commands of all five"
    return [one for one in _below(Strict) if not issubclass(one, Command) and not one.__module__.startswith("tests.")]


def _below(kind: type[Strict]) -> Iterator[type[Strict]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _numbers(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") in ("int", "float", "bool"):
            yield schema
        for part in schema.values():
            yield from _numbers(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from _numbers(part)


@pytest.mark.parametrize("body", bodies())
def test_every_number_and_every_yes_that_is_asked_for_is_taken_as_such_alone(body: type[Strict]) -> None:
    assert all(schema.get("strict") for schema in _numbers(body.__pydantic_core_schema__))


def test_a_day_and_an_id_are_still_written_as_text() -> None:
    from followup.commands.placements import MoveBody

    someone = "0192f0c1-2222-7333-8444-555566667777"
    assert MoveBody.model_validate({"on": "2026-11-30", "contact_id": someone}).on.isoformat() == "2026-11-30"


def _without_limits(schema: Any, checks: tuple[Any, ...] = (), name: str = "") -> Iterator[str]:
    """Numbers without both ends, days of any year, and lists of any length, each by the name of its field."""
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from _without_limits(part, (), name)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if kind in ("function-after", "function-before"):
        yield from _without_limits(schema["schema"], (*checks, schema["function"]["function"]), name)
        return
    if kind in ("nullable", "default"):
        yield from _without_limits(schema["schema"], checks, name)
        return
    ours = {getattr(check, "__self__", check).__class__ for check in checks}
    if kind in ("int", "float") and InRange not in ours:
        yield name
    if kind in ("date", "datetime") and _sensible not in checks:
        yield name
    if kind in ("tuple", "list") and ONCE.func not in checks and "max_length" not in schema:
        yield name
    for key, part in schema.items():
        fields = key == "fields" and isinstance(part, dict)
        for field, inner in part.items() if fields else [(name, part)]:
            yield from _without_limits(inner, (), str(field))


REPLIES = [contract.model for contract in contracts() if contract.topic.name == "k.{code}.replies.v1"]


@pytest.mark.parametrize("model", [*bodies(), *REPLIES])
def test_every_number_has_both_ends_every_day_its_years_and_every_list_its_length(model: type[BaseModel]) -> None:
    """A list of codes is as long as there are codes: what is said twice is said once."""
    assert list(_without_limits(model.__pydantic_core_schema__)) == []


def test_what_has_no_limits_is_found() -> None:
    class Loose(BaseModel):
        number: int | None = None
        half: Annotated[float, Field(ge=0)]
        day: date
        codes: tuple[str, ...] = ()
        right: Annotated[int, InRange(1, 5)]
        once: Each[str]

    assert list(_without_limits(Loose.__pydantic_core_schema__)) == ["number", "half", "day", "codes"]
