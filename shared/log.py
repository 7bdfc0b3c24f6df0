"""Logging: structlog and the standard library through one handler, JSON in containers, colours on a terminal.

Never personal data. Exceptions of pydantic and asyncpg quote the input they refuse, so in JSON no exception's text is
written, whoever raised it: its class, its code and where it happened.
"""

import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any, Literal

import orjson
import structlog
from pydantic import ValidationError
from structlog.typing import EventDict, Processor

# They bring handlers of their own, which would bypass ours.
_FOREIGN = ("uvicorn", "uvicorn.error", "faststream", "aiokafka", "asyncio")


def setup(style: Literal["json", "console"], level: str = "info") -> None:
    """Route everything that this process logs to stderr; call once, before anything logs."""
    json = style == "json"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([without_arguments] if json else []),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    if json:
        handler.addFilter(_without_text)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_dumps) if json else console(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _FOREIGN:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # It writes raw URLs; shared.web logs the route's template instead.
    logging.getLogger("uvicorn.access").disabled = True


def console() -> structlog.dev.ConsoleRenderer:
    """Where an exception was raised, and no variables: they hold people's data, and to print them takes seconds."""
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def describe(error: BaseException) -> dict[str, object]:
    """What may be said about an exception: its class and its cause's, and errno, SQLSTATE or pydantic's types."""
    code: object = getattr(error, "sqlstate", None) or getattr(error, "errno", None)
    if isinstance(error, ValidationError):
        code = sorted({e["type"] for e in error.errors(include_input=False, include_context=False, include_url=False)})
    cause = error.__cause__ or error.__context__
    said = {"error": _name(error), "code": code, "cause": _name(cause) if cause else None}
    return {key: value for key, value in said.items() if value is not None}


def without_arguments(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace exc_info, and exceptions given as values, by what `describe` says; add where it was raised."""
    error = _exception(event.pop("exc_info", None))
    for key, value in event.items():
        if isinstance(value, BaseException):
            event[key] = describe(value)
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        event.update(describe(error), at=[f"{f.filename}:{f.lineno} {f.name}" for f in frames])
    return event


def _without_text(record: logging.LogRecord) -> bool:
    """For records of other libraries: exceptions leave the arguments, and beside exc_info no free text stays."""
    if isinstance(record.msg, dict):  # ours, already through the processors
        return True
    if isinstance(record.args, tuple):
        record.args = tuple(describe(a) if isinstance(a, BaseException) else a for a in record.args)
    if isinstance(record.msg, BaseException):
        record.msg, record.args = str(describe(record.msg)), None
    # asyncio and FastStream write the exception's text into the message itself.
    if _exception(record.exc_info):
        record.msg, record.args = "exception", None
    return True


def _exception(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
    return None


def _name(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}".removeprefix("builtins.")


def _dumps(event: EventDict, default: Callable[[Any], Any] | None = None, **_: object) -> str:
    # An object nobody expected in a log line is named, not printed: its repr may hold anything.
    return orjson.dumps(
        event, default=_name, option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS
    ).decode()
