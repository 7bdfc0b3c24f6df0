"""A handler that does not fit its messages is refused when it is registered, and an unchecked copy when it is made."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from shared.events.base import Data, Event, Id
from shared.spine.work import Aggregate, Command, Handlers, Message, Work
from tests.toy import toy

ROOT = Path(__file__).parents[2]
TOY = toy("registration.")


class Thing(Aggregate):
    total: int = 0
    parts: tuple[int, ...] = ()


class Inner(Data):
    thing_id: Id


class Nested(Event, topic=TOY.orders, name="toy.nested", subject="inner"):
    inner: Inner


class Other(Event, topic=TOY.orders, name="toy.other", subject="order_id"):
    order_id: Id


def test_one_function_takes_several_types_and_finds_ids_inside() -> None:
    handlers = Handlers()

    @handlers.on(TOY.counted, Other, (Thing, "order_id"))
    def both(work: Work, message: Message[Any]) -> None: ...

    @handlers.on(Nested, (Thing, "inner.thing_id"))
    def nested(work: Work, message: Message[Nested]) -> None: ...

    assert handlers.routes.keys() == {TOY.counted, Other, Nested}
    id_ = str(uuid4())
    assert handlers.routes[Nested].keys_of(Nested(inner=Inner(thing_id=id_))) == [("thing", id_)]


def test_an_event_may_mean_a_second_thing_whichever_is_registered_first() -> None:
    done: list[str] = []

    def first(work: Work, message: Message[Any]) -> None:
        done.append("on")

    def second(work: Work, message: Message[Any]) -> None:
        done.append("also")

    for swapped in (False, True):
        handlers = Handlers()
        todo = [lambda h=handlers: h.on(Other, (Thing, "order_id"))(first), lambda h=handlers: h.also(Other)(second)]
        for register in reversed(todo) if swapped else todo:
            register()
        route = handlers.routes[Other]
        route.handler(None, None)  # type: ignore[arg-type]
        assert [kind for kind, _ in route.keys] == [Thing]
    assert done == ["on", "also"] * 2
    with pytest.raises(TypeError, match="has a handler already"):
        handlers.on(Other)(first)


def test_a_command_has_one_answer() -> None:
    class Ask(Command):
        pass

    def second(work: Work, message: Message[Any]) -> None: ...

    with pytest.raises(TypeError, match="one answer"):
        Handlers().also(Ask)(second)


def test_an_annotation_that_does_not_take_the_message_is_refused() -> None:
    def other(work: Work, message: Message[Other]) -> None: ...

    with pytest.raises(TypeError, match="registered for Counted"):
        Handlers().on(TOY.counted)(other)


def test_a_handler_that_would_wait_is_refused() -> None:
    async def waits(work: Work, message: Message[Any]) -> None: ...

    with pytest.raises(TypeError, match="is async"):
        Handlers().on(TOY.counted)(waits)


@pytest.mark.parametrize("path", ["orderid", "order_id.more", "inner.thing"])
def test_a_key_that_names_no_field_is_refused(path: str) -> None:
    def any_(work: Work, message: Message[Any]) -> None: ...

    with pytest.raises(TypeError, match="the key of Thing"):
        Handlers().on(Other, (Thing, path))(any_)


def test_a_key_found_in_another_message_is_refused() -> None:
    def of_other(data: Other) -> str:
        return data.order_id

    def any_(work: Work, message: Message[Any]) -> None: ...

    with pytest.raises(TypeError, match="the key of Thing"):
        Handlers().on(Nested, (Thing, of_other))(any_)


def test_a_type_has_one_handler() -> None:
    handlers = Handlers()

    def any_(work: Work, message: Message[Any]) -> None: ...

    handlers.on(Other)(any_)
    with pytest.raises(TypeError, match="a handler already"):
        handlers.on(Other)(any_)


def test_a_changed_copy_has_the_fields_of_its_kind_and_their_types() -> None:
    thing = Thing(id="x")
    misspelt: dict[str, Any] = {"totl": 3}
    wrong_types: list[dict[str, Any]] = [{"total": "3"}, {"parts": [1]}, {"parts": ("1",)}, {"total": None}]
    assert thing.changed(total=3, parts=(1, 2)) == Thing(id="x", total=3, parts=(1, 2))
    with pytest.raises(TypeError, match="no field totl"):
        thing.changed(**misspelt)
    for wrong in wrong_types:
        with pytest.raises(ValidationError):
            thing.changed(**wrong)


def test_nothing_is_copied_unchecked() -> None:
    sources = [path for folder in ("shared", "services", "deploy") for path in (ROOT / folder).rglob("*.py")]
    unchecked = re.compile(r"\.model_copy\(|\.model_construct\(")
    found = [path for path in sources if unchecked.search(path.read_text()) and path.name != "frozen.py"]
    assert found == []
