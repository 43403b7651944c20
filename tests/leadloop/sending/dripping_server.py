"""A real server on loopback that answers a byte at a time, and never so slowly that a single read would time out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

PAUSE = 0.05
Part = Literal["head", "body", "mail", "encryption"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
AT_FIRST = {
    "head": HEAD + b"X-Drip: ",
    "body": HEAD + b"Content-Length: 1000000\r\n\r\n",
    "mail": b"220-",
    "encryption": b"\x16\x03\x03\x3f\xff",
}


class AtOnce:
    """How many connections stood open at the same time, at ``most``."""

    def __init__(self) -> None:
        self._lock, self._open, self.most = threading.Lock(), 0, 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a connection while the block goes on."""
        with self._lock:
            self._open += 1
            self.most = max(self.most, self._open)
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1


@contextmanager
def dripping_server(part: Part, seen: AtOnce | None = None) -> Iterator[str]:
    """Give the address of a server that drips without an end: the head of an answer, the body after a head that comes at once, the
    greeting of a mail server, or the first record of an encrypted one. ``seen`` counts its connections."""
    at_once = seen or AtOnce()
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)

    def answer(connection: socket.socket) -> None:
        with connection, at_once.one_more(), suppress(OSError):
            if part != "mail":  # a mail server speaks first
                connection.recv(65_536)
            connection.sendall(AT_FIRST[part])
            while not ended.wait(PAUSE):
                connection.sendall(b"x")

    def serve() -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        thread.join()
        listener.close()
