"""Traces, by OpenTelemetry. Off unless LA_TRACES says otherwise: then no span, no header, and nothing of its SDK.

A request or a timer begins a trace, or a `traceparent` that came along; each event carries it on, through outbox, Kafka
and what is decided because of it. Spans tell what we declared (routes, types, topics), and nothing that was sent: no
address, id or text, no words of an exception. The provider is our own: what libraries trace by themselves, paths and
queries among it, has none.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Thread
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.contextvars import bound_contextvars

from shared.events.base import TRACEPARENT

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

Carrier = Callable[[str], str | None]
"""Reads a header by its name."""
Spanned = AbstractContextManager[Span | None]
HEADERS = ("traceparent", "ce_traceparent")
"""W3C's own, which we write; and as a library of CloudEvents writes its extension."""
LAST_WORDS = 1.0  # seconds that sending what is left may take at the end

_tracers: dict[str, Tracer] = {}
_W3C = TraceContextTextMapPropagator()


@contextmanager
def sent_to(processor: "SpanProcessor", service: str, build: str = "dev") -> Iterator[None]:
    """For so long, that service's spans go there."""
    from opentelemetry.sdk.environment_variables import OTEL_TRACES_SAMPLER
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    # The SDK's own default lets whoever sends a `traceparent` decide what is recorded.
    sampler = None if os.environ.get(OTEL_TRACES_SAMPLER) else ALWAYS_ON
    named = Resource.create({"service.name": service, "service.version": build})
    provider = TracerProvider(sampler, named, shutdown_on_exit=False)
    provider.add_span_processor(processor)
    _tracers[service] = provider.get_tracer("lederalliancen")
    try:
        yield
    finally:
        _tracers.pop(service, None)
        closing = Thread(target=provider.shutdown, daemon=True)
        closing.start()
        closing.join(LAST_WORDS)


def to_collector(service: str, build: str) -> AbstractContextManager[None]:
    """By OTLP over HTTP, as the standard variables say: OTEL_EXPORTER_OTLP_ENDPOINT and the others."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return sent_to(BatchSpanProcessor(OTLPSpanExporter()), service, build)


def span(service: str, name: str, kind: SpanKind = SpanKind.INTERNAL, *, links: Iterable[Carrier] = ()) -> Spanned:
    """Within the span that is there; where there is none, it begins a trace. `links`: what it is about, too."""
    tracer = _tracers.get(service)
    return _spanned(tracer, name, kind, None, links) if tracer else nullcontext()


def continued(service: str, name: str, came_with: Carrier, kind: SpanKind = SpanKind.CONSUMER) -> Spanned:
    """In the trace that came along, whatever span is there; without one that can be read, it begins a trace."""
    tracer = _tracers.get(service)
    return _spanned(tracer, name, kind, _context(came_with), ()) if tracer else nullcontext()


def here() -> Span | None:
    """The span that is being written."""
    found = trace.get_current_span()
    return found if found.is_recording() else None


def traceparent() -> str | None:
    """For what is said now."""
    carrier: dict[str, str] = {}
    if _tracers:
        _W3C.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def _spanned(
    tracer: Tracer, name: str, kind: SpanKind, parent: Context | None, about: Iterable[Carrier]
) -> Iterator[Span]:
    found = {context.span_id: context for carrier in about if (context := _span_context(_context(carrier))).is_valid}
    links = [Link(context) for context in found.values()]
    with (
        tracer.start_as_current_span(
            name, parent, kind, links=links, record_exception=False, set_status_on_exception=False
        ) as made,
        bound_contextvars(trace_id=trace.format_trace_id(made.get_span_context().trace_id)),
    ):
        try:
            yield made
        except Exception as error:
            made.set_attribute("error.type", type(error).__name__)
            if kind is not SpanKind.INTERNAL:  # within, an exception may be an answer, such as a refusal
                made.set_status(Status(StatusCode.ERROR))
            raise


def _span_context(context: Context) -> trace.SpanContext:
    return trace.get_current_span(context).get_span_context()


def _context(came_with: Carrier) -> Context:
    """What outsiders send is taken in its one exact form, or not at all."""
    for name in HEADERS:
        if (value := came_with(name)) and TRACEPARENT.fullmatch(value):
            return _W3C.extract({"traceparent": value}, Context())
    return Context()
