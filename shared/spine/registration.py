"""What can be known of a handler when it is registered: that it takes its messages, and that its keys are there."""

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel


def check(handler: Callable[..., Any], message: type[BaseModel], keys: Iterable[tuple[Any, Any]]) -> None:
    """Raises TypeError where the handler's annotation or a key does not fit the type of message."""
    if iscoroutinefunction(handler):
        raise TypeError(f"{handler.__qualname__} is async: a handler decides, and waits for nothing")
    annotated = get_type_hints(handler).get("message")
    if not _takes(get_args(annotated)[0] if get_args(annotated) else None, message):
        raise TypeError(f"{handler.__qualname__} is annotated with {annotated}, and registered for {message.__name__}")
    for kind, source in keys:
        where = f"{handler.__qualname__}: the key of {kind.__name__}"
        if isinstance(source, str):
            _find(message, source, where)
        elif (wanted := _first_annotation(source)) and not _takes(wanted, message):
            raise TypeError(f"{where} is found in {wanted}, not in {message.__name__}")


def _takes(annotation: Any, message: type[BaseModel]) -> bool:
    if annotation is Any:
        return True
    if isinstance(annotation, TypeVar):
        return _takes(annotation.__bound__, message)
    if get_origin(annotation) in (Union, UnionType):
        return any(_takes(one, message) for one in get_args(annotation))
    return isinstance(annotation, type) and issubclass(message, annotation)


def _first_annotation(source: Callable[..., Any]) -> Any:
    return next(iter(get_type_hints(source).values()), None) if hasattr(source, "__annotations__") else None


def _find(model: Any, path: str, where: str) -> None:
    for name in path.split("."):
        field = getattr(model, "model_fields", {}).get(name)
        if field is None and not isinstance(getattr(model, name, None), property):
            raise TypeError(f"{where}: {getattr(model, '__name__', model)} has no field {name}")
        model = field.annotation if field else None
