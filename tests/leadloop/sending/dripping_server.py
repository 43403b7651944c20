"""A real server on loopback that answers a byte at a time, and never so slowly that a single read would time out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

PAUSE = 0.05
Part = Literal["head", "body"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def dripping_server(part: Part) -> Iterator[str]:
    """Give the address of a server that drips without an end: the head itself, or the body after a head that comes at once."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(HEAD + (b"X-Drip: " if part == "head" else b"Content-Length: 1000000\r\n\r\n"))
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
