"""What a trace goes on with, what its spans never tell, and that nothing of it is there where it is off."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.contextvars import get_contextvars

from intake.app import service
from shared import tracing
from shared.people.guard import find_cpr_in_attributes
from shared.settings import Settings
from shared.spine.work import Command, Work

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Any:
    exporter = InMemorySpanExporter()
    with tracing.sent_to(SimpleSpanProcessor(exporter), "toy"):
        yield exporter.get_finished_spans


def test_a_trace_that_came_along_is_gone_on_with_and_named_in_log_lines(spans: Any) -> None:
    with tracing.continued("toy", "take", {"traceparent": TRACEPARENT}.get), tracing.span("toy", "decide"):
        assert get_contextvars()["trace_id"] == TRACE
        said = tracing.traceparent()
    decide, take = spans()
    assert (f"{take.context.trace_id:032x}", f"{take.parent.span_id:016x}") == (TRACE, "00f067aa0ba902b7")
    assert (decide.parent, said) == (take.context, f"00-{TRACE}-{decide.context.span_id:016x}-01")
    assert "trace_id" not in get_contextvars()


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        TRACEPARENT.upper(),
        f"{TRACEPARENT}\n",
        f" {TRACEPARENT}",
        f"{TRACEPARENT}-more",
        TRACEPARENT.replace("00-", "01-", 1),
        TRACEPARENT.replace("00-", "ff-", 1),
        TRACEPARENT.replace(TRACE, "0" * 32),
        TRACEPARENT.replace("00f067aa0ba902b7", "0" * 16),
        TRACEPARENT.replace("4bf9", "４bf9"),
        "0101901234",
        "x" * 100_000,
    ],
)
def test_what_is_no_traceparent_begins_a_trace(sent: str | None, spans: Any, caplog: pytest.LogCaptureFixture) -> None:
    with tracing.continued("toy", "take", {"traceparent": sent}.get):
        pass
    with tracing.span("toy", "batch", links=[{"traceparent": sent}.get]):
        pass
    take, batch = spans()
    assert (take.parent, batch.links, caplog.records) == (None, (), [])


def test_whoever_sends_a_traceparent_does_not_decide_what_is_recorded(spans: Any) -> None:
    with tracing.continued("toy", "take", {"traceparent": TRACEPARENT.removesuffix("01") + "00"}.get):
        pass
    assert f"{spans()[0].context.trace_id:032x}" == TRACE


def test_what_came_along_decides_and_not_the_span_around_it(spans: Any) -> None:
    with tracing.span("toy", "batch"), tracing.continued("toy", "take", lambda _: None):
        pass
    take, batch = spans()
    assert take.parent is None
    assert take.context.trace_id != batch.context.trace_id


def test_an_exception_is_told_by_its_class_alone(spans: Any) -> None:
    with pytest.raises(ValueError, match="Åse"), tracing.span("toy", "publish", trace.SpanKind.PRODUCER):
        raise ValueError("Åse Kjærgård")
    (span,) = spans()
    assert (span.status.is_ok, span.status.description, span.events) == (False, None, ())
    assert dict(span.attributes) == {"error.type": "ValueError"}


def test_off_there_is_no_span_and_no_header() -> None:
    with (
        tracing.span("toy", "decide") as one,
        tracing.continued("toy", "take", {"traceparent": TRACEPARENT}.get) as two,
    ):
        assert (one, two, tracing.here(), tracing.traceparent()) == (None, None, None, None)
        assert "trace_id" not in get_contextvars()


def test_a_service_imports_nothing_of_the_sdk() -> None:
    look = "import sys; print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'google.'))])"
    imports = "import intake.app, municipality_gateway.app, matching.app, followup.app, metrics.app; "
    said = subprocess.run([sys.executable, "-c", imports + look], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


@given(st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]", fullmatch=True))
def test_no_traceparent_is_taken_for_a_person(sent: str) -> None:
    assert find_cpr_in_attributes({"header": {"traceparent": [sent]}}) is None


class Go(Command):
    pass


def test_what_follows_at_once_is_of_the_same_trace_and_a_deadline_is_not() -> None:
    now = datetime(2026, 11, 23, 11, tzinfo=UTC)
    work = Work(now)
    work.begin("id", None, TRACEPARENT)
    work.soon(("place", "1"), "ask", Go())
    work.timer(("place", "1"), "late", now, Go())
    soon, late = work.keep().timers.values()
    assert soon
    assert late
    assert (soon.traceparent, late.traceparent) == (TRACEPARENT, None)


async def test_fastapi_traces_nothing_by_itself_whoever_sets_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its spans would hold the path, and with it the way into a mail."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    config = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x@127.0.0.1:1/x", token_key="k" * 32)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app(config)), base_url="http://test") as client:
        assert (await client.get("/codes/sectors")).status_code == 200
    assert exporter.get_finished_spans() == ()
