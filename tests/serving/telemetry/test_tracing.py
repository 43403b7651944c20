"""Where spans are asked for, each request makes one that is named by its route and continues the sender's trace."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from features.errors import SettingWrong
from serving.telemetry.tracing import Traced, tracer_for

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_a_request_makes_a_span_named_by_its_route_within_the_senders_trace() -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    async def sent(_: Any) -> None:
        return None

    parent = f"00-{TRACE}-b7ad6b7169203331-01".encode()
    scope = {"type": "http", "method": "GET", "path": "/v1/leads/anna@firma.ru", "headers": [(b"traceparent", parent)]}
    asyncio.run(Traced(app, provider.get_tracer("test"))(scope, sent, sent))  # type: ignore[arg-type]
    (span,) = kept.get_finished_spans()
    assert span.name == "GET /v1/leads/{lead_id:path}"
    assert f"{span.context.trace_id:032x}" == TRACE
    assert dict(span.attributes)["http.response.status_code"] == 404
    assert "anna" not in span.to_json()


def test_without_being_asked_for_nothing_of_it_is_loaded() -> None:
    heavy = ("opentelemetry.sdk", "prometheus_client")
    code = f"import sys, serving.app, serving.wiring; print([one for one in {heavy!r} if one in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_where_the_extra_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingWrong, match=r"pip install 'leadloop\[otel\]'"):
        tracer_for("otlp")
