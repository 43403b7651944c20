"""What all stand-ins share: a server on loopback, a pace that it insists on, faults on demand, and webhooks that it sends."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx


@dataclass
class Asked:
    """A request that came: method, path, what its query and body say."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any

    def first(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)


@dataclass
class Answer:
    """A status, headers, and a body that is told as JSON; None: no body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Bucket:
    """The limit of a CRM: so many requests at once, so many a second after that."""

    rate: float
    burst: float
    full: float = 0.0
    at: float = field(default_factory=time.monotonic)

    def takes(self) -> bool:
        now = time.monotonic()
        self.full, self.at = max(self.full - (now - self.at) * self.rate, 0.0), now
        if self.full + 1 > self.burst:
            return False
        self.full += 1
        return True


class StandIn:
    """A CRM: what it holds, whom it tells, and how it behaves just now.

    ``faults`` are answered first, in turn; ``is_down`` answers 503 to everything; ``tells`` is the address of a webhook.
    """

    burst, rate = 50.0, 2.0

    def __init__(self, *, port: int = 0, tells: str | None = None) -> None:
        self.tells, self.is_down, self.is_silent = tells, False, False
        self.faults: list[Answer] = []
        self.asked: list[Asked] = []
        self.told: list[int] = []
        self.limited = 0
        self.bucket = Bucket(self.rate, self.burst)
        self.lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def over_limit(self) -> Answer:
        raise NotImplementedError

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    def send(self, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> int | None:
        """Tell the webhook; what it answers is noted, and None where it is not told or does not answer."""
        if self.tells is None or self.is_silent:
            return None
        try:
            with httpx.Client(trust_env=False, timeout=5.0, verify=False) as client:  # loads no certificates: no TLS
                status = client.post(
                    self.tells, content=body, headers={"Content-Type": content_type, **(headers or {})}
                ).status_code
        except httpx.TransportError:
            return None
        self.told.append(status)
        return status

    def _answered(self, asked: Asked) -> Answer:
        with self.lock:
            self.asked.append(asked)
            if self.is_down:
                return Answer(503, {"error": "down"})
            if self.faults:
                return self.faults.pop(0)
            if not self.bucket.takes():
                self.limited += 1
                return self.over_limit()
            return self.answer(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answered: Callable[[Asked], Answer] = lambda asked: self._answered(asked)  # noqa: E731

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                parts = urlsplit(self.path)
                try:
                    body = json.loads(sent) if sent else None
                except json.JSONDecodeError:
                    body = None
                headers = {name.lower(): value for name, value in self.headers.items()}
                told = answered(
                    Asked(self.command, parts.path, parse_qsl(parts.query, keep_blank_values=True), headers, body)
                )
                text = b"" if told.body is None else json.dumps(told.body, ensure_ascii=False).encode()
                self.send_response(told.status)
                for name, value in {"Content-Type": "application/json", **told.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
