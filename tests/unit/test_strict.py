"""What comes in over HTTP is what it says: no number is read out of a text, no yes out of a number."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.service import services
from shared.spine.work import Command, Strict


def bodies() -> list[type[Strict]]:
    for service in services().values():
        assert service.handlers.routes, "imports the commands of all five"
    return [kind for kind in _below(Strict) if not issubclass(kind, Command)]


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
