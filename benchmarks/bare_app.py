"""The limit of the server: the body is read and constant bytes are answered, without the framework's models."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.empty_app import ANSWER

BYTES = ANSWER.model_dump_json().encode()


async def score(request: Request) -> Response:
    """Read the body; answer the same, whatever was asked."""
    await request.body()
    return Response(BYTES, media_type="application/json")


async def readyz(_: Request) -> Response:
    """Say that it answers."""
    return Response(b"ready")


app = Starlette(routes=[Route("/v1/score", score, methods=["POST"]), Route("/readyz", readyz)])
