"""Takes no more of a request's head than it may hold: whoever sends headers without end is refused and fills no memory.

The server puts the head of a request together before any check behind it sees the request, an address and the headers after
a body in parts likewise; so what bounds them has to stand in the server's own reading. The gate, which knows how many bytes
headers may hold (``access.py``), answers all that fits in here.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST = 65_536
"""Bytes that may come in a row and belong to no body, beside those that came at once with the first or with a body's last."""
WORDS = b'{"detail":"The address and the headers of a request are too large."}'
REFUSED = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n" % len(WORDS)
) + WORDS


class BoundedHead(HttpToolsProtocol):
    """Reads requests as the server does, and breaks off where a head does not come to its end."""

    _without_body = 0

    def data_received(self, data: bytes) -> None:
        """Read what came; refuse where too much came in a row that belongs to no body."""
        self._without_body += len(data)
        super().data_received(data)
        if self._without_body > LARGEST:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin to count with each request."""
        self._without_body = 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Count anew behind each part of a body; how large that may be others know."""
        self._without_body = 0
        super().on_body(body)

    def _refuse(self) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(REFUSED)
        self.transport.close()
