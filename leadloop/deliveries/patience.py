"""How long a mail server may take over one message as a whole: then the connection is cut, whatever it is in the middle of.

``smtplib`` counts its timeout anew at each read, so a server that says a letter at a time would hold us for ever. A connection is
watched by a second handle of its own: shutting that down ends reads on it, also those inside the encryption.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Patience:
    """The time that a conversation may take; a block around the conversation.

    ``is_over`` says whether it was cut.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self.is_over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, places: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    def connected(self, host: str, port: int) -> socket.socket:
        """Return a connection that ends with the patience; what is left of it may pass until there is one."""
        made = socket.create_connection((host, port), max(self._until - time.monotonic(), 0.001))
        with self._lock:
            if self.is_over:
                made.close()
                raise TimeoutError
            self._handle = made.dup()
        return made

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._handle is not None:
                with suppress(OSError):  # it ended a moment ago
                    self._handle.shutdown(socket.SHUT_RDWR)
