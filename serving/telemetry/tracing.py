"""A span of OpenTelemetry for every request, where LEADLOOP_TRACES asks for it; without it nothing of this is loaded.

A span is named by its route, never by the lead in its path, and continues the sender's own trace (W3C ``traceparent``). Where
spans go and how many are kept, its own variables say (``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_TRACES_SAMPLER`` ...).
"""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import SettingWrong
from serving.gate.roles import route_of
from serving.telemetry.request_id import REQUEST_ID

MISSING = "LEADLOOP_TRACES needs OpenTelemetry: pip install 'leadloop[otel]'."
CARRIED = (b"traceparent", b"tracestate")


def tracer_for(traces: str) -> Any:
    """Return what makes spans that go to ``otlp`` or the ``console``; ``SettingWrong`` where the extra is not installed."""
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

        exporter: Any = ConsoleSpanExporter()
        if traces == "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            exporter = OTLPSpanExporter()
    except ImportError as error:
        raise SettingWrong(MISSING) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "leadloop"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("leadloop")


class Traced:
    """Makes a span of every request that passes."""

    def __init__(self, app: ASGIApp, tracer: Any) -> None:
        self.app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within a span."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        route, _ = route_of(scope["method"], scope["path"])
        carried = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in CARRIED}
        said = {
            "http.request.method": route.method,
            "http.route": route.path,
            "leadloop.request_id": REQUEST_ID.get().decode(),
        }
        with self._tracer.start_as_current_span(
            f"{route.method} {route.path}", context=extract(carried), kind=SpanKind.SERVER, attributes=said,
            record_exception=False, set_status_on_exception=False,
        ) as span:  # fmt: skip

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, told)
